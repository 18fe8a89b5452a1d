// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/access_settings.hpp"
#include "common/gate.hpp"
#include "common/runtime.hpp"
#include "common/task.hpp"
#include "services/http/auth/login.hpp"
#include "services/http/exchange.hpp"
#include "services/http/location.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace polyport::http {

/// Whether requests may be answered: access rules, passwords, the rate of requests.
class access_control {
public:
    /// All outlive it. Reads the files of users.
    access_control(runtime& owner, gate& of, location_table const& places);
    access_control(access_control const&) = delete;
    access_control& operator=(access_control const&) = delete;
    ~access_control();

    /// No rule can deny anything: nobody need ask.
    bool is_open() const noexcept { return rules_.allows_all(); }

    /// Takes a request into account for http-request-rate. False if it comes too fast: then it is answered.
    bool within_rate(exchange& x);

    /// Whether x may have what is at `path` of x.place, as far as that can be told without waiting. False:
    /// ask admit().
    bool admits_now(exchange& x, std::string_view path);
    /// The same, asking for a name or a password if it must. False: it is answered, with 401, 403 or 503.
    task<bool> admit(exchange& x, std::string path);

    /// Ends the threads that check passwords. After the last connection.
    void stop();

private:
    user_directory* users_at(location const& place);
    access_facts facts_of(exchange const& x, user_directory const* users) const;
    access_verdict decide(access_facts const& facts, exchange const& x, std::string_view path) const;
    void refuse(exchange& x, access_verdict const& made, bool can_log_in);

    runtime& owner_;
    gate& gate_;
    service_rules const& rules_;
    bool const needs_host_;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<user_directory>> users_; ///< by both files
    std::unique_ptr<login_checker> logins_;
};

/// What rules and settings lack together: sentences, of which `warnings` do not keep the daemon from
/// starting.
void check_access_settings(settings const& http, access_settings const& access,
                           std::vector<std::string>& problems, std::vector<std::string>& warnings);

/// For --explain: what a target means to the rules: decoded and normalised as a request's is.
/// `//host:80/path` and `http://host/path` name a host, too.
checked<url_prefix> place_of(std::string_view text);
satisfy_mode satisfy_at(settings const& http, std::string const& host, std::string const& path);

} // namespace polyport::http
