// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/service.hpp"
#include "services/admin/call.hpp"
#include "services/admin/rights.hpp"
#include "services/http/responder.hpp"
#include "services/http/settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace polyport::admin {

/// The control interface: HTTP with JSON, over a UNIX socket or loopback TCP, read by the session of the HTTP
/// service. What it offers: docs/admin.md.
class admin_service final : public stream_service, public http::responder {
public:
    explicit admin_service(option_set& options);

    void check_access(access_settings const& access, std::vector<std::string>& problems,
                      std::vector<std::string>& warnings) const override;
    void start(runtime& owner) override;
    std::optional<unsigned> socket_mode() const override;
    void bound(transport kind, socket_address const& address) override;
    task<> serve(stream client) override;
    task<bool> answer(http::exchange& x) override;
    /// Changes, in the daemon's log.
    void log_access(http::exchange const& x) override;

private:
    right right_of(http::exchange& x) const;
    bool admits(http::exchange& x, route const& to) const;

    std::string token_file_;
    std::vector<reader> readers_;
    token_list tokens_;
    http::request_limits limits_;
};

std::unique_ptr<stream_service> make_admin_service(option_set& options);

} // namespace polyport::admin
