// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/connection.hpp"

#include <memory>
#include <new>
#include <string>

namespace polyport::http {

/// Whom the latest request of a connection was from, for the table, which shows it between two requests too.
/// Most have none, so it takes one pointer of a frame that stays.
class latest_user {
public:
    explicit latest_user(connection& of) noexcept : connection_(of) {}
    latest_user(latest_user const&) = delete;
    latest_user& operator=(latest_user const&) = delete;
    ~latest_user() { connection_.user = nullptr; }

    void keep(std::string const& name) noexcept
    {
        connection_.user = nullptr;
        try {
            if (name.empty())
                name_.reset();
            else if (!name_)
                name_ = std::make_unique<std::string>(name);
            else if (*name_ != name)
                *name_ = name;
            connection_.user = name_.get();
        } catch (std::bad_alloc const&) { // then the table does not have it
            return;
        }
    }

private:
    connection& connection_;
    std::unique_ptr<std::string> name_;
};

} // namespace polyport::http
