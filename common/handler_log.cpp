// SPDX-License-Identifier: BSL-1.0
#include "common/handler_log.hpp"

#include "common/socket_address.hpp"

#include <string>
#include <vector>

namespace polyport {

void handler_log::write(log_level level, std::string_view event, fields more) const
{
    if (!log_->enabled(level))
        return;
    auto const remote = remote_->to_string();
    std::vector<log_field> all;
    all.reserve(more.size() + 3);
    all.emplace_back("service", service_);
    all.emplace_back("remote", remote);
    if (connection_ == 0)
        all.emplace_back("flow", flow_);
    all.insert(all.end(), more.begin(), more.end());
    log_->write(level, event, all, connection_);
}

} // namespace polyport
