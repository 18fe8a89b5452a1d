// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"
#include "services/http/status.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::cgi {

/// Why a program could not be started.
struct start_failure {
    enum class step : std::uint8_t {
        pipes,     ///< no descriptors or memory for the pipes
        fork,      ///< no process
        directory, ///< the working directory
        limits,    ///< a resource limit
        identity,  ///< user or group
        input,     ///< the descriptors of the child
        execute,   ///< the program itself
    };

    error_code error;
    step at = step::execute;
};

/// 503 where the machine is short of something and a later try may work, 500 otherwise.
http::status status_of(start_failure const& failure) noexcept;

/// One sentence for the log that names program and cause. Reads the first line of a program that execve()
/// could not find or run, to name a missing interpreter.
std::string describe(start_failure const& failure, std::string_view program, std::string_view directory);

/// The interpreter that the first line of a script names ("#!/bin/sh -e" → "/bin/sh"); empty if it is none.
std::string_view interpreter_in(std::string_view first_bytes) noexcept;

} // namespace polyport::cgi
