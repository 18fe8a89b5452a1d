// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/service.hpp"

#include <span>

namespace polyport {

/// A daemon with these services: reads its options, serves until it is told to stop, and returns the exit
/// status: 0 done, 1 failed, 2 used wrongly. `services` outlive the call.
int run(int argc, char const* const* argv, std::span<service_definition const> services);

} // namespace polyport
