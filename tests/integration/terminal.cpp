// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/terminal.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

namespace polyport::integration {

terminal_session::terminal_session(std::vector<std::string> const& arguments)
{
    int master = -1;
    int slave = -1;
    if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0)
        throw std::system_error(errno, std::generic_category(), "openpty");
    keyboard_.reset(master);
    unique_fd const screen(slave);
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ::fcntl(slave, F_SETFD, FD_CLOEXEC);
    launch_options options;
    options.descriptors = {{slave, STDIN_FILENO}, {slave, STDOUT_FILENO}, {slave, STDERR_FILENO}};
    // So that the keys that send signals do.
    std::vector<std::string> all{"setsid", "--ctty", "--wait"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    child_.emplace(all, options);
}

void terminal_session::type(std::string_view keys)
{
    if (::write(keyboard_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
        throw std::system_error(errno, std::generic_category(), "write to the terminal");
}

void terminal_session::signal(int number)
{
    pid_t const group = ::tcgetpgrp(keyboard_.get());
    if (group <= 1 || ::killpg(group, number) != 0)
        throw std::system_error(errno, std::generic_category(), "killpg");
}

bool terminal_session::stops()
{
    return eventually([this] { return state_of(child_->pid()) == 'T'; });
}

bool terminal_session::shows(std::string_view text)
{
    auto const end = std::chrono::steady_clock::now() + patience;
    while (true) {
        auto const at = screen_.find(text, seen_);
        if (at != std::string::npos) {
            seen_ = at + text.size();
            return true;
        }
        if (std::chrono::steady_clock::now() > end || !read_more())
            return false;
    }
}

int terminal_session::finish()
{
    auto const end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end && read_more()) {
    }
    return child_->wait().value_or(-1);
}

/// False at the end (EIO: nobody has the terminal open any more), and when patience is over.
bool terminal_session::read_more()
{
    pollfd one{keyboard_.get(), POLLIN, 0};
    if (::poll(&one, 1, static_cast<int>(patience.count())) <= 0)
        return false;
    std::array<char, 4096> block;
    ssize_t const got = ::read(keyboard_.get(), block.data(), block.size());
    if (got <= 0)
        return false;
    screen_.append(block.data(), static_cast<std::size_t>(got));
    return true;
}

} // namespace polyport::integration
