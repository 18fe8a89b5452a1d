// SPDX-License-Identifier: BSL-1.0
#include "services/http/static_file.hpp"

#include "services/http/date.hpp"
#include "services/http/http_service.hpp"
#include "services/http/workspace.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>

#include <sys/sendfile.h>
#include <unistd.h>

namespace polyport::http {
namespace {

// Files up to here are kept in memory, and sent with their head in one call.
constexpr std::uint64_t memory_size = 32 * 1024;
// Bodies up to here are copied behind their head, and may wait there for more pipelined responses.
constexpr std::size_t copied_size = 16 * 1024;
constexpr std::size_t sendfile_size = 512 * 1024;
constexpr int sendfiles_a_turn = 4;

error_code from_errno(int code = errno)
{
    return {code, boost::system::system_category()};
}

std::string make_etag(struct stat const& file)
{
    std::array<char, 64> text;
    auto const size = std::snprintf(
        text.data(), text.size(), "\"%llx-%llx-%lx\"", static_cast<unsigned long long>(file.st_mtim.tv_sec),
        static_cast<unsigned long long>(file.st_size), static_cast<unsigned long>(file.st_mtim.tv_nsec));
    return {text.data(), static_cast<std::size_t>(size)};
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

std::string fixed_fields(http_service const& service, served_file const& file, representation const& form)
{
    std::string text;
    auto const add = [&text](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    add("Content-Type", file.type);
    if (!form.coding.empty())
        add("Content-Encoding", form.coding);
    if (file.varies)
        add("Vary", "Accept-Encoding");
    add("Last-Modified", file.last_modified);
    add("ETag", form.etag);
    add("Accept-Ranges", "bytes");
    if (!service.options().cache_control.empty())
        add("Cache-Control", service.options().cache_control);
    add("X-Content-Type-Options", "nosniff");
    return text;
}

result<file_cache::entry> load_file(http_service& service, std::string const& path)
{
    auto opened = service.root().open(path);
    if (!opened)
        return opened.error();
    auto file = std::make_shared<served_file>();
    if (::fstat(opened->get(), &file->status) != 0)
        return from_errno();
    if (S_ISDIR(file->status.st_mode))
        return from_errno(EISDIR);
    if (!S_ISREG(file->status.st_mode))
        return from_errno(EACCES);
    file->path = path;
    file->type = service.types().find(path);
    file->modified = file->status.st_mtim.tv_sec;
    file->last_modified = date_text(file->modified).view();
    auto& form = file->identity;
    form.size = static_cast<std::uint64_t>(file->status.st_size);
    form.etag = make_etag(file->status);
    if (form.size > memory_size ||
        !read_whole(opened->get(), form.content, static_cast<std::size_t>(form.size)))
        form.file = std::move(*opened);
    form.fields = fixed_fields(service, *file, form);
    return file_cache::entry(std::move(file));
}

void append_head(exchange& x, served_file const&, representation const& form)
{
    auto response = x.begin_response(status::ok);
    x.out() += form.fields;
    response.content_length(form.size);
    response.connection(x.keep_alive, x.head.minor_version());
    response.finish();
}

// The kernel moves the bytes from the file to the socket. A file that has become shorter cannot give what the
// head promised: the connection ends, so that the client can tell.
task<bool> send_from_file(exchange& x, int fd, std::uint64_t begin, std::uint64_t size)
{
    auto offset = static_cast<off_t>(begin);
    int calls = 0;
    while (size > 0) {
        auto const count = ::sendfile(x.client.info().socket.fd(), fd, &offset,
                                      static_cast<std::size_t>(std::min<std::uint64_t>(size, sendfile_size)));
        if (count > 0) {
            x.client.count_sent(static_cast<std::size_t>(count));
            x.sent += static_cast<std::uint64_t>(count);
            size -= static_cast<std::uint64_t>(count);
            if (++calls % sendfiles_a_turn == 0 && co_await x.client.take_turn())
                co_return false;
            continue;
        }
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (co_await x.client.wait_writable())
                co_return false;
            continue;
        }
        if (count < 0 && errno == EINTR)
            continue;
        x.client.end(count == 0 ? error_code(errc::file_changed) : from_errno());
        co_return false;
    }
    co_return true;
}

} // namespace

result<file_cache::entry> find_file(http_service& service, std::string const& path)
{
    auto const now = coarse_now();
    auto known = service.files().find(
        path, now, [&service](served_file const& file) { return service.is_unchanged(file); });
    if (known)
        return known;
    auto loaded = load_file(service, path);
    if (loaded)
        service.files().keep(path, *loaded, now);
    return loaded;
}

bool send_file_now(exchange& x, served_file const& file)
{
    auto const& form = file.identity;
    if (x.wants_body() && (!form.in_memory() || form.size > copied_size))
        return false;
    append_head(x, file, form);
    if (x.wants_body()) {
        x.out() += form.content;
        x.sent += form.size;
    }
    return true;
}

task<bool> send_file(exchange& x, file_cache::entry file)
{
    auto const& form = file->identity;
    append_head(x, *file, form);
    if (form.in_memory()) {
        if (co_await x.write(form.content))
            co_return false;
        x.sent += form.size;
        co_return true;
    }
    auto const [error, size] = x.client.write_now(x.out(), true);
    x.out().erase(0, size);
    if (error || (!x.out().empty() && co_await x.flush()))
        co_return false;
    co_return co_await send_from_file(x, form.file.get(), 0, form.size);
}

} // namespace polyport::http
