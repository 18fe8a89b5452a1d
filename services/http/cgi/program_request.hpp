// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/cgi/environment.hpp"
#include "services/http/exchange.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::cgi {

/// A request for a program. Views outlive its answer.
struct program_request {
    std::string_view method;      ///< GET after a local redirect (HEAD if it was HEAD)
    std::string_view target;      ///< as asked for; after a local redirect, as redirected
    std::string_view query;       ///< without '?'
    std::string_view script_name; ///< as lookup_result has it, as path_info and interpreter
    std::string_view path_info;
    std::string_view interpreter;
    std::string_view script_filename; ///< absolute
    std::string_view path_translated; ///< absolute; only with path_info
    std::string_view document_root;   ///< absolute
    bool redirected = false;          ///< the request's body is not for this program
};

/// The variables of the program that answers `x`. `body_length`: nothing if there is no body, or nobody knows
/// its length. Nothing if two fields of the request would become the same variable.
std::optional<environment> variables_for(http::exchange& x, program_request const& what,
                                         std::optional<std::uint64_t> body_length,
                                         std::vector<std::string> const& inherited);

/// The words of its command line: the interpreter if it has one, the program, and those of the query
/// (RFC 3875 section 4.4).
std::vector<std::string> arguments_for(program_request const& what);

} // namespace polyport::cgi
