// SPDX-License-Identifier: BSL-1.0
// The fields of negotiation and validation: the same bytes are given to the reader of each.
#include "services/http/accept.hpp"
#include "services/http/accept_encoding.hpp"
#include "services/http/content_type.hpp"
#include "services/http/date.hpp"
#include "services/http/etag.hpp"
#include "services/http/html.hpp"
#include "services/http/listing.hpp"
#include "services/http/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace polyport::http;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void check_codings(std::string_view text)
{
    for (unsigned bits = 0; bits < 16; ++bits) {
        coding_set available;
        for (auto const coding :
             {content_coding::identity, content_coding::gzip, content_coding::zstd, content_coding::br})
            if ((bits >> static_cast<unsigned>(coding) & 1U) != 0)
                available.add(coding);
        auto const chosen = choose_coding(text, available);
        require(!chosen || available.has(*chosen));
    }
}

void check_escapes(std::string_view text)
{
    std::string const page = html(text);
    require(page.find_first_of("<>\"'") == std::string::npos);
    std::string json;
    append_json(json, text);
    for (std::string_view rest = page; !rest.empty();) {
        std::size_t const bytes = utf8_size(rest);
        require(bytes > 0 && static_cast<unsigned char>(rest[0]) >= 0x20);
        rest.remove_prefix(bytes);
    }
    for (std::string_view rest = json; !rest.empty();) {
        std::size_t const bytes = utf8_size(rest);
        require(bytes > 0 && static_cast<unsigned char>(rest[0]) >= 0x20);
        rest.remove_prefix(bytes);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    check_codings(text);
    check_escapes(text);
    for (std::string_view const type : {"text/html", "application/json"}) {
        int const quality = media_quality(text, type);
        require(quality >= 0 && quality <= 1000);
    }
    if (auto const seconds = parse_date(text, 1700000000))
        require(parse_date(date_text(*seconds).view(), 1700000000) == seconds || *seconds > 253402300799);
    bool const strong = list_matches(text, {"a", false}, match_strongly);
    require(!strong || list_matches(text, {"a", false}, match_weakly));
    parse_listing_order(text);
    static content_types const types;
    require(!types.find(text).empty());
    is_compressible(text);
    return 0;
}
