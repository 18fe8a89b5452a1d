// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/exit_status.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace polyport::client {

/// Why the command ends, and how.
struct failure {
    exit_status status = exit_status::failed;
    std::string sentence; ///< thing, cause and remedy; empty: nothing is left to say
};

template <class T = void>
using outcome = boost::system::result<T, failure>;

/// The system's words for an errno value, in lower case, to stand inside a sentence.
std::string cause(int error);

/// Writes "polyport: SENTENCE" and a line end to standard error.
void report(std::string_view sentence);

/// Reports the sentence, if there is one, and returns the status.
exit_status report(failure const& what);

} // namespace polyport::client
