// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/runtime.hpp"
#include "common/task.hpp"
#include "services/http/date.hpp"
#include "services/http/error_page.hpp"
#include "services/http/exchange.hpp"
#include "services/http/request_metrics.hpp"
#include "services/http/request_parser.hpp"
#include "services/http/settings.hpp"
#include "services/http/status.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::http {

struct workspace;

/// Who answers the requests that a session reads, and what all connections of one server share. The server of
/// files and programs is one, the control interface another.
class responder {
public:
    responder();
    responder(responder const&) = delete;
    responder& operator=(responder const&) = delete;
    virtual ~responder();

    /// Answers a request if nothing needs to be waited for: then the response is in x.out(), and answer() is
    /// not asked. Otherwise it leaves no trace.
    virtual bool answer_now(exchange&) { return false; }
    /// Answers one request. Small responses are left in x.out() for the session to send. False if the
    /// response could not be sent whole: the connection must end.
    virtual task<bool> answer(exchange& x) = 0;
    /// After each response, also those that the session itself has given to what is no request.
    virtual void log_access(exchange const&) {}
    /// The user's own page for a status; null if there is none.
    virtual stored_page const* error_page(exchange const&, status) const { return nullptr; }

    runtime& owner() const noexcept { return *owner_; }
    request_limits const& request_options() const noexcept { return *requests_; }
    head_limits const& limits() const noexcept { return limits_; }

    /// Counts a response that is complete, and logs it.
    void finished(exchange const& x);

    /// Seconds since 1970.
    std::int64_t now();
    /// The Date field's value, made once a second.
    std::string_view date();

    /// What a request needs while it is worked on; idle connections have none.
    std::unique_ptr<workspace> borrow_workspace();
    void give_back(std::unique_ptr<workspace> used);

protected:
    /// Before the first connection. All outlive it. `service` is what the metrics are labelled with.
    void begin(runtime& owner, request_limits const& requests, std::string_view service);

private:
    runtime* owner_ = nullptr;
    request_limits const* requests_ = nullptr;
    head_limits limits_;
    std::optional<request_metrics> metrics_;
    std::vector<std::unique_ptr<workspace>> idle_workspaces_;
    std::int64_t date_second_ = -1;
    std::optional<date_text> date_;
};

} // namespace polyport::http
