// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/dns_settings.hpp"

#include "common/endpoint_spec.hpp"
#include "common/name_lookup/resolv_conf.hpp"
#include "common/options.hpp"
#include "common/quoted.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace polyport {
namespace {

using namespace std::chrono_literals;

/// `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`
checked<socket_address> parse_server(std::string_view text)
{
    if (auto plain = name_server(std::string(text), dns_port); plain.is_ip())
        return plain;
    auto const colon = text.rfind(':');
    if (colon != std::string_view::npos) {
        auto host = text.substr(0, colon);
        if (host.starts_with('[') && host.ends_with(']'))
            host = host.substr(1, host.size() - 2);
        auto const port = parse_number<std::uint16_t>(text.substr(colon + 1), 1);
        if (auto made = name_server(std::string(host), port ? *port : std::uint16_t{0}); port && made.is_ip())
            return made;
    }
    return problem{quoted(text) + " is not the address of a name server: write 192.0.2.1, 192.0.2.1:53 or "
                                  "[2001:db8::1]:53"};
}

} // namespace

void declare(option_set& options, dns_settings& settings)
{
    options.group("Names",
                  "Domain names of clients are looked up if an access rule needs one: the name of the "
                  "address, confirmed by the addresses of the name. They are remembered.");
    options
        .add("dns-server", "ADDR", "ask this name server, in place of those of /etc/resolv.conf",
             bind_list(settings.servers, parse_server))
        .with_example("127.0.0.1:53");
    options.add("dns-timeout", "T", "time for a look-up; a name that is not found in it is not known",
                bind_duration(settings.timeout, 10ms, 60s));
}

} // namespace polyport
