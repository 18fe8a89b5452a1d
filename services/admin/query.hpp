// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::admin {

struct parameter {
    std::string name;
    std::string value;

    friend bool operator==(parameter const&, parameter const&) = default;
};

inline constexpr std::size_t max_parameters = 32;

/// NAME=VALUE, joined by '&', each %XX and '+' decoded, in their order. A name without '=' has an empty
/// value; an empty piece is nothing; a name that comes twice is a problem, lest one of the two be passed over
/// in silence.
checked<std::vector<parameter>> parse_query(std::string_view query);

} // namespace polyport::admin
