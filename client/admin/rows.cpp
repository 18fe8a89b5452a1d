// SPDX-License-Identifier: BSL-1.0
#include "client/admin/rows.hpp"

#include <boost/json/value.hpp>

namespace polyport::client {
namespace {

namespace json = boost::json;

json::value const* find(json::object const& from, std::string_view name)
{
    return from.if_contains(json::string_view(name.data(), name.size()));
}

} // namespace

std::string text_of(json::object const& from, std::string_view name)
{
    auto const* const found = find(from, name);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

double number_of(json::object const& from, std::string_view name)
{
    auto const* const found = find(from, name);
    return found && found->is_number() ? found->to_number<double>() : 0;
}

std::uint64_t count_of(json::object const& from, std::string_view name)
{
    auto const* const found = find(from, name);
    boost::system::error_code error;
    return found && found->is_number() ? found->to_number<std::uint64_t>(error) : 0;
}

json::object const& object_of(json::object const& from, std::string_view name)
{
    static json::object const none;
    auto const* const found = find(from, name);
    return found && found->is_object() ? found->get_object() : none;
}

json::array const& array_of(json::object const& from, std::string_view name)
{
    static json::array const none;
    auto const* const found = find(from, name);
    return found && found->is_array() ? found->get_array() : none;
}

std::string address_text(json::object const& from, std::string_view name)
{
    auto const& address = object_of(from, name);
    if (address.contains("path"))
        return text_of(address, "path");
    auto const host = text_of(address, "address");
    if (host.empty())
        return "-";
    auto const port = std::to_string(count_of(address, "port"));
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

std::string work_text(json::object const& connection)
{
    auto const& program = object_of(connection, "program");
    if (!program.empty())
        return text_of(program, "path") + " (pid " + std::to_string(count_of(program, "pid")) + ")";
    return text_of(connection, "request");
}

std::string user_text(json::object const& connection)
{
    auto name = text_of(connection, "user");
    if (!name.empty())
        return name;
    auto const& credentials = object_of(connection, "credentials");
    return credentials.empty() ? "-" : std::to_string(count_of(credentials, "uid"));
}

std::string state_text(json::object const& connection)
{
    auto const state = text_of(connection, "state");
    auto const peer = text_of(connection, "peer");
    return peer.empty() || peer == "present" ? state : state + "/" + peer;
}

} // namespace polyport::client
