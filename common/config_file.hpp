// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <string>

namespace polyport {

/// The bytes of a configuration file, at most max_config_size. Also reads pipes, so that a shell can hand
/// over what a program prints. Blocking; for start-up.
checked<std::string> read_config_file(std::string const& path);

} // namespace polyport
