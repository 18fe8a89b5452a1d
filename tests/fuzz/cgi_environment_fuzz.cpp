// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/environment.hpp"
#include "services/http/cgi/search_words.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::cgi;

namespace {

void demand(bool holds)
{
    if (!holds)
        std::abort();
}

std::string_view next_line(std::string_view& rest)
{
    auto const end = rest.find('\n');
    auto const line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return line;
}

} // namespace

// Lines "name:value" are fields, the first line is the query. What a client may send is never NUL. No
// variable comes twice, none is what must not pass, and the block is large enough (the sanitizer sees to
// that).
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string text(reinterpret_cast<char const*>(data), size);
    std::erase(text, '\0');
    std::string_view rest = text;
    request_facts request;
    request.query = next_line(rest);
    request.path_info = request.query;
    std::vector<field_view> fields;
    while (!rest.empty() && fields.size() < 64) {
        auto const line = next_line(rest);
        auto const colon = line.find(':');
        if (colon != std::string_view::npos && colon > 0)
            fields.push_back({line.substr(0, colon), line.substr(colon + 1)});
    }
    request.fields = fields;
    if (size % 2 == 0)
        request.content_length = size;

    auto const made = make_environment(request, {});
    if (made) {
        std::set<std::string_view> names;
        for (std::size_t i = 0; i < made->size(); ++i) {
            auto const name = (*made)[i].substr(0, (*made)[i].find('='));
            demand(names.insert(name).second);
            demand(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos);
        }
        for (std::string_view const never : {"HTTP_PROXY", "HTTP_AUTHORIZATION", "HTTP_CONNECTION",
                                             "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_LENGTH"})
            demand(!made->find(never));
        demand(made->find("QUERY_STRING") == request.query);
    }
    for (auto const& word : search_words(request.query))
        demand(!word.empty() && word.find('\0') == std::string::npos && word.front() != '-');
    return 0;
}
