// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/admin/link.hpp"
#include "client/admin/options.hpp"
#include "client/admin/rates.hpp"
#include "client/failure.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::client {

/// What the busiest connections are first in.
enum class order { rate, bytes, age, idle };

std::string_view word(order by);

/// What `top` shows of one look at the daemon.
class busiest_view {
public:
    /// `options` outlives it. `all`: connections of the control interface as well.
    busiest_view(admin_options const& options, bool all) : options_(options), all_(all) {}

    /// Asks the daemon; rates are those since the look before.
    outcome<> look(admin_link& link);

    /// As many as fit into `height`, each of at most `width` columns.
    std::vector<std::string> lines(std::size_t width, std::size_t height, order by) const;

private:
    struct ranked {
        boost::json::object const* row;
        rates::flow now;
        double key;
    };

    std::vector<std::string> head(std::size_t width) const;
    std::vector<ranked> busiest(std::size_t most, order by) const;

    admin_options const& options_;
    bool all_;
    boost::json::value table_ = boost::json::object();
    boost::json::value stats_ = boost::json::object();
    rates rates_;
};

} // namespace polyport::client
