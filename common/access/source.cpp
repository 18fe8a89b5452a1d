// SPDX-License-Identifier: BSL-1.0
#include "common/access/source.hpp"

#include "common/keyed_hash.hpp"

namespace polyport {

std::uint64_t source::hash(std::uint64_t salt) const noexcept
{
    auto const& keys = process_hash_keys();
    return fold(fold(bits ^ keys[0], keys[1]) ^ (salt << 1 | (ipv6 ? 1U : 0U)) ^ keys[0], keys[2]);
}

} // namespace polyport
