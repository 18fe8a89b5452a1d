// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/steady_timer.hpp>

namespace polyport {

/// Asio's timer, as a class that can be declared without it: what a service includes is to compile quickly.
class timer : public boost::asio::steady_timer {
public:
    using basic_waitable_timer::basic_waitable_timer;
};

} // namespace polyport
