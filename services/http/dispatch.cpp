// SPDX-License-Identifier: BSL-1.0
#include "services/http/dispatch.hpp"

#include "services/http/authority.hpp"
#include "services/http/cgi/route.hpp"
#include "services/http/directory.hpp"
#include "services/http/http_service.hpp"
#include "services/http/percent.hpp"
#include "services/http/static_file.hpp"

#include <array>
#include <cerrno>
#include <string>

namespace polyport::http {
namespace {

constexpr std::string_view allowed_for_files = "GET, HEAD, OPTIONS";
constexpr std::string_view allowed_at_all = "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS";

bool reads_only(method verb)
{
    return verb == method::get || verb == method::head;
}

void refuse_method(exchange& x, std::string_view allowed)
{
    std::array const fields{extra_field{"Allow", allowed}};
    x.respond_error(status::method_not_allowed, {}, fields);
}

void answer_options(exchange& x, std::string_view allowed)
{
    std::array const fields{extra_field{"Allow", allowed}};
    x.respond(status::no_content, {}, {}, fields);
}

status status_of(error_code reason)
{
    switch (reason.value()) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
    case EXDEV: // a link that leads out of the root: as if it were not there
    case ELOOP:
        return status::not_found;
    case EACCES:
    case EPERM:
        return status::forbidden;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return status::service_unavailable;
    default:
        return status::internal_server_error;
    }
}

// RFC 9110, section 15.4.2. The path is normalised, so that it cannot begin with "//" and name another host.
void redirect_to_directory(exchange& x)
{
    std::string location;
    append_encoded_path(location, x.where.path);
    location += '/';
    if (x.where.has_query)
        location.append("?").append(x.where.query);
    std::array const fields{extra_field{"Location", location}};
    x.respond_error(status::moved_permanently, {}, fields);
}

// `path` becomes that of the file.
result<file_cache::entry> find_index(http_service& service, exchange& x, std::string& path)
{
    error_code reason(ENOENT, boost::system::system_category());
    for (auto const& name : x.place->index) {
        path = x.where.path + name;
        auto found = find_file(service, *x.place, path);
        if (found || found.error().value() != ENOENT)
            return found;
        reason = found.error();
    }
    return reason;
}

// `redirected`: a program has said that the answer is here (RFC 3875, 6.2.2), which then is asked for by GET.
task<bool> answer_path(http_service& service, exchange& x, bool redirected)
{
    std::string index;
    auto found =
        x.where.directory ? find_index(service, x, index) : find_file(service, *x.place, x.where.path);
    if (found && !index.empty() && !service.access().is_open()) {
        bool const admitted = co_await service.access().admit(x, index);
        if (!admitted)
            co_return true;
    }
    if (!found && found.error().value() == EISDIR) {
        redirect_to_directory(x);
        co_return true;
    }
    bool const listing = !found && x.where.directory && found.error().value() == ENOENT;
    if (!found && !listing) {
        x.respond_error(status_of(found.error()));
        co_return true;
    }
    if (x.head.verb() == method::options) {
        answer_options(x, allowed_for_files);
        co_return true;
    }
    if (!reads_only(x.head.verb()) && !redirected) {
        refuse_method(x, allowed_for_files);
        co_return true;
    }
    if (listing)
        co_return co_await answer_directory(service, x);
    auto file = std::move(*found);
    co_return co_await send_file(service, x, std::move(file));
}

// The tree of the host that a request is for. A host that is not known, or not named, has the default one.
location const& place_of(http_service const& service, exchange const& x, std::string_view path)
{
    auto const& all = service.locations();
    if (!all.has_hosts())
        return all.find({}, path);
    auto const named = parse_authority(x.head.authority());
    return all.find(named ? comparable_host(named->host) : std::string(), path);
}

// What the program says is no fault of the client's.
void answer_bad_redirect(http_service& service, exchange& x, std::string_view target, std::string_view reason)
{
    service.owner().log().warning("cgi-bad-redirect", {{"target", target}, {"reason", reason}},
                                  x.client.info().id);
    x.respond_error(status::bad_gateway, "the program gave no valid response");
}

// Whatever the target is for: a program, a file, a directory. A program may send on to another target.
task<bool> answer_target(http_service& service, exchange& x)
{
    std::string location;
    auto path_and_query = x.head.path_and_query();
    auto target = x.head.target();
    for (int redirects = 0; redirects <= cgi::max_local_redirects; ++redirects) {
        if (auto const verdict = parse_target(path_and_query, x.where); verdict.refused) {
            if (redirects == 0)
                x.respond_error(verdict.code, verdict.reason);
            else
                answer_bad_redirect(service, x, target, verdict.reason);
            co_return true;
        }
        x.place = &place_of(service, x, x.where.path);
        if (redirects == 0 && !service.access().within_rate(x))
            co_return true;
        if (!service.access().is_open()) {
            bool const admitted = co_await service.access().admit(x, x.where.path);
            if (!admitted)
                co_return true;
        }
        if (x.where.hidden && !x.place->hidden) {
            x.respond_error(status::not_found);
            co_return true;
        }
        cgi::route route;
        cgi::find_route(service, x, route);
        if (!route.is_cgi() && x.head.verb() == method::unknown && redirects == 0) {
            x.respond_error(status::not_implemented);
            co_return true;
        }
        if (!route.is_cgi())
            co_return co_await answer_path(service, x, redirects > 0);
        if (x.head.verb() == method::trace) {
            refuse_method(x, allowed_at_all);
            co_return true;
        }
        if (route.path != x.where.path && !service.access().is_open()) { // an index
            bool const admitted = co_await service.access().admit(x, route.path);
            if (!admitted)
                co_return true;
        }
        auto answer = co_await cgi::answer_route(service, x, route, target, redirects > 0);
        if (answer.what != cgi::answered::kind::redirect)
            co_return answer.what == cgi::answered::kind::done;
        location = std::move(answer.location);
        path_and_query = target = location;
    }
    service.owner().log().error("cgi-redirect-loop", {{"target", target}}, x.client.info().id);
    x.respond_error(status::internal_server_error);
    co_return true;
}

// A file that was asked for lately, by the very bytes of its path: nothing to decode, nothing to look up.
file_cache::entry find_by_target(http_service& service, exchange& x)
{
    auto const target = x.head.path_and_query();
    if (!reads_only(x.head.verb()) || target.find_first_of("%?") != std::string_view::npos)
        return nullptr;
    auto const& place = place_of(service, x, target);
    auto file = service.find_cached(place, target, x.client.info().socket.set().turn_began());
    if (!file)
        return nullptr;
    x.place = &place;
    // With a limit on requests, or if there is something to ask, it goes the longer way.
    bool const at_once =
        !place.requests && (service.access().is_open() || service.access().admits_now(x, target));
    return at_once ? file : nullptr;
}

} // namespace

bool dispatch_now(http_service& service, exchange& x)
{
    auto const file = find_by_target(service, x);
    return file && send_file_now(service, x, file);
}

task<bool> dispatch(http_service& service, exchange& x)
{
    if (auto file = find_by_target(service, x))
        co_return co_await send_file(service, x, std::move(file));
    if (x.head.verb() == method::connect) {
        refuse_method(x, allowed_at_all);
        co_return true;
    }
    if (x.head.form() == target_form::asterisk) {
        answer_options(x, allowed_at_all);
        co_return true;
    }
    co_return co_await answer_target(service, x);
}

} // namespace polyport::http
