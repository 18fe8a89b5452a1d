// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace polyport {

/// How many characters must be inserted, removed, replaced or swapped with their neighbour to turn `a` into
/// `b` (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that `word` was most likely meant to be; empty if none is near enough to be worth naming.
std::string_view nearest(std::string_view word, std::span<std::string const> candidates);

} // namespace polyport
