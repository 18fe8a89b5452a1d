// SPDX-License-Identifier: BSL-1.0
#include "client/command.hpp"
#include "client/failure.hpp"
#include "client/wait.hpp"
#include "common/quoted.hpp"
#include "common/version.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace polyport::client {
namespace {

constexpr std::string_view usage = "usage: polyport COMMAND [OPTION]... [ARGUMENT]...\n";

std::string overview()
{
    std::string text(usage);
    text += "Talks to the services of polyportd, and to others of their kind, and to the daemon "
            "itself.\n\nCommands:\n";
    std::size_t widest = 0;
    for (command const& one : commands())
        widest = std::max(widest, one.name.size());
    auto const line = [&text, widest](std::string_view name, std::string_view summary) {
        text.append("  ").append(name).append(widest + 2 - name.size(), ' ').append(summary).append("\n");
    };
    for (command const& one : commands())
        line(one.name, one.summary);
    line("help", "print this help, or 'help COMMAND' the one of a command");
    return text + "\n"
                  "'polyport --version' prints the version.\n";
}

exit_status help_on(std::span<std::string const> names)
{
    if (names.empty())
        return print(overview());
    command const* const found = find_command(names.front());
    return found ? print(found->help()) : misused("", quoted(names.front()) + " is not a command");
}

exit_status run(std::span<std::string const> arguments)
{
    if (arguments.empty()) {
        write_all(STDERR_FILENO, overview());
        return exit_status::misused;
    }
    std::string const& first = arguments.front();
    if (first == "help" || first == "--help" || first == "-h")
        return help_on(arguments.subspan(1));
    if (first == "--version" || first == "-V")
        return print("polyport " + std::string(version) + "\n");
    command const* const found = find_command(first);
    return found ? found->run(arguments.subspan(1)) : misused("", quoted(first) + " is not a command");
}

/// A closed standard descriptor would be given to the next socket, and the reply written into it. Taken by
/// one that fails as a closed one does: reading 0, writing 1 and 2 give EBADF.
void occupy_standard_descriptors()
{
    for (int const fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(fd, F_GETFD) < 0)
            ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

} // namespace
} // namespace polyport::client

int main(int argc, char** argv)
{
    using namespace polyport::client;
    occupy_standard_descriptors();
    std::signal(SIGPIPE, SIG_IGN);
    try {
        std::vector<std::string> const arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
        return static_cast<int>(run(arguments));
    } catch (std::exception const& what) {
        report(what.what());
        return static_cast<int>(exit_status::failed);
    }
}
