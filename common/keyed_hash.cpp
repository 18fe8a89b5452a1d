// SPDX-License-Identifier: BSL-1.0
#include "common/keyed_hash.hpp"

#include <sys/random.h>

namespace polyport {
namespace {

hash_keys make_keys() noexcept
{
    hash_keys keys{0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB};
    // Without random numbers the hash is only predictable, not wrong.
    [[maybe_unused]] auto const got = ::getrandom(keys.data(), sizeof keys, GRND_NONBLOCK);
    for (std::uint64_t& key : keys)
        key |= 1; // a factor of zero would map everything to one value
    return keys;
}

} // namespace

hash_keys const& process_hash_keys() noexcept
{
    static hash_keys const keys = make_keys();
    return keys;
}

} // namespace polyport
