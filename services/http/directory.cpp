// SPDX-License-Identifier: BSL-1.0
#include "services/http/directory.hpp"

#include "common/blocking.hpp"
#include "common/unique_fd.hpp"
#include "services/http/accept.hpp"
#include "services/http/document_root.hpp"
#include "services/http/http_service.hpp"
#include "services/http/listing.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace polyport::http {
namespace {

// A directory with more is listed up to here: who has so many wants another tool.
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
std::vector<listing_entry> read_entries(unique_fd directory, document_root const& root,
                                        std::string const& below, bool hidden_too)
{
    std::vector<listing_entry> entries;
    std::unique_ptr<DIR, int (*)(DIR*)> const open(::fdopendir(directory.get()), &::closedir);
    if (!open)
        return entries;
    int const fd = directory.release(); // closedir closes it
    while (entries.size() < max_entries) {
        auto const* const next = ::readdir(open.get());
        if (!next)
            break;
        std::string name = next->d_name;
        if (name == "." || name == ".." || (name.front() == '.' && !hidden_too))
            continue;
        auto const status = look_at(fd, root, below, name);
        if (!status)
            continue;
        bool const is_directory = S_ISDIR(status->st_mode);
        if (is_directory || S_ISREG(status->st_mode))
            entries.push_back({std::move(name), is_directory, static_cast<std::uint64_t>(status->st_size),
                               std::int64_t{status->st_mtim.tv_sec}});
    }
    return entries;
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
        auto entries = read_entries(std::move(*directory), root, below, hidden_too);
        sort_listing(entries, order);
        return as_json ? listing_json(entries) : listing_html(path, entries, order);
    };
    auto const page = co_await run_blocking(service.owner(), std::move(work));
    std::array const fields{extra_field{"Vary", "Accept"}, extra_field{"Cache-Control", "no-cache"},
                            extra_field{"X-Content-Type-Options", "nosniff"}};
    x.respond(status::ok, as_json ? "application/json" : "text/html; charset=utf-8", page, fields);
    co_return true;
}

} // namespace polyport::http
