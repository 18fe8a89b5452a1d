// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "common/privileges.hpp"
#include "services/http/cgi/admission.hpp"
#include "services/http/cgi/launcher.hpp"
#include "services/http/cgi/supervisor.hpp"
#include "services/http/settings.hpp"

#include <optional>

#include <sys/resource.h>

namespace polyport::cgi {

/// Who programs run as; nothing: as the daemon. Says in time if that cannot be. Looks users and groups up.
checked<std::optional<run_identity>> identity_of_programs(http::cgi_settings const& options);

/// What the options of CGI mean for the start of programs. Looks up users and groups; throws start_error.
launch_settings make_launch_settings(http::cgi_settings const& options, rlim_t initial_files);

run_limits make_run_limits(http::cgi_settings const& options) noexcept;

/// http-cgi-max 0: by the number of processors.
admission::limits make_admission_limits(http::cgi_settings const& options);

} // namespace polyport::cgi
