// SPDX-License-Identifier: BSL-1.0
#include "common/endpoint_check.hpp"

#include "common/quoted.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace polyport {
namespace {

bool uses_ip(transports which)
{
    return contains(which, transport::tcp) || contains(which, transport::udp);
}

bool uses_unix(transports which)
{
    return contains(which, transport::unix_stream) || contains(which, transport::unix_datagram);
}

bool sends_datagrams(transports which)
{
    return contains(which, transport::udp) || contains(which, transport::unix_datagram);
}

/// "" if the service can be reached so.
std::string unfit(enabled_endpoint const& endpoint, transports reached_by)
{
    auto const& service = endpoint.service;
    if (endpoint.where.is_ip() && !uses_ip(reached_by))
        return service + " is reached by UNIX sockets alone; give a path, such as ./" + service + ".sock";
    if (endpoint.where.is_unix() && !uses_unix(reached_by))
        return service + " is not reached by UNIX sockets; give a port or an address, such as 8000";
    return "";
}

/// TCP and UDP have ports of their own; a path belongs to one socket of whichever kind.
bool would_clash(endpoint_spec const& a, transports a_by, endpoint_spec const& b, transports b_by)
{
    if (!a.is_ip() || !b.is_ip())
        return a == b;
    if (a.port == 0 || a.port != b.port || sends_datagrams(a_by) != sends_datagrams(b_by))
        return false;
    bool const for_all =
        a.type == endpoint_spec::kind::any_address || b.type == endpoint_spec::kind::any_address;
    return for_all || a.host == b.host;
}

bool folder_is_missing(std::string const& path)
{
    auto const folder = std::filesystem::path(path).parent_path();
    std::error_code ignored;
    return !folder.empty() && !std::filesystem::is_directory(folder, ignored);
}

std::string text_of(enabled_endpoint const& endpoint)
{
    return "--" + endpoint.service + " " + to_string(endpoint.where);
}

} // namespace

std::vector<std::string> check_endpoints(std::vector<enabled_endpoint> const& endpoints,
                                         std::vector<endpoint_user> const& users)
{
    auto const reached_by = [&](enabled_endpoint const& endpoint) {
        return std::ranges::find(users, endpoint.service, &endpoint_user::name)->reached_by;
    };
    std::vector<std::string> problems;
    for (auto here = endpoints.begin(); here != endpoints.end(); ++here) {
        auto const named = here->origin + ": " + text_of(*here) + ": ";
        if (auto const sentence = unfit(*here, reached_by(*here)); !sentence.empty()) {
            problems.push_back(named + sentence);
            continue;
        }
        auto const other = std::find_if(endpoints.begin(), here, [&](enabled_endpoint const& before) {
            return would_clash(before.where, reached_by(before), here->where, reached_by(*here));
        });
        if (other != here)
            problems.push_back(named + "that is taken by " + text_of(*other) + " (" + other->origin +
                               "); give it another " +
                               (here->where.is_ip()     ? "port"
                                : here->where.is_unix() ? "path"
                                                        : "name"));
    }
    return problems;
}

std::vector<std::string> missing_folders(std::vector<enabled_endpoint> const& endpoints,
                                         server_settings const& settings)
{
    std::vector<std::string> sentences;
    auto const look_at = [&](std::string const& what, std::string const& path) {
        if (!path.empty() && folder_is_missing(path))
            sentences.push_back(what + ": the folder of " + polyport::quoted(path) +
                                " does not exist; make it before the start");
    };
    for (auto const& one : endpoints)
        if (one.where.type == endpoint_spec::kind::unix_path)
            look_at(one.origin + ": --" + one.service, one.where.path);
    look_at("ready-file", settings.ready_file);
    look_at("log-file", settings.log.file);
    look_at("access-log", settings.log.access_file == "-" ? "" : settings.log.access_file);
    return sentences;
}

} // namespace polyport
