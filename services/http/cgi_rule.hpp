// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::http {

/// One rule that says which requests are answered by a program.
struct cgi_rule {
    enum class kind : std::uint8_t {
        off,        ///< `off`: none; stands alone
        executable, ///< `executable`: every executable regular file
        prefix,     ///< `/cgi-bin/`: all that is below, and nothing there is ever sent as a file
        extension,  ///< `.py=/usr/bin/python3`: files with that ending, by that interpreter
    };

    kind type = kind::executable;
    std::string match;       ///< the prefix with both slashes, or the extension with its dot
    std::string interpreter; ///< kind::extension: an absolute path

    friend bool operator==(cgi_rule const&, cgi_rule const&) = default;
};

/// Looks at the text alone; whether the interpreter exists is checked when the option is applied.
checked<cgi_rule> parse_cgi_rule(std::string_view text);

std::string to_string(cgi_rule const& rule);

} // namespace polyport::http
