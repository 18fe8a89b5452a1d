// SPDX-License-Identifier: BSL-1.0
#include "common/access/source.hpp"

#include <array>

#include <sys/random.h>

namespace polyport {
namespace {

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept
{
    __extension__ using wide = unsigned __int128;
    wide const product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::array<std::uint64_t, 3> make_keys() noexcept
{
    std::array<std::uint64_t, 3> keys{0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB};
    // Without random numbers the hash is only predictable, not wrong.
    [[maybe_unused]] auto const got = ::getrandom(keys.data(), sizeof keys, GRND_NONBLOCK);
    for (std::uint64_t& key : keys)
        key |= 1; // a factor of zero would map everything to one value
    return keys;
}

} // namespace

std::uint64_t source::hash(std::uint64_t salt) const noexcept
{
    static std::array<std::uint64_t, 3> const keys = make_keys();
    return mix(mix(bits ^ keys[0], keys[1]) ^ (salt << 1 | (ipv6 ? 1U : 0U)) ^ keys[0], keys[2]);
}

} // namespace polyport
