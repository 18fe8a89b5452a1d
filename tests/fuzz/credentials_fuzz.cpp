// SPDX-License-Identifier: BSL-1.0
#include "services/http/auth/basic.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// The value of an Authorization field: what comes out has a user's name, no colon in it and no control
/// bytes.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using namespace polyport::http;
    std::string_view const field(reinterpret_cast<char const*>(data), size);
    if (auto const bytes = decode_base64(field); bytes && bytes->size() > field.size() / 4 * 3)
        std::abort();
    auto const given = parse_basic(field);
    if (!given)
        return 0;
    bool bad = given->user.empty() || given->user.find(':') != std::string::npos;
    for (char const c : given->user + given->password)
        bad = bad || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    if (bad)
        std::abort();
    return 0;
}
