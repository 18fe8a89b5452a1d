// SPDX-License-Identifier: BSL-1.0
#include "common/line_writer.hpp"

#include "common/quoted.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

namespace polyport {

namespace {

constexpr std::size_t kept_capacity = std::size_t{256} << 10;

std::int64_t steady_now() noexcept
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

std::string reason_and_remedy(int error, std::string const& option)
{
    std::string const another = "name another file with --" + option + " FILE";
    switch (error) {
    case ENOENT:
        return "no such directory; create it or " + another;
    case ENOTDIR:
        return "a part of its path is no directory; " + another;
    case EISDIR:
        return "it is a directory; " + another;
    case EACCES:
    case EPERM:
    case EROFS:
        return "not allowed to this user; make the file writable or " + another;
    case ENXIO:
        return "it is a named pipe that nobody reads, or a socket; start its reader first or " + another;
    default:
        return error_code(error, boost::system::system_category()).message() + "; " + another;
    }
}

/// Non-blocking, so that a named pipe without a reader is an error and never a wait; files ignore it.
checked<unique_fd> open_for_append(line_writer_settings const& settings)
{
    unique_fd fd;
    if (settings.path.empty() || settings.path == "-") {
        // A copy, because another file may take the number once somebody closes the original. Fails if it is
        // closed already: every line is lost then, which is what whoever closed it has asked for.
        fd.reset(::fcntl(settings.path.empty() ? STDERR_FILENO : STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
        return fd;
    }
    fd.reset(::open(settings.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
                    0640));
    if (!fd)
        return problem{settings.option + ": " + quoted(settings.path) +
                       " cannot be opened: " + reason_and_remedy(errno, settings.option)};
    return fd;
}

bool is_regular(int fd) noexcept
{
    struct stat info{};
    return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

/// A pipe that polls as writable takes PIPE_BUF bytes without blocking, and undivided: whole lines, so that
/// they do not mix with those of others. Setting O_NONBLOCK is no way: a standard error inherited from a
/// shell shares that flag with everybody who has it.
std::size_t bite_of(std::string_view block) noexcept
{
    if (block.size() <= PIPE_BUF)
        return block.size();
    auto const end = block.rfind('\n', PIPE_BUF - 1);
    return end == std::string_view::npos ? PIPE_BUF : end + 1;
}

} // namespace

line_writer::line_writer(line_writer_settings settings)
    : settings_(std::move(settings)), give_up_at_(std::numeric_limits<std::int64_t>::max()),
      fd_(open_for_append(settings_).value()), may_block_(!is_regular(fd_.get()))
{
}

void line_writer::start_thread() noexcept
{
    // Signals are for the thread that runs the loop; SIGPIPE in particular must not end the process here.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (thread_.joinable())
        thread_.join(); // it has nothing left to do
    try {
        thread_ = std::thread([this] { run(); });
        state_ = state::awake;
    } catch (std::system_error const&) { // no more processes for this user: the next line tries again
        dropped_.fetch_add(waiting_lines_, std::memory_order_relaxed);
        waiting_.clear();
        waiting_lines_ = 0;
        written_ = appended_;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

line_writer::~line_writer()
{
    using namespace std::chrono_literals;
    give_up_at_ = (std::chrono::steady_clock::now() + 1s).time_since_epoch().count();
    {
        std::lock_guard const lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable())
        thread_.join();
}

checked<void> line_writer::reopen()
{
    if (settings_.path.empty() || settings_.path == "-")
        return {};
    auto opened = open_for_append(settings_);
    if (!opened)
        return opened.error();
    std::lock_guard const lock(mutex_);
    next_fd_ = std::move(*opened);
    return {};
}

bool line_writer::flush(std::chrono::milliseconds limit)
{
    std::unique_lock lock(mutex_);
    std::uint64_t const until = appended_;
    if (written_ >= until)
        return true;
    hurry_ = true;
    wake_.notify_one();
    return written_changed_.wait_for(lock, limit, [&] { return written_ >= until; });
}

void line_writer::run()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        state_ = state::idle;
        wake_.wait_for(lock, settings_.idle_for, [this] { return !waiting_.empty() || stop_; });
        if (waiting_.empty()) {
            state_ = state::ended;
            return;
        }
        state_ = state::collecting;
        wake_.wait_for(lock, settings_.delay, [this] { return hurry_ || stop_; });
        state_ = state::awake;
        hurry_ = false;

        block_.swap(waiting_);
        waiting_lines_ = 0;
        std::uint64_t const including = appended_;
        if (next_fd_) {
            fd_ = std::move(next_fd_);
            may_block_ = !is_regular(fd_.get());
            torn_ = false;
        }

        lock.unlock();
        write_block(block_);
        block_.clear();
        if (block_.capacity() > kept_capacity)
            block_.shrink_to_fit();
        lock.lock();

        written_ = including;
        written_changed_.notify_all();
    }
}

void line_writer::write_block(std::string_view block)
{
    if (torn_) {
        // A line was cut by an error: what follows must not look like its continuation.
        if (::write(fd_.get(), "\n", 1) == 1)
            torn_ = false;
    }
    while (!block.empty()) {
        if (may_block_ && !wait_writable())
            break;
        std::size_t const size = may_block_ ? bite_of(block) : block.size();
        ssize_t const count = ::write(fd_.get(), block.data(), size);
        if (count > 0) {
            torn_ = block[static_cast<std::size_t>(count) - 1] != '\n';
            block.remove_prefix(static_cast<std::size_t>(count));
        } else if (count == 0 || (errno != EINTR && errno != EAGAIN) || out_of_time()) {
            break;
        }
    }
    auto const lost = std::count(block.begin(), block.end(), '\n');
    if (lost != 0)
        dropped_.fetch_add(static_cast<std::uint64_t>(lost), std::memory_order_relaxed);
}

bool line_writer::wait_writable() const
{
    pollfd watched{fd_.get(), POLLOUT, 0};
    for (;;) {
        int const ready = ::poll(&watched, 1, out_of_time() ? 0 : 100);
        if (ready > 0)
            return true;
        if (out_of_time() || (ready < 0 && errno != EINTR))
            return false;
    }
}

bool line_writer::out_of_time() const noexcept
{
    return steady_now() >= give_up_at_.load(std::memory_order_relaxed);
}

} // namespace polyport
