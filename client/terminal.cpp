// SPDX-License-Identifier: BSL-1.0
#include "client/terminal.hpp"

#include "client/wait.hpp"
#include "common/option_values.hpp"

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
}

} // namespace polyport::client
