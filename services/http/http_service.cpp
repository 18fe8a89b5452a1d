// SPDX-License-Identifier: BSL-1.0
#include "services/http/http_service.hpp"

#include "services/http/cgi/gateway.hpp"
#include "services/http/cgi/gateway_settings.hpp"
#include "services/http/dispatch.hpp"
#include "services/http/session.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <unistd.h>

namespace polyport::http {
namespace {

constexpr auto system_types = "/etc/mime.types";

} // namespace

std::string cache_key(location const& place, std::string_view path)
{
    std::string key(place.site);
    key += path;
    return key;
}

http_service::http_service(option_set& options)
{
    declare(options, settings_);
    declare_old_names(options);
}

http_service::~http_service() = default;

void http_service::check(std::vector<std::string>& problems) const
{
    if (settings_.root.empty())
        problems.emplace_back("http-root: not given; name the directory to serve with --http-root DIR");
    for (auto const& page : settings_.error_pages) {
        if (::access(page.file.c_str(), R_OK) != 0)
            problems.push_back("http-error-page: '" + page.file +
                               "' cannot be read: " + std::strerror(errno) + "; name a readable file");
    }
    if (auto const identity = cgi::identity_of_programs(settings_.cgi); !identity)
        problems.push_back(identity.error().text);
}

void http_service::check_access(access_settings const& access, std::vector<std::string>& problems,
                                std::vector<std::string>& warnings) const
{
    check_access_settings(settings_, access, problems, warnings);
}

checked<url_prefix> http_service::place_of(std::string_view target) const
{
    return http::place_of(target);
}

satisfy_mode http_service::satisfy_at(std::string_view host, std::string_view path) const
{
    return http::satisfy_at(settings_, std::string(host), std::string(path));
}

void http_service::start(runtime& owner)
{
    begin(owner, settings_.limits, "http");
    content_types types;
    add_table_from_file(types, system_types);
    locations_.emplace(settings_, types);
    access_.emplace(owner, owner.admission().named("http"), *locations_);
    files_.emplace(static_cast<std::size_t>(settings_.file_cache));
    compressor_.emplace(owner, *files_);
    programs_ = std::make_unique<cgi::gateway>(owner, settings_.cgi, owner.initial_descriptors());
    auto const& log = owner.settings().log;
    if (!log.access_file.empty())
        access_log_ = std::make_unique<access_log>(log.access_file, log.access_format);
}

task<> http_service::serve(stream client)
{
    return run_session(*this, std::move(client));
}

task<> http_service::stop()
{
    access_->stop();
    return programs_->stop();
}

void http_service::reopen_logs()
{
    if (!access_log_)
        return;
    if (auto const reopened = access_log_->reopen(); !reopened)
        owner().log().error("log-not-reopened", {{"message", reopened.error().text}});
}

void http_service::log_tables()
{
    programs_->programs().log_table();
}

bool http_service::answer_now(exchange& x)
{
    return dispatch_now(*this, x);
}

task<bool> http_service::answer(exchange& x)
{
    return dispatch(*this, x);
}

stored_page const* http_service::error_page(exchange const& x, status code) const
{
    auto const& pages = (x.place ? *x.place : locations_->fallback()).error_pages;
    auto const own = pages.find(static_cast<std::uint16_t>(code));
    return own == pages.end() ? nullptr : &own->second;
}

file_cache::entry http_service::find_cached(location const& place, std::string_view path,
                                            std::chrono::steady_clock::time_point now)
{
    auto const still_same = [](served_file const& file) { return file.is_current(); };
    if (place.site.empty())
        return files_->find(path, now, still_same);
    return files_->find(cache_key(place, path), now, still_same);
}

void http_service::log_access(exchange const& x)
{
    if (!access_log_)
        return;
    using std::chrono::system_clock;
    auto const& c = x.client.info();
    auto const remote = c.remote.is_ip() ? c.remote.host() : c.remote.to_string();
    access_record record;
    record.time =
        system_clock::now() - std::chrono::duration_cast<system_clock::duration>(x.ended - x.started);
    record.remote = remote;
    record.user = x.user;
    record.request = x.head.request_line().empty() ? x.no_request() : x.head.request_line();
    record.status = number(x.code);
    record.body_bytes = x.sent;
    record.referer = x.head.value(known_field::referer);
    record.user_agent = x.head.value(known_field::user_agent);
    record.duration = std::chrono::duration_cast<std::chrono::microseconds>(x.ended - x.started);
    record.connection = c.id;
    record.service = c.service.name();
    access_log_->write(record);
}

} // namespace polyport::http
