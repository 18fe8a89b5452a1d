// SPDX-License-Identifier: BSL-1.0
#include "services/http/directory.hpp"

#include "common/blocking.hpp"
#include "common/unique_fd.hpp"
#include "services/http/accept.hpp"
#include "services/http/characters.hpp"
#include "services/http/document_root.hpp"
#include "services/http/http_service.hpp"
#include "services/http/listing.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace polyport::http {
namespace {

// A directory with more is listed up to here, and the listing says so.
constexpr std::size_t max_entries = 20'000;

// A link is shown as what it leads to, if it may be followed there: a link out of the root is not, and tells
// nothing of a file that nobody can ask for.
result<struct stat> look_at(int directory, document_root const& root, std::string const& below,
                            std::string const& name)
{
    struct stat own{};
    if (::fstatat(directory, name.c_str(), &own, AT_SYMLINK_NOFOLLOW) != 0)
        return error_code(errno, boost::system::system_category());
    if (!S_ISLNK(own.st_mode))
        return own;
    return root.status(below + name);
}

// `below`: the directory's path below the root.
listed_names read_entries(unique_fd directory, document_root const& root, std::string const& below,
                          bool hidden_too)
{
    listed_names found;
    std::unique_ptr<DIR, int (*)(DIR*)> const open(::fdopendir(directory.get()), &::closedir);
    if (!open)
        return found;
    int const fd = directory.release(); // closedir closes it
    while (auto const* const next = ::readdir(open.get())) {
        std::string name = next->d_name;
        bool const can_be_asked_for = std::none_of(name.begin(), name.end(), is_control);
        if (name == "." || name == ".." || (name.front() == '.' && !hidden_too) || !can_be_asked_for)
            continue;
        auto const status = look_at(fd, root, below, name);
        if (!status)
            continue;
        bool const is_directory = S_ISDIR(status->st_mode);
        if (!is_directory && !S_ISREG(status->st_mode))
            continue;
        if (found.entries.size() == max_entries) {
            found.cut = true;
            break;
        }
        found.entries.push_back({std::move(name), is_directory, static_cast<std::uint64_t>(status->st_size),
                                 std::int64_t{status->st_mtim.tv_sec}});
    }
    return found;
}

struct rendered {
    std::string text;
    bool cut = false;
};

void warn_of_cut_listing(http_service& service, exchange const& x)
{
    auto const held_back = service.cut_listings().admit(coarse_now());
    if (!held_back)
        return;
    std::string const message = "the directory has more than the " + std::to_string(max_entries) +
                                " names that a listing shows: divide it, or turn http-listing off for it";
    service.owner().log().warning("listing-cut",
                                  {{"path", x.where.path}, {"message", message}, {"suppressed", *held_back}},
                                  x.client.info().id);
}

} // namespace

task<bool> answer_directory(http_service& service, exchange& x)
{
    auto const& place = *x.place;
    auto opened = place.root->open_directory(place.below_root(x.where.path));
    if (!place.listing || !opened) {
        x.respond_error(!opened && opened.error().value() == ENOENT ? status::not_found : status::forbidden);
        co_return true;
    }
    std::string scratch;
    bool const as_json = prefers_json(x.head.combined(known_field::accept, scratch));
    auto const order = parse_listing_order(x.where.query);
    auto const directory = std::make_shared<unique_fd>(std::move(*opened));
    auto work = [directory, as_json, order, &root = *place.root, below = place.below_root(x.where.path),
                 path = x.where.path, hidden_too = place.hidden] {
        auto found = read_entries(std::move(*directory), root, below, hidden_too);
        sort_listing(found.entries, order);
        return rendered{as_json ? listing_json(found) : listing_html(path, found, order), found.cut};
    };
    auto const page = co_await run_blocking(service.owner(), std::move(work));
    std::array const fields{extra_field{"Vary", "Accept"}, extra_field{"Cache-Control", "no-cache"},
                            extra_field{"X-Listing-Truncated", "true"}};
    if (page.cut)
        warn_of_cut_listing(service, x);
    x.respond(status::ok, as_json ? "application/json" : "text/html; charset=utf-8", page.text,
              std::span(fields).first(page.cut ? 3 : 2));
    co_return true;
}

} // namespace polyport::http
