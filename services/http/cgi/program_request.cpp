// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/program_request.hpp"

#include "common/access/address_range.hpp"
#include "common/name_lookup/name_lookup.hpp"
#include "common/runtime.hpp"
#include "common/version.hpp"
#include "services/http/authority.hpp"
#include "services/http/cgi/search_words.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace polyport::cgi {

std::optional<environment> variables_for(http::exchange& x, program_request const& what,
                                         std::optional<std::uint64_t> body_length,
                                         std::vector<std::string> const& inherited)
{
    auto const& connection = x.client.info();
    std::array<field_view, http::request_head::max_fields> fields;
    auto const count = x.head.field_count();
    for (std::size_t i = 0; i < count; ++i) {
        auto const field = x.head.field(i);
        fields[i] = {field.name, field.value};
    }
    bool const ip = connection.remote.is_ip();
    auto const local = connection.local.host();
    auto const remote = connection.remote.host();
    auto const named = http::parse_authority(x.head.authority());
    auto const own_name = local.find(':') == std::string::npos ? local : "[" + local + "]";

    request_facts facts;
    facts.method = what.method;
    facts.target = what.target;
    facts.query = what.query;
    facts.protocol = x.head.minor_version() == 0 ? "HTTP/1.0" : "HTTP/1.1";
    facts.script_name = what.script_name;
    facts.path_info = what.path_info;
    facts.path_translated = what.path_translated;
    facts.script_filename = what.script_filename;
    facts.document_root = what.document_root;
    facts.server_name = named ? named->host : ip ? std::string_view(own_name) : "localhost";
    facts.server_addr = local;
    facts.server_port = connection.local.port();
    static std::string const software = "polyport/" + std::string(version);
    facts.server_software = software;
    // RFC 3875 wants an address; who comes through a UNIX socket is on this machine.
    facts.remote_addr = ip ? std::string_view(remote) : "127.0.0.1";
    if (auto const address = ip_number_of(connection.remote))
        facts.remote_host =
            x.client.owner().names().cached(*address, coarse_now()).value_or(std::string_view());
    facts.remote_port = connection.remote.port();
    facts.auth_type = x.user.empty() ? std::string_view() : "Basic";
    facts.remote_user = x.user;
    facts.content_length = body_length;
    facts.fields = std::span<field_view const>(fields.data(), count);
    return make_environment(facts, inherited);
}

std::vector<std::string> arguments_for(program_request const& what)
{
    std::vector<std::string> words;
    if (what.method == "GET" || what.method == "HEAD")
        words = search_words(what.query);
    words.emplace(words.begin(), what.script_filename);
    if (!what.interpreter.empty())
        words.emplace(words.begin(), what.interpreter);
    return words;
}

} // namespace polyport::cgi
