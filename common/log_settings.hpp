// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>

namespace polyport {

enum class log_level : std::uint8_t { trace, debug, info, warning, error };
enum class log_format : std::uint8_t { text, json };
enum class access_log_format : std::uint8_t { common, combined, json };

struct log_settings {
    log_level level = log_level::info;
    log_format format = log_format::text;
    std::string file; ///< empty: standard error

    std::string access_file; ///< empty: no access log; `-`: standard output
    access_log_format access_format = access_log_format::combined;
};

} // namespace polyport
