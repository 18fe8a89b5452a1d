// SPDX-License-Identifier: BSL-1.0
// Programs as people run them. One that is not installed is skipped with a message;
// scripts/install-dependencies.sh
// --for test installs them all.
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t mib = 1024 * 1024;

/// For BOOST_TEST decorators: whether a file can be executed, and what to install if not.
struct needs {
    char const* program;
    char const* package;

    boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const
    {
        bool const there = ::access(program, X_OK) == 0;
        if (!there)
            std::fprintf(stderr, "skipped: %s is not there; install the package %s\n", program, package);
        return there;
    }
};

constexpr needs git_backend{"/usr/lib/git-core/git-http-backend", "git"};
constexpr needs cgit{"/usr/lib/cgit/cgit.cgi", "cgit"};
constexpr needs php{"/usr/bin/php-cgi", "php-cgi"};
constexpr needs python{"/usr/bin/python3", "python3"};

/// No configuration of the user's or the system's, a name for commits, and no time spent to compress noise.
launch_options git_options()
{
    return {.environment = {"GIT_CONFIG_NOSYSTEM=1", "HOME=/nonexistent", "GIT_CONFIG_GLOBAL=/dev/null",
                            "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A",
                            "GIT_COMMITTER_EMAIL=a@example.org", "GIT_TERMINAL_PROMPT=0",
                            "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=core.compression",
                            "GIT_CONFIG_VALUE_0=0"}};
}

/// Runs git, which has to succeed; returns what it said, trace included.
std::string git(std::vector<std::string> arguments, std::vector<std::string> const& environment = {})
{
    auto options = git_options();
    options.environment.insert(options.environment.end(), environment.begin(), environment.end());
    arguments.insert(arguments.begin(), "git");
    auto const done = run(arguments, {}, options);
    std::string all;
    for (auto const& word : arguments)
        all += word + " ";
    BOOST_TEST(done.status == 0, all << "failed: " << done.err.substr(0, 2000));
    return done.out + done.err;
}

/// A repository with three commits, served by git http-backend below /git/.
struct git_site {
    temporary_directory directory;
    fs::path repository = directory / "repositories/project.git";
    fs::path work = directory / "work";
    std::unique_ptr<daemon_process> server;

