// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/admin_calls.hpp"
#include "tests/integration/terminal.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace polyport::integration;

namespace {

std::string const folder = std::string(POLYPORT_SOURCE_DIR) + "/config/completions/";

std::string const directory = client_program().substr(0, client_program().rfind('/'));

bool has_shell(std::string const& name)
{
    bool const there = run({"sh", "-c", "command -v " + name}).status == 0;
    if (!there)
        BOOST_TEST_MESSAGE(name << " is not installed");
    return there;
}

/// What bash would offer for the last word of a command line.
std::string offered(steered_daemon const& daemon, std::vector<std::string> const& words)
{
    std::string line = ". " + folder + "polyport.bash; COMP_WORDS=(" + client_program();
    for (auto const& word : words)
        line += " '" + word + "'";
    line += "); COMP_CWORD=" + std::to_string(words.size()) + "; _polyport; echo \" ${COMPREPLY[*]} \"";
    launch_options options;
    options.environment = {"POLYPORT_ADMIN=" + daemon.path()};
    return run({"bash", "-c", line}, {}, options).out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(completions)

BOOST_AUTO_TEST_CASE(bash_offers_what_the_programs_know)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    auto const client = connect_tcp(daemon.server().port("tcp-uppercase"));
    BOOST_TEST_REQUIRE(daemon.shows("?service=tcp-uppercase", 1U));
    auto const id =
        std::to_string(number_at(daemon.connections("?service=tcp-uppercase").at(0).as_object(), "id"));
    struct {
        std::vector<std::string> words;
        std::string part;
    } const table[] = {
        {{""}, " ps top kill stats watch drain log-level "},
        {{"p"}, " ps "},
        {{"help", "wa"}, " watch "},
        {{"ps", "--ser"}, " --service "},
        {{"ps", "--json", "--so"}, " --sort "},
        {{"send", "--ret"}, " --retries "},
        {{"ps", "--service", ""}, " tcp-uppercase "},
        {{"ps", "--state", "i"}, " idle "},
        {{"ps", "--state", "=", "i"}, " idle "},
        {{"ps", "--state", "="}, " writing "},
        {{"ps", "--sort", "-b"}, " -bytes "},
        {{"ps", "--program", ""}, " on off "},
        {{"log-level", "d"}, " debug "},
        {{"kill", ""}, " " + id + " "},
    };
    for (auto const& row : table) {
        auto const all = offered(daemon, row.words);
        std::string shown;
        for (auto const& word : row.words)
            shown += word + " ";
        BOOST_TEST(all.find(row.part) != std::string::npos, shown << "gives" << all);
    }
}

// Typed on a terminal, with the key that completes.
BOOST_AUTO_TEST_CASE(the_tab_key_completes_in_bash_and_zsh)
{
    struct {
        std::vector<std::string> shell;
        std::string begin;
    } const shells[] = {
        {{"bash", "--norc", "-i"}, ". " + folder + "polyport.bash"},
        {{"zsh", "-f", "-i"}, "fpath=(" + folder + " $fpath); autoload -Uz compinit; compinit -u -D"},
    };
    struct {
        std::string_view typed;
        std::string_view shown;
    } const table[] = {{"polyport log-", "log-level"},      {"polyport log-level de", "debug"},
                       {"polyport ps --state=i", "=idle"},  {"polyport ps --sort -by", "-bytes"},
                       {"polyport ps --program of", "off"}, {"polyport kill --to", "--token-file"}};
    for (auto const& one : shells) {
        if (!has_shell(one.shell.front()))
            continue;
        terminal_session session(one.shell);
        session.type("PATH=" + directory + ":$PATH; " + one.begin + "; PS1=re''ady\r");
        BOOST_TEST_REQUIRE(session.shows("ready")); // once it reads the keys itself
        for (auto const& row : table) {
            session.type("\x15" + std::string(row.typed) + "\t"); // Ctrl-U: an empty line
            BOOST_TEST(session.shows(row.shown), one.shell.front() << ": " << row.typed);
        }
        session.type("\x15 exit\r");
        BOOST_TEST(session.finish() == 0);
    }
}

BOOST_AUTO_TEST_CASE(fish_offers_what_the_programs_know)
{
    if (!has_shell("fish"))
        return;
    struct {
        std::string line;
        std::string part;
        bool offered = true;
    } const table[] = {
        {"polyport ", "watch\tprint"},          {"polyport ps --sor", "--sort"},
        {"polyport ps --state i", "idle"},      {"polyport kill --program o", "off"},
        {"polyport watch --on", "--only"},      {"polyport ps --on", "--only", false},
        {"polyport log-level d", "debug"},      {"polyportd --adm", "--admin"},
        {"polyportd --adm", "--admin-readers"},
    };
    std::string script = "set -x PATH " + directory + " $PATH; source " + folder + "polyport.fish; source " +
                         folder + "polyportd.fish";
    for (auto const& row : table)
        script += "; complete -C '" + row.line + "'; echo .";
    auto const all = run({"fish", "-c", script});
    std::size_t begin = 0;
    for (auto const& row : table) {
        auto const end = all.out.find(".\n", begin);
        BOOST_TEST_REQUIRE(end != std::string::npos, all.out << all.err);
        auto const answer = "\n" + all.out.substr(begin, end - begin);
        begin = end + 2;
        bool const there = answer.find("\n" + row.part) != std::string::npos;
        BOOST_TEST(there == row.offered, row.line << " gives " << answer);
    }
}

BOOST_AUTO_TEST_SUITE_END()
