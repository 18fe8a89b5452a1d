// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/route.hpp"

#include "common/connection.hpp"
#include "services/http/http_service.hpp"

#include <cerrno>

#include <sys/stat.h>

namespace polyport::cgi {
namespace {

class place_probe final : public path_probe {
public:
    explicit place_probe(http::location const& place) noexcept : place_(place) {}

    path_kind look_at(std::string_view path) override
    {
        if (path.size() < place_.cut) // above a virtual directory there is no more than its way
            return path_kind::directory;
        auto const status = place_.root->status(place_.below_root(path));
        if (!status)
            return kind_of_failure(status.error().value());
        if (S_ISDIR(status->st_mode))
            return path_kind::directory;
        if (!S_ISREG(status->st_mode))
            return path_kind::other;
        // Anyone's permission counts: a program that only this daemon may not run is none of its files.
        return (status->st_mode & 0111) != 0 ? path_kind::executable : path_kind::file;
    }

private:
    static path_kind kind_of_failure(int code) noexcept
    {
        switch (code) {
        case ENOENT:
        case ENAMETOOLONG:
            return path_kind::missing;
        case ENOTDIR:
            return path_kind::below_a_file;
        default:
            return path_kind::other;
        }
    }

    http::location const& place_;
};

} // namespace

void find_route(http::http_service& service, http::exchange& x, route& into)
{
    into.found = {};
    auto const& place = *x.place;
    if (!place.programs.enabled())
        return;
    auto const now = coarse_now();
    place_probe probe(place);
    into.path = x.where.path;
    if (service.find_cached(place, into.path, now))
        return;
    into.found = place.programs.find(into.path, probe);
    if (into.is_cgi() || !x.where.path.ends_with('/'))
        return;
    bool const inside_prefix = into.found.inside_prefix;
    for (auto const& name : place.index) {
        into.path = x.where.path + name;
        if (service.find_cached(place, into.path, now))
            break;
        into.found = place.programs.find(into.path, probe);
        // In a prefix there are no files to be an index; what cannot be run does not hide what can.
        if (into.found.what == lookup_result::verdict::program)
            return;
    }
    into.found = {};
    into.found.inside_prefix = inside_prefix;
    if (inside_prefix)
        into.found.what = lookup_result::verdict::forbidden;
}

task<answered> answer_route(http::http_service& service, http::exchange& x, route const& to,
                            std::string_view target, bool redirected)
{
    auto const& found = to.found;
    if (found.what != lookup_result::verdict::program) {
        x.respond_error(found.what == lookup_result::verdict::forbidden ? http::status::forbidden
                                                                        : http::status::not_found);
        co_return answered();
    }
    auto const& places = service.locations();
    std::string const script_filename = x.place->real_name(found.script_name);
    std::string path_translated;
    if (!found.path_info.empty()) // as if it had been asked for (RFC 3875, 4.1.6)
        path_translated = places.find(x.place->site, found.path_info).real_name(found.path_info);

    program_request what;
    if (redirected)
        what.method = x.head.verb() == http::method::head ? "HEAD" : "GET";
    else
        what.method = x.head.method_text();
    what.target = target;
    what.query = x.where.query;
    what.script_name = found.script_name;
    what.path_info = found.path_info;
    what.interpreter = found.interpreter;
    what.script_filename = script_filename;
    what.path_translated = path_translated;
    what.document_root = places.find(x.place->site, "/").root->directory();
    what.redirected = redirected;
    co_return co_await service.programs().answer(x, what);
}

} // namespace polyport::cgi
