// SPDX-License-Identifier: BSL-1.0
// The commands that the documents show are run, and must print what the documents say.
#include "tests/integration/daemon.hpp"
#include "tests/integration/documents.hpp"
#include "tests/integration/stage.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <list>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

/// All that is shown outside of blocks ```console, the examples of --help included.
std::vector<shown_command> const& commands()
{
    static std::vector<shown_command> const all = [] {
        std::vector<shown_command> found;
        auto const add = [&found](std::vector<shown_command> more) {
            found.insert(found.end(), more.begin(), more.end());
        };
        for (fs::path const& document : guides())
            add(commands_of_ours(document));
        for (fs::path const& page : manual_pages())
            add(commands_of_ours(page));
        std::string const client = client_program();
        for (std::string const command :
             {"send", "chat", "ps", "top", "kill", "stats", "watch", "drain", "log-level"}) {
            auto const help = run({client, command, "--help"});
            add(commands_of_help("polyport " + command + " --help", help.out));
        }
        return found;
    }();
    return all;
}

/// The program that a command starts, without variables and folders in front.
std::string program_of(std::string const& command)
{
    static std::regex const form(R"(([A-Z_]+=\S+ )*(\S*/)?([^ ]+)[\s\S]*)");
    std::smatch parts;
    return std::regex_match(command, parts, form) ? parts[3].str() : std::string();
}

/// Of letters and dashes, without those in front.
std::set<std::string> words_of(std::string_view text)
{
    static constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz-";
    std::set<std::string> found;
    for (auto begin = text.find_first_of(letters); begin != text.npos;) {
        auto const end = std::min(text.find_first_not_of(letters, begin), text.size());
        auto const word = text.substr(begin, end - begin);
        found.emplace(word.substr(std::min(word.find_first_not_of('-'), word.size())));
        begin = text.find_first_of(letters, end);
    }
    return found;
}

bool uses(shown_command const& shown, std::string const& command)
{
    return shown.command.find("polyport " + command) != std::string::npos;
}

} // namespace

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(every_console_block_shows_what_its_commands_print)
{
    demonstration const demo;
    std::size_t run = 0;
    for (fs::path const& document : guides()) {
        for (shown_command const& shown : console_commands(document)) {
            outcome got = demo.run(shown.command);
            if (!got.out.empty() && !got.out.ends_with('\n'))
                got.out += '\n'; // as a terminal shows it
            BOOST_TEST(got.out == shown.output, shown.place << ": '" << shown.command << "' printed:\n"
                                                            << got.out << got.err << "and not:\n"
                                                            << shown.output);
            ++run;
        }
    }
    BOOST_TEST(run >= 6U);
}

BOOST_AUTO_TEST_CASE(every_daemon_that_is_shown_is_started_right)
{
    stage const place;
    std::size_t run = 0;
    for (shown_command const& shown : commands()) {
        if (program_of(shown.command) != "polyportd")
            continue;
        std::string command = shown.command;
        if (command.find("--help") == command.npos)
            command += " --check";
        if (command.find("--explain") != command.npos)
            command += " --http 8080 --http-root /srv/www";
        outcome const got = place.run_installed(command);
        BOOST_TEST(got.status == 0, shown.place << ": " << command << ": " << got.out << got.err);
        ++run;
    }
    BOOST_TEST(run >= 14U);
}

BOOST_AUTO_TEST_CASE(every_configuration_that_is_shown_is_in_order)
{
    stage const place;
    std::size_t run = 0;
    for (fs::path const& document : guides()) {
        for (shown_block const& block : code_blocks(document)) {
            if (block.label != "conf")
                continue;
            write_file(place / "shown.conf", place.staged(block.text));
            std::string command = "polyportd --config shown.conf --check --local-stream ./s.sock --http 0 "
                                  "--http-root /srv/www";
            // What another block of the page has shown.
            if (block.text.find("http-users") == block.text.npos)
                command +=
                    " --http-users /private/=/etc/polyport/htpasswd"
                    " --http-groups /private/=/etc/polyport/groups --access 'allow http /private/ user:*'";
            outcome const got = place.run_installed(command);
            BOOST_TEST(got.status == 0, block.place << ": " << got.out << got.err);
            ++run;
        }
    }
    BOOST_TEST(run >= 4U);
}

