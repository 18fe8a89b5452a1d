// SPDX-License-Identifier: BSL-1.0
#include "services/to_upper.hpp"

#include <cstddef>

// Twice as wide where the processor has it, chosen once when the program is loaded.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define POLYPORT_WIDEST [[gnu::target_clones("avx2", "default")]]
#else
#define POLYPORT_WIDEST
#endif

namespace polyport {

// A function of its own, away from coroutines, whose locals live in their frames: only so is the loop
// vectorised (with -O3, see CMakeLists.txt).
POLYPORT_WIDEST void to_upper(std::span<char> bytes) noexcept
{
    auto* const data = reinterpret_cast<unsigned char*>(bytes.data());
    std::size_t const size = bytes.size();
    for (std::size_t i = 0; i < size; ++i) {
        bool const lower = static_cast<unsigned char>(data[i] - 'a') < 26;
        data[i] = static_cast<unsigned char>(data[i] - (lower ? 'a' - 'A' : 0));
    }
}

} // namespace polyport
