// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstdint>

namespace polyport {

/// For hash tables whose keys a stranger chooses: with keys of its own for each process, he cannot find many
/// that fall together. Not for anything that must stay secret.
using hash_keys = std::array<std::uint64_t, 3>;

/// The keys of this process: odd numbers, random where the kernel gives random numbers.
hash_keys const& process_hash_keys() noexcept;

/// Folds the product of two keyed words: a few cycles, and every bit of the input reaches every bit out.
inline std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept
{
    __extension__ using wide = unsigned __int128;
    wide const product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

} // namespace polyport
