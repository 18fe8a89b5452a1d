// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

namespace polyport {

using boost::system::error_code;

/// Why a connection or an operation ended, where errno has no word for it.
enum class errc {
    end_of_stream = 1, ///< the peer sent all it had: orderly end, not a failure
    header_timeout,    ///< the head of a request took longer than allowed
    body_timeout,      ///< the body of a request came too slowly
    idle_timeout,      ///< nothing was asked for too long
    write_timeout,     ///< the peer did not read for too long
    handler_timeout,   ///< the handler itself took longer than allowed
    drain_timeout,     ///< still busy when the time to drain was over
    draining,          ///< ended between two requests because the daemon stops
    killed,            ///< ended by the operator
    message_too_large, ///< a limit on the size of a message was passed
    bad_request,       ///< the peer broke the protocol
    file_changed,      ///< a file became shorter while it was sent
    events_missed,     ///< the peer watches events, and did not keep up
    too_slow,          ///< the peer reads more slowly than others write to it
    handler_failed,    ///< an exception escaped from its handler: a bug
    handler_returned,  ///< its handler has ended: what its other tasks wait for is over
};

error_code make_error_code(errc value) noexcept;

/// An I/O result whose failure is an error_code.
template <class T>
using result = boost::system::result<T>;

/// A sentence for a person that names the thing, the cause and the remedy.
/// A class of its own, so that a result of text has two distinct alternatives.
struct problem {
    std::string text;
};

template <class T>
using checked = boost::system::result<T, problem>;

/// Start-up cannot go on. what() is the sentence to print; thrown only before the daemon is ready.
class start_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

[[noreturn]] inline void throw_exception_from_error(problem const& what, boost::source_location const&)
{
    throw start_error(what.text);
}

} // namespace polyport

template <>
struct boost::system::is_error_code_enum<polyport::errc> : std::true_type {};
