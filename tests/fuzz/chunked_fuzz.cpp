// SPDX-License-Identifier: BSL-1.0
// A chunked body after a first byte that says how it is cut.
#include "services/http/chunked_decoder.hpp"

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

struct outcome {
    std::string body;
    std::size_t consumed = 0;
    chunked_decoder::state state = chunked_decoder::state::more;
    std::string_view reason;
};

outcome decode(std::string_view input, std::size_t piece)
{
    chunked_limits limits;
    limits.body_bytes = 4096;
    limits.trailer_bytes = 128;
    limits.chunk_extension_bytes = 32;
    limits.extension_bytes = 128;
    chunked_decoder decoder(limits);
    outcome out;
    while (out.consumed < input.size() && decoder.now() == chunked_decoder::state::more) {
        std::string const part(input.substr(out.consumed, piece));
        auto const step = decoder.feed(part);
        require(step.consumed > 0 && step.consumed <= part.size());
        require(step.data.empty() || (step.data.data() >= part.data() &&
                                      step.data.data() + step.data.size() <= part.data() + part.size()));
        out.body += step.data;
        out.consumed += step.consumed;
    }
    out.state = decoder.now();
    out.reason = decoder.reason();
    require(out.body.size() <= decoder.body_bytes() && decoder.body_bytes() <= limits.body_bytes);
    require((out.state == chunked_decoder::state::failed) == !out.reason.empty());
    if (out.state == chunked_decoder::state::done)
        require(out.body.size() == decoder.body_bytes());
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    if (size == 0)
        return 0;
    std::string_view const input(reinterpret_cast<char const*>(data) + 1, size - 1);
    outcome const whole = decode(input, SIZE_MAX);
    outcome const cut = decode(input, data[0] % 64 + 1U);
    require(whole.body == cut.body && whole.consumed == cut.consumed && whole.state == cut.state &&
            whole.reason == cut.reason);
    return 0;
}