BOOST_AUTO_TEST_CASE(every_command_of_the_client_that_is_shown_is_used_right)
{
    demonstration const demo;
    std::size_t run = 0;
    for (shown_command const& shown : commands()) {
        auto const program = program_of(shown.command);
        if ((program != "polyport" && program != "curl" && program != "printf") || uses(shown, "watch") ||
            uses(shown, "drain"))
            continue;
        std::string command = shown.command;
        boost::algorithm::replace_all(command, "ID…", "17");
        if (uses(shown, "top") && command.find("--count") == command.npos)
            command += " --count 1";
        outcome const got = demo.run(command);
        // Such a connection need not be there; and `head` may go before all is printed.
        bool const may_fail = uses(shown, "kill") || command.ends_with("| head");
        BOOST_TEST((got.status == 0 || (may_fail && got.status == 1)),
                   shown.place << ": " << command << ": status " << got.status << ": " << got.out << got.err);
        ++run;
    }
    BOOST_TEST(run >= 30U);
}

// Those that watch end with the daemon, which the others end.
BOOST_AUTO_TEST_CASE(every_watch_and_drain_that_is_shown_does_it)
{
    std::vector<shown_command> watching, draining;
    for (shown_command const& shown : commands()) {
        if (uses(shown, "watch"))
            watching.push_back(shown);
        else if (uses(shown, "drain"))
            draining.push_back(shown);
    }
    BOOST_TEST(watching.size() >= 4U);
    BOOST_TEST_REQUIRE(draining.size() >= 3U);
    for (shown_command const& shown : draining) {
        demonstration demo;
        std::list<child_process> started;
        for (shown_command const& one : watching)
            started.push_back(demo.start("{ " + one.command + "; } >watched 2>&1"));
        auto const subscribers = "\"subscribers\":" + std::to_string(watching.size());
        BOOST_TEST(eventually(
            [&] { return demo.run("polyport stats --json").out.find(subscribers) != std::string::npos; }));
        outcome const got = demo.run(shown.command);
        BOOST_TEST(got.status == 0, shown.place << ": " << got.out << got.err);
        BOOST_TEST((demo.server().wait() == 0));
        for (child_process& one : started)
            BOOST_TEST(one.wait().value_or(-1) <= 1);
        watching.clear(); // once is enough
    }
}

BOOST_AUTO_TEST_CASE(every_script_that_is_shown_knows_what_it_is_told)
{
    stage const place;
    std::size_t run = 0;
    for (shown_command const& shown : commands()) {
        if (!program_of(shown.command).ends_with(".sh"))
            continue;
        // Arguments are read in their order, and a wrong one is refused before the help comes.
        outcome const got = place.run(shown.command + " --help");
        BOOST_TEST(got.status == 0, shown.place << ": " << shown.command << ": " << got.err);
        BOOST_TEST(got.out.starts_with("Usage: scripts/"));
        ++run;
    }
    BOOST_TEST(run >= 10U);
}

BOOST_AUTO_TEST_CASE(every_option_stands_in_a_guide_and_in_the_manual)
{
    std::set<std::string> words;
    for (fs::path const& document : guides())
        words.merge(words_of(read_file(document)));
    std::string const manual = read_file(source_tree() / "docs/polyportd.8");
    std::size_t options = 0;
    std::istringstream help(run({daemon_program(), "--help"}).out);
    for (std::string line; std::getline(help, line);) {
        if (!line.starts_with("  --"))
            continue;
        std::string const name = line.substr(4, line.find(' ', 4) - 4);
        BOOST_TEST(words.contains(name), name << " is in no guide");
        BOOST_TEST(manual.find("\n.It Fl -" + name) != manual.npos, name << " is not in the manual");
        ++options;
    }
    BOOST_TEST(options > 70U);
}

BOOST_AUTO_TEST_CASE(the_commands_of_the_demonstrations_page_work_in_the_source_tree)
{
    demonstration const demo;
    auto const blocks = code_of_page(source_tree() / "config/www/index.html");
    BOOST_TEST_REQUIRE(blocks.size() == 2U);
    for (std::string const& block : blocks) {
        std::size_t const wanted = block == blocks[0] ? 3 : 2;
        outcome got;
        // On a busy machine the second that it waits for a datagram may be too short.
        bool const answered = eventually([&] {
            got = demo.run_not_installed(block, "abcd\nq\n");
            std::size_t answers = 0;
            for (std::size_t at = 0; (at = got.out.find("ABCD", at)) != got.out.npos; ++at)
                ++answers;
            return got.status != 0 || answers == wanted;
        });
        BOOST_TEST((answered && got.status == 0), block << ": " << got.out << got.err);
    }
}