    git_site()
    {
        fs::create_directories(directory / "root");
        fs::create_symlink(git_backend.program, directory / "root/git");
        git({"init", "-q", "--bare", "-b", "main", repository.string()});
        git({"-C", repository.string(), "config", "http.receivepack", "true"});
        git({"-C", repository.string(), "config", "uploadpack.allowFilter", "true"});
        git({"init", "-q", "-b", "main", work.string()});
        for (int i = 0; i < 3; ++i)
            commit("file" + std::to_string(i), noise(40'000, static_cast<std::uint64_t>(i) + 1));
        git({"-C", work.string(), "push", "-q", repository.string(), "main"});
        server = std::make_unique<daemon_process>(
            std::vector<std::string>{"--http", "0", "--http-root", (directory / "root").string(),
                                     "--http-symlinks", "follow", "--http-cgi-env", "GIT_PROJECT_ROOT",
                                     "--http-cgi-env", "GIT_HTTP_EXPORT_ALL", "--http-max-body", "100m"},
            launch_options{.environment = {"GIT_PROJECT_ROOT=" + (directory / "repositories").string(),
                                           "GIT_HTTP_EXPORT_ALL=1"}});
    }

    std::string url() const
    {
        return "http://127.0.0.1:" + std::to_string(server->port("http")) + "/git/project.git";
    }

    void commit(std::string const& name, std::string_view content) const
    {
        write_file(work / name, content);
        git({"-C", work.string(), "add", name});
        git({"-C", work.string(), "commit", "-q", "-m", name});
    }

    std::string head(fs::path const& of) const { return git({"-C", of.string(), "rev-parse", "main"}); }
};

bool contains(std::string const& text, std::string_view part)
{
    return text.find(part) != text.npos;
}

} // namespace

namespace utf = boost::unit_test;

BOOST_AUTO_TEST_SUITE(cgi_programs)

BOOST_AUTO_TEST_CASE(git_clones_fetches_and_pushes, *utf::precondition(git_backend))
{
    git_site const site;
    fs::path const clone = site.directory / "clone";
    git({"clone", "-q", site.url(), clone.string()});
    BOOST_TEST(site.head(clone) == site.head(site.work));
    BOOST_TEST(read_file(clone / "file2") == noise(40'000, 3));

    site.commit("later", "more\n");
    git({"-C", site.work.string(), "push", "-q", site.url(), "main"});
    BOOST_TEST(site.head(site.repository) == site.head(site.work));
    git({"-C", clone.string(), "pull", "-q", "--ff-only"});
    BOOST_TEST(site.head(clone) == site.head(site.work));
}

BOOST_AUTO_TEST_CASE(git_pushes_20_mib, *utf::precondition(git_backend))
{
    git_site const site;
    std::string const large = noise(20 * mib);
    site.commit("large", large);
    // Larger than http.postBuffer: git sends it chunked, after asking with an empty POST.
    std::string const trace = git({"-C", site.work.string(), "push", "-q", site.url(), "main"},
                                  {"GIT_TRACE_CURL=1", "GIT_TRACE_CURL_NO_DATA=1"});
    BOOST_TEST(contains(trace, "Transfer-Encoding: chunked"));
    BOOST_TEST(site.head(site.repository) == site.head(site.work));
    fs::path const clone = site.directory / "clone";
    git({"clone", "-q", site.url(), clone.string()});
    bool const same = read_file(clone / "large") == large;
    BOOST_TEST(same);
}

BOOST_AUTO_TEST_CASE(git_posts_in_chunks_and_with_gzip, *utf::precondition(git_backend))
{
    git_site const site;
    // Many refs make a request for a fetch large enough to be compressed.
    for (int i = 0; i < 40; ++i)
        git({"-C", site.repository.string(), "branch", "b" + std::to_string(i), i % 2 ? "main" : "main~1"});
    fs::path const clone = site.directory / "clone";
    std::string trace = git({"-c", "protocol.version=2", "clone", "-q", site.url(), clone.string()},
                            {"GIT_TRACE_CURL=1", "GIT_TRACE_CURL_NO_DATA=1"});
    BOOST_TEST(contains(trace, "Content-Encoding: gzip"));
    BOOST_TEST(contains(trace, "200 OK"));
    site.commit("chunked", noise(30'000, 9));
    trace = git({"-C", site.work.string(), "-c", "http.postBuffer=1000", "push", "-q", site.url(), "main"},
                {"GIT_TRACE_CURL=1", "GIT_TRACE_CURL_NO_DATA=1"});
    BOOST_TEST(contains(trace, "Transfer-Encoding: chunked"));
    BOOST_TEST(site.head(site.repository) == site.head(site.work));
}

BOOST_AUTO_TEST_CASE(git_clones_a_part, *utf::precondition(git_backend))
{
    git_site const site;
    fs::path const shallow = site.directory / "shallow";
    git({"clone", "-q", "--depth", "1", site.url(), shallow.string()});
    BOOST_TEST(git({"-C", shallow.string(), "rev-list", "--count", "main"}) == "1\n");
    git({"-C", shallow.string(), "fetch", "-q", "--unshallow"});
    BOOST_TEST(git({"-C", shallow.string(), "rev-list", "--count", "main"}) == "3\n");

    fs::path const partial = site.directory / "partial";
    git({"clone", "-q", "--filter=blob:none", "--no-checkout", site.url(), partial.string()});
    BOOST_TEST(
        contains(git({"-C", partial.string(), "rev-list", "--objects", "--missing=print", "main"}), "?"));
    git({"-C", partial.string(), "checkout", "-q", "main"}); // gets them now
    BOOST_TEST(read_file(partial / "file0") == noise(40'000, 1));
}

BOOST_AUTO_TEST_CASE(git_speaks_each_version_of_its_protocol, *utf::precondition(git_backend))
{
    git_site const site;
    for (char const* version : {"0", "1", "2"}) {
        std::string const trace =
            git({"-c", std::string("protocol.version=") + version, "ls-remote", site.url()},
                {"GIT_TRACE_PACKET=1"});
        BOOST_TEST(contains(trace, "refs/heads/main"));
        // The version goes by a field, Git-Protocol, which the program sees as HTTP_GIT_PROTOCOL.
        BOOST_TEST(contains(trace, "< version 2") == (version == std::string("2")), trace);
    }
}

BOOST_AUTO_TEST_CASE(cgit_shows_a_repository, *utf::precondition(cgit) * utf::precondition(git_backend))
{
    git_site const site;
    fs::path const root = site.directory / "cgit";
    fs::create_directories(root);
    fs::create_symlink(cgit.program, root / "cgit");
    write_file(site.directory / "cgitrc", "virtual-root=/cgit/\ncache-size=0\nrepo.url=project\nrepo.path=" +
                                              site.repository.string() + "\nrepo.desc=A project\n");
    daemon_process const server({"--http", "0", "--http-root", root.string(), "--http-symlinks", "follow",
                                 "--http-cgi-env", "CGIT_CONFIG"},
                                {.environment = {"CGIT_CONFIG=" + (site.directory / "cgitrc").string()}});
    http_reply const list = http_get(server.port("http"), "/cgit/");
    BOOST_TEST(list.status == 200);
    BOOST_TEST(contains(list.body, "A project"));
    http_reply const log = http_get(server.port("http"), "/cgit/project/log/");
    BOOST_TEST(contains(log.body, "file2"), log.body.substr(0, 500));
    http_reply const plain = http_get(server.port("http"), "/cgit/project/plain/file1");
    bool const same = plain.body == noise(40'000, 2);
    BOOST_TEST(same);
    BOOST_TEST(http_get(server.port("http"), "/cgit/none/").status == 404);
}

BOOST_AUTO_TEST_CASE(php_runs_by_its_interpreter, *utf::precondition(php))
{
    temporary_directory const root;
    write_file(root / "index.php", "<?php header('X-Script: ' . $_SERVER['SCRIPT_NAME']);\n"
                                   "echo 'hello ', $_GET['name'] ?? $_POST['name'] ?? 'nobody', ' at ', "
                                   "$_SERVER['PATH_INFO'] ?? 'nowhere';");
    write_file(root / "status.php", "<?php http_response_code(418); echo 'teapot';");
    write_file(root / "upload.php",
               "<?php echo $_FILES['f']['size'], ' ', md5_file($_FILES['f']['tmp_name']);");
    daemon_process const server({"--http", "0", "--http-root", root.path().string(), "--http-index",
                                 "index.php", "--http-cgi", std::string(".php=") + php.program});
    auto const port = server.port("http");
    http_reply const get = http_get(port, "/index.php/some/where?name=Ada");
    BOOST_TEST(get.body == "hello Ada at /some/where");
    BOOST_TEST(get.field("x-script") == "/index.php");
    BOOST_TEST(get.field("content-type").starts_with("text/html"));
    BOOST_TEST(http_get(port, "/").body == "hello nobody at nowhere");
    BOOST_TEST(http_get(port, "/status.php").status == 418);

    unique_fd const client = connect_tcp(port);
    send_all(client,
             "POST /index.php HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
             "Content-Type: application/x-www-form-urlencoded\r\n\r\n5\r\nname=\r\n5\r\nGrace\r\n0\r\n\r\n");
    BOOST_TEST(receive_reply(client).body == "hello Grace at nowhere");

    std::string const form = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" +
                             std::string(1'000'000, 'x') + "\r\n--b--\r\n";
    send_all(client,
             "POST /upload.php HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n"
             "Content-Length: " +
                 std::to_string(form.size()) + "\r\n\r\n" + form);
    BOOST_TEST(receive_reply(client).body.starts_with("1000000 "));
}

BOOST_AUTO_TEST_CASE(python_runs_by_its_interpreter, *utf::precondition(python))
{
    temporary_directory const root;
    write_file(root / "sum.py", "import os, sys, urllib.parse\n"
                                "fields = urllib.parse.parse_qs(sys.stdin.read())\n"
                                "print('Content-Type: text/plain')\nprint()\n"
                                "print(sum(map(int, fields['n'])), os.environ['SCRIPT_NAME'])\n");
    daemon_process const server({"--http", "0", "--http-root", root.path().string(), "--http-cgi",
                                 std::string(".py=") + python.program});
    unique_fd const client = connect_tcp(server.port("http"));
    send_all(client, "POST /sum.py HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nn=1&n=2&n=4");
    BOOST_TEST(receive_reply(client).body == "7 /sum.py\n");
}

BOOST_AUTO_TEST_SUITE_END()
