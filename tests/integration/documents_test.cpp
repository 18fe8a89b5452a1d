// SPDX-License-Identifier: BSL-1.0
// The commands that the documents show are run, and must print what the documents say.
#include "tests/integration/daemon.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

fs::path const tree = POLYPORT_SOURCE_DIR;

/// A command that a document shows, and the lines below it.
struct shown_command {
    std::string place; ///< file:line
    std::string command;
    std::string output;
};

std::vector<fs::path> all_documents()
{
    std::vector<fs::path> all{tree / "README.md"};
    for (auto const& entry : fs::directory_iterator(tree / "docs"))
        // The tutorial needs an installed package: tests/package runs it.
        if (entry.path().extension() == ".md" && entry.path().filename() != "extending.md")
            all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
}

/// Of the blocks ```console: "$ command", continued behind a backslash, and what it prints.
std::vector<shown_command> console_commands(fs::path const& document)
{
    std::vector<shown_command> found;
    std::ifstream file(document);
    bool inside = false;
    bool continued = false;
    int number = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        if (!inside || line == "```") {
            inside = !inside && line == "```console";
            continued = false;
        } else if (continued || line.starts_with("$ ")) {
            if (!continued)
                found.push_back({document.filename().string() + ":" + std::to_string(number), {}, {}});
            found.back().command += continued ? "\n" + line : line.substr(2);
            continued = line.ends_with('\\');
        } else if (!found.empty()) {
            found.back().output += line + "\n";
        }
    }
    return found;
}

/// The demonstration of scripts/run.sh, on other ports, and a folder in which its commands find their
/// programs.
class demonstration {
public:
    demonstration()
        : server_({"--tcp-uppercase", "0", "--udp-uppercase", "0", "--local-stream",
                   (directory_ / "stream.sock").string(), "--local-datagram",
                   (directory_ / "datagram.sock").string(), "--http", "0", "--http-root",
                   (tree / "config" / "www").string()})
    {
        fs::create_directories(directory_ / "build/release/bin");
        fs::create_symlink(daemon_program(), directory_ / "build/release/bin/polyportd");
        fs::create_symlink(client_program(), directory_ / "build/release/bin/polyport");
        fs::create_directory_symlink(tree / "config", directory_ / "config");
    }

    fs::path const& directory() const noexcept { return directory_.path(); }

    /// The command with the demonstration's addresses put in for those that the documents name.
    std::string localized(std::string command) const
    {
        auto const put = [&](std::string const& from, std::string const& to) {
            boost::algorithm::replace_all(command, from, to);
        };
        put("udp://127.0.0.1:8000", "udp://127.0.0.1:" + std::to_string(server_.port("udp-uppercase")));
        put("127.0.0.1:8000", "127.0.0.1:" + std::to_string(server_.port("tcp-uppercase")));
        put("127.0.0.1 8000", "127.0.0.1 " + std::to_string(server_.port("tcp-uppercase")));
        put("127.0.0.1:8080", "127.0.0.1:" + std::to_string(server_.port("http")));
        return command;
    }

    outcome run(std::string const& command) const
    {
        launch_options options;
        options.directory = directory_.path().string();
        options.environment = {"PATH=" + (directory_ / "build/release/bin").string() + ":" +
                               std::getenv("PATH")};
        return polyport::integration::run({"/bin/sh", "-c", localized(command)}, {}, options);
    }

private:
    temporary_directory directory_;
    daemon_process server_;
};

/// The lines of the README that are indented by four blanks and start with `word`.
std::vector<std::string> indented_commands(std::string const& word)
{
    std::vector<std::string> found;
    std::ifstream file(tree / "README.md");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("    " + word + " "))
            found.push_back(line.substr(4));
    return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(every_console_block_shows_what_its_commands_print)
{
    demonstration const demo;
    std::size_t run = 0;
    for (fs::path const& document : all_documents()) {
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
    BOOST_TEST(run >= 5U);
}

BOOST_AUTO_TEST_CASE(the_daemons_that_the_readme_starts_are_started_right)
{
    demonstration const demo;
    auto const commands = indented_commands("polyportd");
    BOOST_TEST(commands.size() >= 2U);
    for (std::string command : commands) {
        boost::algorithm::replace_all(command, "/srv/www", "config/www");
        outcome const got = demo.run("exec " + command + " --check");
        BOOST_TEST(got.status == 0, command << ": " << got.out << got.err);
    }
}

BOOST_AUTO_TEST_CASE(the_launch_report_is_as_the_readme_shows_it)
{
    std::ifstream file(tree / "README.md");
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
