// SPDX-License-Identifier: BSL-1.0
#include "client/admin/busiest_view.hpp"
#include "client/admin/commands.hpp"
#include "client/admin/filters.hpp"
#include "client/admin/link.hpp"
#include "client/admin/options.hpp"
#include "client/admin/table.hpp"
#include "client/command.hpp"
#include "client/stop_signals.hpp"
#include "client/terminal.hpp"
#include "common/option_values.hpp"
#include "common/quoted.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>

#include <unistd.h>

namespace polyport::client {
namespace {

namespace po = boost::program_options;

admin_usage top_usage()
{
    admin_usage usage{
        "top", "",
        "Shows the busiest connections again and again, with what passes a second. Keys: q ends it, "
        "r sorts\nby rate, b by bytes, a by age, i by idle time, space stops and goes on.\n"
        "Where standard output is no terminal, it prints --count tables one after the other.",
        po::options_description("What, and how often", 90, 50),
        "  polyport top --service http --interval 5s\n"
        "  polyport top --count 1 | head\n"};
    add_filters(usage.own);
    usage.own.add_options()("interval,i", po::value<std::string>()->value_name("TIME"),
                            "between two looks (2s unless given)")(
        "count,n", po::value<std::string>()->value_name("N"),
        "end after so many looks")("all", po::bool_switch(), "those of the control interface as well");
    return usage;
}

struct top_options {
    milliseconds interval{2000};
    std::uint32_t count = 0; ///< 0: until it is ended
};

checked<top_options> parse_top(po::variables_map const& given)
{
    top_options made;
    if (given.count("interval")) {
        auto const value = parse_duration(given["interval"].as<std::string>());
        if (!value || *value < milliseconds{100})
            return problem{"--interval: " + (value ? "at least 100ms" : value.error().text)};
        made.interval = *value;
    }
    if (given.count("count")) {
        auto const value = parse_number<std::uint32_t>(given["count"].as<std::string>(), 1);
        if (!value)
            return problem{"--count: " + value.error().text};
        made.count = *value;
    }
    return made;
}

// Each line in place of the one before: nothing flickers.
std::string drawn(std::vector<std::string> const& lines, std::size_t height)
{
    std::string text = "\x1b[H";
    for (std::size_t i = 0; i < std::min(lines.size(), height); ++i)
        text += (i > 0 ? "\r\n" : "") + lines[i] + "\x1b[K";
    return text + "\x1b[J";
}

/// Full screen, until q or a signal.
class live_view {
public:
    /// `link` is connected.
    live_view(admin_link& link, admin_options const& options, top_options const& how)
        : link_(link), what_(options, options.given["all"].as<bool>()), how_(how)
    {
        // A daemon that does not answer must not hold the keyboard.
        link_.wait_with(
            [this](int fd, short events, deadline until) { return wait_for_answer(fd, events, until); });
    }
    live_view(live_view const&) = delete;
    live_view& operator=(live_view const&) = delete;
    ~live_view() { link_.wait_with({}); }

    outcome<> run()
    {
        auto next = clock::now();
        std::uint32_t looks = 0;
        while (!over_) {
            if (clock::now() >= next && !paused_) {
                auto const looked = what_.look(link_);
                if (over_)
                    break;
                if (!looked)
                    return looked;
                next = std::max(next + how_.interval, clock::now());
                ++looks;
                draw();
                if (how_.count > 0 && looks >= how_.count)
                    break;
            }
            wait(paused_ ? std::nullopt : deadline(next));
        }
        return {};
    }

private:
    void draw() const
    {
        auto const height = terminal_height();
        auto lines = what_.lines(terminal_width(), height - 1, by_);
        lines.resize(std::min(lines.size(), height - 1));
        while (lines.size() < height - 1)
            lines.emplace_back();
        lines.push_back(shortened("by " + std::string(word(by_)) + (paused_ ? ", stopped" : "") +
                                      "   q end  r rate  b bytes  a age  i idle  space stop",
                                  terminal_width()));
        write_all(STDOUT_FILENO, drawn(lines, height));
    }

