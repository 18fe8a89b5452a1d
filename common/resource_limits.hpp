// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <sys/resource.h>

namespace polyport {

struct descriptor_limit {
    rlim_t initial; ///< soft limit as inherited; give it back to children: select(2) breaks above 1024
    rlim_t current; ///< soft limit now
};

/// Raises the soft limit on open descriptors to the hard one.
result<descriptor_limit> raise_descriptor_limit();

/// For a child process between fork and exec, or for tests. The hard limit stays.
result<void> set_descriptor_limit(rlim_t soft);

} // namespace polyport
