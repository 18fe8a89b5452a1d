// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/output_head.hpp"
#include "services/http/characters.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using polyport::cgi::output_head;
using namespace polyport::http;

namespace {

constexpr std::size_t limit = 512;

void demand(bool holds)
{
    if (!holds)
        std::abort();
}

/// Feeds in pieces of `piece` bytes; returns how much of the output is the head.
std::size_t parse(output_head& head, std::string_view output, std::size_t piece)
{
    std::size_t taken = 0;
    while (head.current() == output_head::state::more && taken < output.size()) {
        auto const part = output.substr(taken, piece);
        auto const used = head.feed(part);
        demand(used <= part.size());
        taken += used;
        if (used < part.size())
            break;
    }
    head.finish();
    return taken;
}

void check(output_head const& head)
{
    demand(head.current() != output_head::state::more);
    demand(head.text().size() <= limit);
    demand((head.current() == output_head::state::bad) == !head.problem().empty());
    if (head.current() != output_head::state::complete)
        return;
    demand(head.status() >= 200 && head.status() <= 599);
    for (auto const text : {head.reason(), head.content_type(), head.location()})
        demand(all_are(text, value_char));
    if (head.what() == output_head::kind::local_redirect)
        demand(head.location().starts_with('/') && all_are(head.location(), target_char));
    for (std::size_t i = 0; i < head.field_count(); ++i) {
        auto const [name, value] = head.other(i);
        demand(!name.empty() && all_are(name, token_char) && all_are(value, value_char));
        for (std::string_view const ours :
             {"content-length", "content-type", "status", "location", "connection", "transfer-encoding"})
            demand(!equals_ignoring_case(name, ours));
    }
}

} // namespace

// However the output is cut, the verdict is the same; and nothing that passes can break the response's head.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::size_t const piece = data[0] % 16 + 1;
    std::string_view const output(reinterpret_cast<char const*>(data) + 1, size - 1);
    output_head whole(limit);
    output_head cut(limit);
    auto const whole_size = parse(whole, output, output.size());
    auto const cut_size = parse(cut, output, piece);
    check(whole);
    check(cut);
    demand(whole.current() == cut.current());
    demand(whole.problem() == cut.problem());
    if (whole.current() != output_head::state::complete)
        return 0;
    demand(whole_size == cut_size && whole.text() == cut.text());
    demand(whole.text() == output.substr(0, whole_size));
    demand(whole.what() == cut.what() && whole.status() == cut.status());
    demand(whole.field_count() == cut.field_count() && whole.content_length() == cut.content_length());
    return 0;
}
