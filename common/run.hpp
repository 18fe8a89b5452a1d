// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/service_definition.hpp"

namespace polyport {

/// A daemon with these services and no others: reads its options, serves until it is told to stop, and
/// returns the exit status: 0 done, 1 failed, 2 used wrongly. What programs call is run() of
/// services/service_table.hpp.
int run_services(int argc, char const* const* argv, service_rows const& services);

} // namespace polyport