BOOST_AUTO_TEST_CASE(git_is_served_as_the_recipe_says)
{
    stage const place;
    std::vector<std::string> recipe;
    for (shown_block const& block : code_blocks(source_tree() / "docs/cgi.md"))
        if (block.text.find("git clone") != block.text.npos)
            recipe = command_lines(block.text);
    BOOST_TEST_REQUIRE(recipe.size() == 3U);
    outcome got =
        place.run("git init --quiet made && git -C made -c user.name=A -c user.email=a@example.org commit "
                  "--quiet --allow-empty --message first && git clone --quiet --bare made "
                  "/srv/git/project.git");
    BOOST_TEST_REQUIRE(got.status == 0, got.err);
    got = place.run(recipe[0]);
    BOOST_TEST_REQUIRE(got.status == 0, got.err);

    // What a shell makes of the daemon's variables and arguments, for a daemon on another port.
    auto const program = recipe[1].find("polyportd");
    launch_options options;
    std::istringstream variables(place.staged(recipe[1].substr(0, program)));
    for (std::string one; variables >> one;)
        options.environment.push_back(one);
    BOOST_TEST(options.environment.size() == 2U);
    got = place.run("printf '%s\\n'" + recipe[1].substr(program + 9));
    BOOST_TEST_REQUIRE(got.status == 0, got.err);
    std::vector<std::string> arguments;
    std::istringstream lines(got.out);
    for (std::string line; std::getline(lines, line);)
        arguments.push_back(line == "8080" ? "0" : line);
    daemon_process const server(arguments, options);
    std::string clone = recipe[2];
    boost::algorithm::replace_all(clone, ":8080", ":" + std::to_string(server.port("http")));
    got = place.run(clone);
    BOOST_TEST(got.status == 0, got.err);
    BOOST_TEST(place.run("git -C project log --format=%s").out == "first\n");
}

BOOST_AUTO_TEST_CASE(the_manual_page_of_the_command_has_all_of_its_options)
{
    std::string const page = read_file(source_tree() / "docs/polyport.1");
    std::regex const option(R"(^  (?:-([a-z]) \[ )?--([a-z][a-z-]*))", std::regex::multiline);
    std::size_t seen = 0;
    for (auto const* const name :
         {"send", "chat", "ps", "top", "kill", "stats", "watch", "drain", "log-level"}) {
        auto const help = run({client_program(), "help", name}).out;
        for (std::sregex_iterator one(help.begin(), help.end(), option), end; one != end; ++one) {
            auto const& found = *one;
            bool const is_there =
                std::regex_search(page, std::regex("[ ,]-" + found[2].str() + "(?![a-z-])"));
            BOOST_TEST(is_there, name << " --" << found[2]);
            if (found[1].matched)
                BOOST_TEST(page.find("Fl " + found[1].str() + " , Fl -" + found[2].str()) != page.npos,
                           name << " -" << found[1]);
            ++seen;
        }
    }
    BOOST_TEST(seen > 40U);
}

BOOST_AUTO_TEST_CASE(the_launch_report_is_as_the_readme_shows_it)
{
    std::ifstream file(source_tree() / "README.md");
    std::stringstream text;
    text << file.rdbuf();
    std::string const readme = text.str();
    auto const begin = readme.find("{\"pid\":");
    BOOST_TEST_REQUIRE(begin != readme.npos);
    auto const shown = boost::json::parse(readme.substr(begin, readme.find('\n', begin) - begin)).as_object();

    temporary_directory const directory;
    daemon_process const server(
        {"--tcp-uppercase", "0", "--udp-uppercase", "0", "--local-stream", (directory / "x.sock").string()});
    auto const names = [](boost::json::object const& object) {
        std::set<std::string> keys;
        for (auto const& member : object)
            keys.insert(std::string(member.key()));
        return keys;
    };
    BOOST_TEST(names(server.ready()) == names(shown), boost::test_tools::per_element());
    auto const& endpoints = server.ready().at("endpoints").as_array();
    BOOST_TEST_REQUIRE(endpoints.size() == shown.at("endpoints").as_array().size());
    for (boost::json::value const& one : shown.at("endpoints").as_array()) {
        auto const& expected = one.as_object();
        auto const service = std::string(expected.at("service").as_string());
        BOOST_TEST(names(server.endpoint(service)) == names(expected), boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_SUITE_END()
