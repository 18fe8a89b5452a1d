// SPDX-License-Identifier: BSL-1.0
#include "client/terminal.hpp"

#include "client/wait.hpp"
#include "common/option_values.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace polyport::client {
namespace {

constexpr std::size_t usual_width = 80;
constexpr std::size_t usual_height = 24;

// Alternate screen and cursor: what xterm has, and every terminal of today.
constexpr std::string_view begin_drawing = "\x1b[?1049h\x1b[?25l\x1b[2J";
constexpr std::string_view end_drawing = "\x1b[?25h\x1b[?1049l";

std::size_t from_environment(char const* name)
{
    char const* const value = std::getenv(name);
    auto const number = value ? parse_number<unsigned>(value, 10, 10'000) : checked<unsigned>(problem{});
    return number ? *number : 0;
}

// What a signal handler needs: it has nothing else to reach.
termios terminal_before;
constexpr std::array fatal_signals{SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE};
std::array<struct sigaction, fatal_signals.size()> actions_before;

void put_back_and_die(int number)
{
    // Both are safe in a handler. What write() says changes nothing any more.
    static_cast<void>(!::write(STDOUT_FILENO, end_drawing.data(), end_drawing.size()));
    ::tcsetattr(STDIN_FILENO, TCSANOW, &terminal_before);
    ::raise(number); // SA_RESETHAND: once it may come, as if there were no handler
}

void handle_fatal_signals()
{
    struct sigaction action{};
    action.sa_handler = put_back_and_die;
    action.sa_flags = SA_RESETHAND;
    for (std::size_t i = 0; i < fatal_signals.size(); ++i)
        ::sigaction(fatal_signals[i], &action, &actions_before[i]);
}

void leave_fatal_signals()
{
    for (std::size_t i = 0; i < fatal_signals.size(); ++i)
        ::sigaction(fatal_signals[i], &actions_before[i], nullptr);
}

winsize window()
{
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        size = {};
    return size;
}

} // namespace

std::size_t terminal_width()
{
    if (auto const told = from_environment("COLUMNS"))
        return told;
    if (::isatty(STDOUT_FILENO) != 1)
        return 0;
    auto const size = window();
    return size.ws_col > 0 ? size.ws_col : usual_width;
}

std::size_t terminal_height()
{
    if (auto const told = from_environment("LINES"))
        return told;
    auto const size = window();
    return size.ws_row > 0 ? size.ws_row : usual_height;
}

full_screen::full_screen()
{
    ::tcgetattr(STDIN_FILENO, &before_);
    terminal_before = before_;
    enter();
}

full_screen::~full_screen()
{
    leave();
}

void full_screen::enter()
{
    if (entered_)
        return;
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
    handle_fatal_signals();
    write_all(STDOUT_FILENO, begin_drawing);
    entered_ = true;
}

void full_screen::leave()
{
    if (!entered_)
        return;
    entered_ = false;
    write_all(STDOUT_FILENO, end_drawing);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
    leave_fatal_signals();
}

} // namespace polyport::client