    void wait(deadline until)
    {
        std::array<pollfd, 2> set{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{signals_.descriptor(), POLLIN, 0}};
        if (wait_any(set, until))
            take(set[0], set[1]);
    }

    admin_link::waited wait_for_answer(int fd, short events, deadline until)
    {
        std::array<pollfd, 3> set{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{signals_.descriptor(), POLLIN, 0},
                                  pollfd{fd, events, 0}};
        while (wait_any(set, until)) {
            take(set[0], set[1]);
            if (over_)
                return admin_link::waited::interrupted;
            if (set[2].revents != 0)
                return admin_link::waited::ready;
        }
        return admin_link::waited::late;
    }

    void take(pollfd const& keys, pollfd const& signals)
    {
        if (signals.revents != 0)
            take_signal();
        if (keys.revents != 0)
            take_keys();
    }

    void take_signal()
    {
        int const number = signals_.take();
        if (number == SIGTSTP) {
            terminal_.leave();
            ::raise(SIGSTOP);
            terminal_.enter();
        } else if (number != SIGWINCH && number != 0) {
            over_ = true;
        }
        if (!over_)
            draw();
    }

    void take_keys()
    {
        std::array<char, 16> keys{};
        auto const count = ::read(STDIN_FILENO, keys.data(), keys.size());
        if (count <= 0) { // the terminal is gone
            over_ = true;
            return;
        }
        for (char const key : std::string_view(keys.data(), static_cast<std::size_t>(count))) {
            static constexpr std::string_view letters = "rbai";
            if (auto const at = letters.find(key); at != std::string_view::npos)
                by_ = static_cast<order>(at);
            paused_ = key == ' ' ? !paused_ : paused_;
            over_ = over_ || key == 'q' || key == 'Q';
        }
        if (!over_)
            draw();
    }

    admin_link& link_;
    busiest_view what_;
    top_options how_;
    stop_signals signals_{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH};
    full_screen terminal_;
    order by_ = order::rate;
    bool paused_ = false;
    bool over_ = false;
};

// For files and pipes: one table after the other.
exit_status print_tables(admin_options const& options, top_options const& how)
{
    admin_link link(options);
    busiest_view what(options, options.given["all"].as<bool>());
    std::uint32_t const count = how.count > 0 ? how.count : 1;
    // One look more than tables: rates are between two.
    for (std::uint32_t i = 0; i <= count; ++i) {
        if (i > 0) {
            pollfd none{-1, 0, 0};
            wait_any({&none, 1}, after(i == 1 ? std::min(how.interval, milliseconds{1000}) : how.interval));
        }
        if (auto const looked = what.look(link); !looked)
            return report(looked.error());
        if (i == 0)
            continue;
        std::string text = i > 1 ? "\n" : "";
        for (auto const& line : what.lines(terminal_width(), 10'000, order::rate))
            text += line + "\n";
        if (auto const printed = print(text); printed != exit_status::done)
            return printed;
    }
    return exit_status::done;
}

} // namespace

exit_status run_top(std::span<std::string const> arguments)
{
    auto const options = parse_admin_options(top_usage(), arguments);
    if (!options)
        return misused("top", options.error().text);
    if (options->help)
        return print(top_help());
    auto const how = parse_top(options->given);
    if (!how)
        return misused("top", how.error().text);
    if (!options->words.empty())
        return misused("top", quoted(options->words.front()) + " is one argument too many");
    if (options->json)
        return misused("top",
                       "--json is for a single look: use 'polyport ps --json' and 'polyport stats --json'");
    if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1)
        return print_tables(*options, *how);
    // While the keyboard still ends it in the usual way.
    admin_link link(*options);
    if (auto const opened = link.open(); !opened)
        return report(opened.error());
    auto const ended = live_view(link, *options, *how).run();
    return ended ? exit_status::done : report(ended.error());
}

std::string top_help()
{
    return help_of(top_usage());
}

} // namespace polyport::client
