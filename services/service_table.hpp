// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/service.hpp"

#include <span>

namespace polyport {

/// The services of polyportd. A new one is a row here.
std::span<service_definition const> builtin_services() noexcept;

/// A daemon with these services: reads its options, serves until it is told to stop, and returns the exit
/// status: 0 done, 1 failed, 2 used wrongly. Rows and tables of rows may be mixed:
///     int main(int argc, char** argv) { return polyport::run(argc, argv, {builtin_services(), my_row}); }
/// The service `admin` joins them, so that every daemon can be watched and steered; unless one of the rows is
/// called so, or is a control service.
int run(int argc, char const* const* argv, service_rows const& services);

} // namespace polyport
