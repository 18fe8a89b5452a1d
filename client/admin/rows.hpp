// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::client {

/// Reading of what the daemon says: what is missing, or is something else, is empty or 0.

std::string text_of(boost::json::object const& from, std::string_view name);
double number_of(boost::json::object const& from, std::string_view name);
std::uint64_t count_of(boost::json::object const& from, std::string_view name);
boost::json::object const& object_of(boost::json::object const& from, std::string_view name);
boost::json::array const& array_of(boost::json::object const& from, std::string_view name);

/// `127.0.0.1:8000`, `[::1]:8000`, `/path`, `@name`, or `-`.
std::string address_text(boost::json::object const& from, std::string_view name);
/// What a connection is about: its request, or the program that works on it.
std::string work_text(boost::json::object const& connection);
/// `1000` (uid) or `-`.
std::string user_text(boost::json::object const& connection);
/// The state with the peer's, where that says something: `busy`, `busy/half-closed`.
std::string state_text(boost::json::object const& connection);

} // namespace polyport::client
