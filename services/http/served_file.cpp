// SPDX-License-Identifier: BSL-1.0
#include "services/http/served_file.hpp"

#include "services/http/content_type.hpp"
#include "services/http/date.hpp"
#include "services/http/document_root.hpp"
#include "services/http/etag.hpp"
#include "services/http/response_head.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace polyport::http {
namespace {

// Files up to here are kept in memory, and sent with their head in one call.
constexpr std::uint64_t memory_size = 64 * 1024;
// Below, compression saves no packet; above, the time for it is better spent ahead, by a precompressed file.
constexpr std::uint64_t least_compressed = 256;
constexpr std::uint64_t most_compressed = 4 * 1024 * 1024;
constexpr std::size_t overhead = 1024; // of an entry: its texts, nodes and tables

error_code from_errno(int code = errno)
{
    return {code, boost::system::system_category()};
}

bool read_whole(int fd, std::string& content, std::size_t size)
{
    content.resize(size);
    std::size_t have = 0;
    while (have < size) {
        ssize_t const count = ::pread(fd, content.data() + have, size - have, static_cast<off_t>(have));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        have += static_cast<std::size_t>(count);
    }
    return true;
}

std::int64_t nanoseconds(timespec const& time)
{
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

content_stamp stamp_of(struct stat const& status)
{
    return {status.st_dev,
            status.st_ino,
            status.st_mode,
            status.st_size,
            nanoseconds(status.st_mtim),
            nanoseconds(status.st_ctim)};
}

std::string etag_of(content_stamp const& file, content_coding coding)
{
    return make_etag(file.inode, static_cast<std::uint64_t>(file.size), file.modified,
                     coding == content_coding::identity ? std::string_view() : coding_name(coding));
}

void add_field(std::string& text, std::string_view name, std::string_view value)
{
    text.append(name).append(": ").append(value).append("\r\n");
}

void write_fields(representation& form, served_file const& file, load_settings const& how, bool varies)
{
    form.content_fields.clear();
    add_field(form.content_fields, "Content-Type", file.type);
    if (form.coding != content_coding::identity)
        add_field(form.content_fields, "Content-Encoding", coding_name(form.coding));
    add_field(form.content_fields, "Accept-Ranges", "bytes");
    form.content_fields += no_sniffing;

    form.validator_fields.clear();
    add_field(form.validator_fields, "Last-Modified", date_text(file.modified).view());
    add_field(form.validator_fields, "ETag", form.etag);
    if (varies)
        add_field(form.validator_fields, "Vary", "Accept-Encoding");
    if (!how.cache_control.empty())
        add_field(form.validator_fields, "Cache-Control", how.cache_control);
}

void take_bytes(representation& form, unique_fd file, content_stamp const& stamp)
{
    form.size = static_cast<std::uint64_t>(stamp.size);
    if (form.size > memory_size ||
        !read_whole(file.get(), form.content, static_cast<std::size_t>(form.size))) {
        form.content.clear();
        form.file = std::make_shared<unique_fd const>(std::move(file));
    }
}

std::string neighbour_path(served_file const& file, content_coding coding)
{
    return file.path + std::string(coding_suffix(coding));
}

std::optional<content_stamp> look_at(document_root const& root, std::string const& path)
{
    auto const status = root.status(path);
    return status ? std::optional(stamp_of(*status)) : std::nullopt;
}

void add_neighbour(served_file& file, std::size_t which)
{
    auto const coding = neighbour_codings[which];
    auto const path = neighbour_path(file, coding);
    auto opened = file.root->open(path);
    struct stat status{};
    if (!opened || ::fstat(opened->get(), &status) != 0) {
        if (!opened && opened.error().value() != ENOENT)
            file.neighbours[which] = look_at(*file.root, path); // there, and not to be read
        return;
    }
    auto const stamp = stamp_of(status);
    file.neighbours[which] = stamp;
    if (!S_ISREG(stamp.mode) || stamp.modified < file.stamp.modified)
        return;
    representation form;
    form.coding = coding;
    form.etag = etag_of(stamp, coding);
    take_bytes(form, std::move(*opened), stamp);
    file.forms.push_back(std::move(form));
}

} // namespace

representation const* served_file::form(content_coding coding) const noexcept
{
    auto const found = std::find_if(forms.begin(), forms.end(),
                                    [coding](representation const& f) { return f.coding == coding; });
    return found == forms.end() ? nullptr : &*found;
}

coding_set served_file::codings() const noexcept
{
    coding_set all;
    for (auto const& f : forms)
        all.add(f.coding);
    return all;
}

std::size_t served_file::memory() const noexcept
{
    std::size_t bytes = overhead;
    for (auto const& f : forms)
        bytes += f.content.size();
    return bytes;
}

std::size_t served_file::open_files() const noexcept
{
    return static_cast<std::size_t>(
        std::count_if(forms.begin(), forms.end(), [](representation const& f) { return !f.in_memory(); }));
}

bool served_file::is_current() const
{
    if (look_at(*root, path) != stamp)
        return false;
    for (std::size_t i = 0; how->compress && i < neighbour_codings.size(); ++i)
        if (look_at(*root, neighbour_path(*this, neighbour_codings[i])) != neighbours[i])
            return false;
    return true;
}

result<std::shared_ptr<served_file>> load_file(document_root const& root, content_types const& types,
                                               load_settings const& how, std::string const& path)
{
    auto opened = root.open(path);
    if (!opened)
        return opened.error();
    struct stat status{};
    if (::fstat(opened->get(), &status) != 0)
        return from_errno();
    if (S_ISDIR(status.st_mode))
        return from_errno(EISDIR);
    if (!S_ISREG(status.st_mode))
        return from_errno(EACCES);
    auto file = std::make_shared<served_file>();
    file->root = &root;
    file->how = &how;
    file->path = path;
    file->type = types.find(path);
    file->stamp = stamp_of(status);
    file->modified = status.st_mtim.tv_sec;

    auto& plain = file->forms.emplace_back();
    plain.etag = etag_of(file->stamp, content_coding::identity);
    take_bytes(plain, std::move(*opened), file->stamp);
    auto const size = plain.size;
    if (how.compress) {
        for (std::size_t i = 0; i < neighbour_codings.size(); ++i)
            add_neighbour(*file, i);
        file->compressible = file->forms.size() == 1 && is_compressible(file->type) &&
                             size >= least_compressed && size <= most_compressed;
    }
    bool const varies = file->compressible || file->forms.size() > 1;
    for (auto& form : file->forms)
        write_fields(form, *file, how, varies);
    return file;
}

std::shared_ptr<served_file> with_form(served_file const& known, content_coding coding, std::string content)
{
    auto better = std::make_shared<served_file>(known);
    auto& form = better->forms.emplace_back();
    form.coding = coding;
    form.etag = etag_of(known.stamp, coding);
    form.size = content.size();
    form.content = std::move(content);
    write_fields(form, *better, *known.how, true);
    return better;
}

} // namespace polyport::http
