// SPDX-License-Identifier: BSL-1.0
#pragma once

/// What a service and its daemon need: see docs/extending.md.
#include "common/blocking.hpp"
#include "common/option_binding.hpp"
#include "common/options.hpp"
#include "common/runtime.hpp"
#include "common/service.hpp"
#include "common/version.hpp"
#include "services/service_table.hpp"
