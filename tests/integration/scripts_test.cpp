// SPDX-License-Identifier: BSL-1.0
// scripts/run.sh with the programs of this build, and what all scripts answer.
#include "tests/integration/daemon.hpp"
#include "tests/integration/documents.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

std::string script(std::string const& name)
{
    return source_tree() / "scripts" / name;
}

/// scripts/run.sh with a folder of its own for the demonstration's sockets.
class run_script {
public:
    explicit run_script(std::vector<std::string> const& arguments, int report = -1)
    {
        pipe_ends out = make_pipe();
        pipe_ends err = make_pipe();
        std::vector<std::string> command{script("run.sh"), "--bin",
                                         fs::path(daemon_program()).parent_path().string()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        launch_options options;
        options.environment = {"XDG_RUNTIME_DIR=" + directory_.path().string()};
        options.descriptors = {{out.write.get(), 1}, {err.write.get(), 2}};
        if (report >= 0)
            options.descriptors.emplace_back(report, 5);
        child_.emplace(command, options);
        out.write.reset();
        err.write.reset();
        said_.emplace(std::move(out.read));
        log_.emplace(std::move(err.read));
    }

    bool says(std::string_view text) const
    {
        return said_
            ->wait_for([text](log_line const& line) { return line.text.find(text) != line.text.npos; })
            .has_value();
    }
    std::vector<log_line> said() const { return said_->lines(); }
    std::string log() const { return log_->text(); }
    fs::path directory() const { return directory_.path(); }
    pid_t pid() const { return child_->pid(); }
    /// As Ctrl-C; the exit status.
    int interrupt()
    {
        child_->signal(SIGINT);
        return child_->wait().value_or(-1);
    }

private:
    temporary_directory directory_;
    std::optional<child_process> child_;
    std::optional<log_capture> said_;
    std::optional<log_capture> log_;
};

std::vector<std::string> const free_ports{"--tcp-uppercase", "0", "--udp-uppercase", "0", "--http", "0"};

std::string line_from(unique_fd const& from)
{
    std::string line;
    for (char byte = 0; byte != '\n' && ::read(from.get(), &byte, 1) == 1;)
        line += byte;
    return line;
}

} // namespace

BOOST_AUTO_TEST_SUITE(scripts)

BOOST_AUTO_TEST_CASE(run_starts_the_demonstration_and_all_that_it_tells_to_try_works)
{
    run_script demo(free_ports);
    BOOST_TEST_REQUIRE(demo.says("== Ctrl-C ends it."), demo.log());
    std::size_t tried = 0;
    for (log_line const& line : demo.said()) {
        if (!line.text.starts_with("  ") || line.text.find("In a browser") != line.text.npos)
            continue;
        outcome const got = run({"/bin/bash", "-e", "-o", "pipefail", "-c", line.text}, "hello\nq\n");
        bool const answered =
            got.out.find("HELLO") != got.out.npos ||
            (line.text.find("curl ") != line.text.npos && got.out.find("</html>") != got.out.npos);
        BOOST_TEST((got.status == 0 && answered),
                   line.text << ": status " << got.status << ": " << got.out << got.err);
        ++tried;
    }
    BOOST_TEST(tried == 8U);
    BOOST_TEST(demo.interrupt() == 0);
    // The settings stay, to be looked at; sockets and the pipe of the report do not.
    fs::path const folder = demo.directory() / ("polyport-demo-" + std::to_string(::getuid()));
    std::vector<std::string> left;
    for (auto const& entry : fs::directory_iterator(folder))
        left.push_back(entry.path().filename());
    BOOST_TEST(left == std::vector<std::string>{"demo.conf"}, boost::test_tools::per_element());
    BOOST_TEST((fs::status(folder).permissions() == fs::perms::owner_all));
}

BOOST_AUTO_TEST_CASE(run_leaves_the_launch_report_to_who_asks_for_it)
{
    pipe_ends report = make_pipe();
    auto arguments = free_ports;
    arguments.insert(arguments.end(), {"--ready-fd", "5"});
    run_script demo(arguments, report.write.get());
    report.write.reset();
    auto const line = line_from(report.read);
    BOOST_TEST_REQUIRE(!line.empty(), demo.log());
    auto const ready = boost::json::parse(line).as_object();
    BOOST_TEST(ready.at("pid").to_number<pid_t>() == demo.pid()); // it has become the daemon
    BOOST_TEST(ready.at("endpoints").as_array().size() == 5U);
    BOOST_TEST(demo.interrupt() == 0);
}

BOOST_AUTO_TEST_CASE(run_takes_another_configuration_in_place_of_the_demonstrations)
{
    temporary_directory const directory;
    write_file(directory / "own.conf", "tcp-uppercase = 0\n");
    pipe_ends report = make_pipe();
    run_script demo({"--config", (directory / "own.conf").string(), "--ready-fd", "5"}, report.write.get());
    report.write.reset();
    auto const line = line_from(report.read);
    BOOST_TEST_REQUIRE(!line.empty(), demo.log());
    BOOST_TEST(boost::json::parse(line).at("endpoints").as_array().size() == 1U);
    BOOST_TEST(demo.interrupt() == 0);
}

BOOST_AUTO_TEST_CASE(run_does_not_use_a_folder_that_is_not_its_own)
{
    temporary_directory const directory;
    fs::path const folder = directory / ("polyport-demo-" + std::to_string(::getuid()));
    fs::create_directory_symlink("/", folder);
    launch_options options;
    options.environment = {"XDG_RUNTIME_DIR=" + directory.path().string()};
    auto const got = run({script("run.sh"), "--bin", "/nonexistent"}, {}, options);
    BOOST_TEST(got.status == 1);
    BOOST_TEST(got.err.find("belongs to somebody else") != got.err.npos, got.err);
}

BOOST_AUTO_TEST_CASE(every_script_has_a_help_and_refuses_what_it_does_not_know)
{
    for (std::string const name :
         {"run.sh", "test.sh", "check.sh", "bench.sh", "package.sh", "install-dependencies.sh"}) {
        for (std::string const help : {"--help", "-h"}) {
            auto const got = run({script(name), help});
            BOOST_TEST(got.status == 0, name << ": " << got.err);
            BOOST_TEST(got.out.starts_with("Usage: scripts/" + name), name << ": " << got.out);
        }
        // The others pass on what they do not know.
        if (name != "run.sh" && name != "test.sh") {
            auto const got = run({script(name), "--nonsense"});
            BOOST_TEST(got.status == 2, name);
            BOOST_TEST(got.err.find("--nonsense") != got.err.npos, name << ": " << got.err);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
