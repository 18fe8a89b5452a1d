// SPDX-License-Identifier: BSL-1.0
// A head as it stands, after a first byte that says how it is cut: the verdict must not depend on that, and
// what passes must mean the same to Beast.
#include "services/http/authority.hpp"
#include "services/http/conditions.hpp"
#include "services/http/request_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
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

parse_result parse_in_pieces(std::string_view input, std::size_t piece, head_limits const& limits,
                             request_head& head)
{
    head.clear();
    parse_result result;
    for (std::size_t size = 0; size < input.size() && result.what == parse_result::kind::need_more;) {
        size = std::min(input.size(), size + piece);
        std::string const buffer(input.substr(0, size)); // of its own size, for the address sanitizer
        result = parse_head(buffer, limits, head);
    }
    head.rebase(input.data());
    return result;
}

void compare_with_beast(std::string_view input, request_head const& head)
{
    boost::beast::http::request_parser<boost::beast::http::empty_body> parser;
    parser.eager(false);
    parser.header_limit(1U << 20U);
    parser.body_limit(boost::none);
    boost::system::error_code ec;
    input.remove_prefix(input.find_first_not_of("\r\n"));
    parser.put(boost::asio::buffer(input), ec);
    if (ec == boost::beast::http::error::bad_version) { // it knows no 1.2
        require(head.request_line().ends_with("1.1") == false);
        return;
    }
    if (ec &&
        head.has(known_field::connection)) // it refuses what is no list of tokens there; we look for ours
        return;
    require(!ec);
    require(parser.is_header_done());
    require(parser.get().target() == head.target());
    require(parser.get().method_string() == head.method_text());
    require(parser.chunked() == (head.framing().how == body_framing::kind::chunked));
    if (head.framing().how == body_framing::kind::length)
        require(parser.content_length().value() == head.framing().length);
    require(static_cast<std::size_t>(std::distance(parser.get().begin(), parser.get().end())) ==
            head.field_count());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const input(reinterpret_cast<char const*>(data) + 1, size - 1);
    head_limits limits;
    limits.head_bytes = 1024;
    limits.target_bytes = 128;
    limits.fields = 20;
    static request_head head;
    static request_head pieces;
    head.clear();
    parse_result const whole = parse_head(input, limits, head);
    parse_result const cut = parse_in_pieces(input, data[0] % 64 + 1U, limits, pieces);

    if (whole.what != cut.what) {
        // Only an unfinished line is judged early when it comes whole.
        require(whole.what == parse_result::kind::rejected && cut.what == parse_result::kind::need_more);
        std::string const ended = std::string(input) + "\r\n";
        require(parse_in_pieces(ended, data[0] % 64 + 1U, limits, pieces).code == whole.code);
        return 0;
    }
    require(whole.size == cut.size && whole.code == cut.code && whole.reason == cut.reason);
    if (whole.what == parse_result::kind::rejected)
        require(!whole.reason.empty() && number(whole.code) >= 400);
    if (whole.what != parse_result::kind::complete)
        return 0;

    require(whole.size <= input.size() && input.substr(0, whole.size).ends_with("\r\n\r\n"));
    require(head.field_count() == pieces.field_count());
    for (std::size_t i = 0; i < head.field_count(); ++i) {
        require(head.field(i).value.find_first_of(std::string_view("\0\r\n", 3)) == std::string_view::npos);
        require(head.field(i).name == pieces.field(i).name && head.field(i).value == pieces.field(i).value);
    }
    require(head.authority().empty() ? head.minor_version() == 0
                                     : parse_authority(head.authority()).has_value());
    compare_with_beast(input.substr(0, whole.size), head);
    evaluate_preconditions(head, {"\"e\"", 784111777, true}, 1700000000);
    range_applies(head, {"\"e\"", 784111777, true}, 1700000000);
    return 0;
}
