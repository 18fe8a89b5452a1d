// SPDX-License-Identifier: BSL-1.0
#include "client/command.hpp"

#include "client/admin/commands.hpp"
#include "client/chat.hpp"
#include "client/failure.hpp"
#include "client/printer.hpp"
#include "client/send.hpp"
#include "client/wait.hpp"

#include <algorithm>
#include <array>

#include <unistd.h>

namespace polyport::client {

std::span<command const> commands() noexcept
{
    static constexpr std::array table{
        command{"send", "send a text or standard input, print the reply", run_send, send_help},
        command{"chat", "send line by line, print the replies as they come", run_chat, chat_help},
        command{"ps", "show the daemon's connections", run_ps, ps_help},
        command{"top", "show them again and again, with rates", run_top, top_help},
        command{"kill", "end connections", run_kill, kill_help},
        command{"stats", "print what the daemon counts", run_stats, stats_help},
        command{"watch", "print what happens, as it happens", run_watch, watch_help},
        command{"drain", "let the daemon finish and stop", run_drain, drain_help},
        command{"log-level", "print or set how much the daemon logs", run_log_level, log_level_help},
    };
    return table;
}

command const* find_command(std::string_view name) noexcept
{
    auto const found = std::ranges::find(commands(), name, &command::name);
    return found == commands().end() ? nullptr : &*found;
}

exit_status print(std::string_view text)
{
    if (int const error = write_all(STDOUT_FILENO, text); error != 0)
        return report(output_failure(error));
    return exit_status::done;
}

exit_status misused(std::string_view command, std::string_view sentence)
{
    std::string const name(command);
    report((name.empty() ? "" : name + ": ") + std::string(sentence) + "; see 'polyport help" +
           (name.empty() ? "'" : " " + name + "'"));
    return exit_status::misused;
}

} // namespace polyport::client
