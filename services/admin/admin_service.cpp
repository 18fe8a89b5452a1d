// SPDX-License-Identifier: BSL-1.0
#include "services/admin/admin_service.hpp"

#include "common/access/access_settings.hpp"
#include "common/options.hpp"
#include "common/quoted.hpp"
#include "common/socket_owner.hpp"
#include "services/admin/browser_guard.hpp"
#include "services/admin/reply.hpp"
#include "services/http/session.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace polyport::admin {
namespace {

using namespace std::chrono_literals;

constexpr std::array routes{
    route{"GET", "/", right::read, show_page, query_use::ignored},
    route{"GET", "/connections", right::read, list_connections, query_use::read},
    route{"DELETE", "/connections", right::write, end_connections, query_use::read},
    route{"GET", "/connections/*", right::read, show_connection},
    route{"DELETE", "/connections/*", right::write, end_connection, query_use::read},
    route{"GET", "/flows", right::read, list_flows, query_use::read},
    route{"GET", "/stats", right::read, show_stats},
    route{"GET", "/metrics", right::read, show_metrics},
    route{"GET", "/events", right::read, stream_events, query_use::read},
    route{"GET", "/config", right::read, show_configuration},
    route{"GET", "/log-level", right::read, show_log_level},
    route{"PUT", "/log-level", right::write, set_log_level},
    route{"POST", "/drain", right::write, begin_drain},
    route{"POST", "/reopen-logs", right::write, reopen_logs},
    // Probes say who is well, and nothing else: whoever can connect may ask.
    route{"GET", "/healthz", right::none, show_health},
    route{"GET", "/readyz", right::none, show_readiness},
};

bool is_loopback(socket_address const& address)
{
    sockaddr_storage storage{};
    address.fill(storage);
    if (storage.ss_family == AF_INET)
        return (ntohl(reinterpret_cast<sockaddr_in const&>(storage).sin_addr.s_addr) >> 24U) == 127;
    auto const& v6 = reinterpret_cast<sockaddr_in6 const&>(storage).sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

// All groups of the peer, as of its connect.
std::vector<gid_t> groups_of(connection const& c)
{
    std::vector<gid_t> groups(64);
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    if (::getsockopt(c.socket.fd(), SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) != 0) {
        groups.resize(size / sizeof(gid_t)); // ERANGE tells the size
        if (groups.empty() ||
            ::getsockopt(c.socket.fd(), SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size) != 0)
            size = 0;
    }
    groups.resize(size / sizeof(gid_t));
    groups.push_back(c.peer->gid);
    return groups;
}

// The number of /connections/NUMBER: digits alone.
std::optional<std::uint64_t> number_behind(std::string_view prefix, std::string_view path)
{
    if (!path.starts_with(prefix))
        return std::nullopt;
    path.remove_prefix(prefix.size());
    std::uint64_t id = 0;
    auto const [end, error] = std::from_chars(path.data(), path.data() + path.size(), id);
    if (error != std::errc() || end != path.data() + path.size())
        return std::nullopt;
    return id;
}

bool fits(route const& one, std::string_view path, std::uint64_t& id)
{
    if (!one.path.ends_with('*'))
        return one.path == path;
    auto const number = number_behind(one.path.substr(0, one.path.size() - 1), path);
    if (number)
        id = *number;
    return number.has_value();
}

// HEAD is GET without the body, which the exchange leaves out.
bool is_for(route const& one, http::exchange const& x)
{
    return one.method == x.head.method_text() || (one.method == "GET" && x.head.verb() == http::method::head);
}

std::string methods_of(std::string_view path)
{
    std::string all;
    std::uint64_t id = 0;
    for (auto const& one : routes) {
        if (fits(one, path, id))
            all +=
                (all.empty() ? "" : ", ") + std::string(one.method) + (one.method == "GET" ? ", HEAD" : "");
    }
    return all;
}

} // namespace

admin_service::admin_service(option_set& options)
{
    options.group(
        "Control interface (--admin)",
        "Root and the user that the daemon runs as may do everything there; others nothing, unless they "
        "are named here. See docs/admin.md.");
    options
        .add("admin-readers", "WHO",
             "who else may look at it: USER, :GROUP, or * for whoever can connect; changes nothing about who "
             "may steer",
             bind_list(readers_, parse_reader))
        .with_example(":adm");
    options
        .add("admin-token-file", "FILE",
             "ask for one of the tokens of FILE over TCP, which may then be reached from other machines; a "
             "line "
             "is TOKEN, or read TOKEN for one that may only look",
             bind_file_name(token_file_))
        .with_example("/etc/polyport/admin-tokens");
    limits_.max_body = 4096;
    limits_.keep_alive_timeout = 60s;
}

// Who closes everything with "deny all all" seldom means this.
void admin_service::check_access(access_settings const& access, std::vector<std::string>&,
                                 std::vector<std::string>& warnings) const
{
    std::string closed_by = access.default_allow ? "" : "access-default is deny";
    for (auto const& rule : access.rules) {
        if (!rule.service.empty() && rule.service != "admin")
            continue;
        if (rule.allow)
            return;
        bool const everyone =
            std::any_of(rule.subjects.begin(), rule.subjects.end(),
                        [](auto const& subject) { return subject.what == access_subject::kind::everyone; });
        if (everyone) {
            closed_by = rule.origin + ": " + quoted(rule.text) + " is for admin, too";
            break;
        }
    }
    if (!closed_by.empty())
        warnings.push_back("admin: nobody may reach the control interface, as " + closed_by +
                           "; put 'allow admin unix:uid=root' in front, or whom you trust");
}

void admin_service::start(runtime& owner)
{
    if (!owner.control())
        throw start_error("admin: there is no daemon to be steered");
    if (!token_file_.empty())
        tokens_ = token_list::from_file(token_file_).value(); // throws start_error
    begin(owner, limits_, "admin");
}

// Who connects is asked of the kernel, so that it may be open to those who may read.
std::optional<unsigned> admin_service::socket_mode() const
{
    return readers_.empty() ? 0600 : 0666;
}

void admin_service::bound(transport kind, socket_address const& address)
{
    if (kind == transport::tcp && tokens_.empty() && !is_loopback(address))
        throw start_error(
            "admin: " + address.to_string() +
            " can be reached from other machines; use a UNIX socket or 127.0.0.1, or ask for a token "
            "with --admin-token-file FILE");
}

task<> admin_service::serve(stream client)
{
    auto& c = client.info();
    if (c.kind == transport::tcp && is_loopback(c.remote)) {
        if (auto const user = owner_of_peer(c.local, c.remote))
            c.peer = ucred{0, *user, static_cast<gid_t>(-1)};
    }
    return http::run_session(*this, std::move(client));
}

right admin_service::right_of(http::exchange& x) const
{
    auto const& c = x.client.info();
    if (c.kind == transport::tcp && !tokens_.empty())
        return tokens_.right_of(x.head.value(http::known_field::authorization));
    if (!c.peer)
        return right::none;
    auto const groups = c.kind == transport::unix_stream ? groups_of(c) : std::vector<gid_t>();
    return admin::right_of(c.peer->uid, groups, ::geteuid(), readers_);
}

// Whether it may go on; says so if not.
bool admin_service::admits(http::exchange& x, route const& to) const
{
    bool const by_token = x.client.info().kind == transport::tcp && !tokens_.empty();
    request_origin from;
    from.host = x.head.authority();
    from.origin = x.head.find("Origin");
    from.fetch_site = x.head.find("Sec-Fetch-Site");
    from.fetch_mode = x.head.find("Sec-Fetch-Mode");
    from.reads_page = to.answer == show_page;
    switch (judge_origin(from, by_token)) {
    case origin_verdict::own:
        break;
    case origin_verdict::name:
        reply_error(
            x, http::status::misdirected_request,
            "the Host of a request is an address or localhost here, lest another site's name lead to it");
        return false;
    case origin_verdict::foreign:
        reply_error(x, http::status::forbidden, "a web page of another origin asks for this, which may not");
        return false;
    }
    // The page itself has no secrets, and must be there to ask for the token.
    if (by_token && to.answer == show_page)
        return true;
    auto const has = right_of(x);
    if (has >= to.needed)
        return true;
    if (by_token && has == right::none) {
        std::array const fields{http::extra_field{"WWW-Authenticate", "Bearer realm=\"polyport\""}};
        reply_error(x, http::status::unauthorized, "a token of the daemon's admin-token-file is needed",
                    fields);
    } else if (has == right::none) {
        reply_error(
            x, http::status::forbidden,
            "this user may not look at the daemon; admin-readers says who may besides its own and root");
    } else {
        reply_error(x, http::status::forbidden, "this user may look at the daemon, not steer it");
    }
    return false;
}

task<bool> admin_service::answer(http::exchange& x)
{
    auto target = x.head.path_and_query();
    auto const question = std::min(target.find('?'), target.size());
    auto const path = target.substr(0, question);
    auto parameters = parse_query(target.substr(std::min(question + 1, target.size())));
    call c{owner(), x, {}};

    auto const same = std::find_if(routes.begin(), routes.end(),
                                   [&](route const& one) { return is_for(one, x) && fits(one, path, c.id); });
    auto const allowed = methods_of(path);
    if (same != routes.end() && !admits(x, *same))
        co_return true;
    if (same == routes.end() && allowed.empty()) {
        reply_error(x, http::status::not_found,
                    "there is nothing of this name; docs/admin.md lists what there is");
        co_return true;
    }
    if (same == routes.end()) {
        std::array const fields{http::extra_field{"Allow", allowed}};
        reply_error(x, http::status::method_not_allowed, "this can be asked for with " + allowed, fields);
        co_return true;
    }
    if (!parameters && same->parameters != query_use::ignored) {
        reply_error(x, http::status::bad_request, parameters.error().text);
        co_return true;
    }
    if (same->parameters == query_use::none && !parameters->empty()) {
        reply_error(x, http::status::bad_request,
                    "there is no parameter " + quoted(parameters->front().name) + ": this takes none");
        co_return true;
    }
    if (parameters)
        c.parameters = std::move(*parameters);
    co_return co_await same->answer(c);
}

void admin_service::log_access(http::exchange const& x)
{
    auto const verb = x.head.verb();
    if (verb == http::method::get || verb == http::method::head)
        return;
    auto const& c = x.client.info();
    auto const user = c.peer ? std::to_string(c.peer->uid) : std::string("unknown");
    owner().log().info("admin-request",
                       {{"request", x.head.request_line()},
                        {"status", number(x.code)},
                        {"uid", user},
                        {"remote", c.remote.raw()}},
                       c.id);
}

std::unique_ptr<stream_service> make_admin_service(option_set& options)
{
    return std::make_unique<admin_service>(options);
}

} // namespace polyport::admin
