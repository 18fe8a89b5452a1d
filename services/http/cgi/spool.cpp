// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/spool.hpp"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

namespace polyport::cgi {
namespace {

error_code last_error() noexcept
{
    return {errno, boost::system::system_category()};
}

// O_TMPFILE never has a name; file systems without it get one for a moment.
unique_fd open_nameless()
{
    char const* const chosen = std::getenv("TMPDIR");
    std::string const folder = chosen && *chosen == '/' ? chosen : "/tmp";
    unique_fd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600));
    if (file)
        return file;
    std::string name = folder + "/polyport-XXXXXX";
    file.reset(::mkostemp(name.data(), O_CLOEXEC));
    if (file)
        ::unlink(name.c_str());
    return file;
}

} // namespace

error_code spool::append(std::string_view bytes)
{
    size_ += bytes.size();
    if (!file_ && memory_.size() + bytes.size() <= in_memory) {
        memory_.append(bytes);
        return {};
    }
    if (!file_) {
        file_ = open_nameless();
        if (!file_)
            return last_error();
        if (auto const failed = write_file(memory_))
            return failed;
        memory_ = {};
    }
    return write_file(bytes);
}

error_code spool::write_file(std::string_view bytes)
{
    while (!bytes.empty()) {
        ssize_t const count = ::write(file_.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return last_error();
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

result<unique_fd> spool::take_file()
{
    if (::lseek(file_.get(), 0, SEEK_SET) < 0)
        return last_error();
    return std::move(file_);
}

} // namespace polyport::cgi
