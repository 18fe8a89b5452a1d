// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/runtime.hpp"
#include "common/task.hpp"
#include "services/http/cgi/environment.hpp"
#include "services/http/cgi/program_metrics.hpp"
#include "services/http/cgi/program_request.hpp"
#include "services/http/cgi/relay.hpp"
#include "services/http/cgi/spool.hpp"
#include "services/http/cgi/supervisor.hpp"
#include "services/http/exchange.hpp"
#include "services/http/settings.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>

namespace polyport::cgi {

class client_watch;

/// What a program's answer came to.
struct answered {
    enum class kind : std::uint8_t {
        done,     ///< the response is sent, or in x.out()
        broken,   ///< it cannot be sent whole: the connection must end
        redirect, ///< nothing is sent: `location` is to be answered, with GET or HEAD and no body
    };
    kind what = kind::done;
    std::string location; ///< path and query, with characters of http::target_char alone
};

/// A run of local redirects that is longer is a loop: 500 (RFC 3875 section 6.2.2 leaves the number to us).
inline constexpr int max_local_redirects = 10;

/// Everything about CGI that a service for HTTP needs.
class gateway {
public:
    /// initial_files: the soft limit on descriptors that the daemon was started with, which programs get
    /// back. Throws start_error. All that is given by reference outlives stop().
    gateway(runtime& owner, http::cgi_settings const& options, rlim_t initial_files);
    gateway(gateway const&) = delete;
    gateway& operator=(gateway const&) = delete;
    ~gateway();

    supervisor const& programs() const noexcept { return supervisor_; }

    /// Answers a request by a program. Calls x.respond_error() where that cannot be done.
    task<answered> answer(http::exchange& x, program_request what);

    /// Ends every program. To be waited for after the last connection, before the runtime goes.
    task<> stop() { return supervisor_.stop(); }

private:
    struct body_source {
        spool kept;
        std::optional<std::uint64_t> length; ///< nothing: no body, or nobody knows
        bool present = false;
        bool spooled = false;
    };

    task<bool> spool_body(http::exchange& x, spool& into);
    void answer_bad_body(http::exchange& x, error_code reason);
    void refuse(http::exchange& x);
    task<admission::ticket> wait_for_turn(http::exchange& x, client_watch& watch);
    task<std::shared_ptr<run>> start(http::exchange& x, program_request const& what,
                                     environment const& variables, body_source& body,
                                     admission::ticket right);
    task<bool> has_started(http::exchange& x, program_request const& what, run& program);
    void answer_failed_start(http::exchange& x, program_request const& what, start_failure const& failure);
    task<answered> serve(http::exchange& x, program_request what, run& program, std::string_view first);

    runtime& owner_;
    http::cgi_settings const& options_;
    std::vector<std::string> const inherited_;
    supervisor supervisor_;
    program_metrics metrics_;
};

} // namespace polyport::cgi
