// SPDX-License-Identifier: BSL-1.0
// Secrets beside the root, in hidden files, in the sources of programs and behind links: no request may show
// one, however it is written.
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view secret = "THE-SECRET-THAT-NOBODY-MAY-SEE";
constexpr std::size_t random_requests = 2000;

struct guarded_site {
    temporary_directory directory;
    fs::path root = directory / "root";
    daemon_process server{arguments()};

    std::vector<std::string> arguments() const
    {
        for (char const* folder :
             {"root/sub/deep", "root/cgi-bin/folder", "root/.git", "rootsecret", "other"})
            fs::create_directories(directory / folder);
        for (char const* file :
             {"secret", "other/secret", "rootsecret/secret", "root/.htpasswd", "root/.secret",
              "root/.git/secret", "root/sub/.secret", "root/cgi-bin/secret", "root/cgi-bin/source.txt",
              "root/cgi-bin/folder/secret"})
            write_file(directory / file, std::string(secret) + "\n");
        write_file(root / "index.html", "index");
        write_file(root / "sub/page", "page");
        fs::create_symlink("../secret", root / "link");
        fs::create_directory_symlink("../other", root / "linked");
        fs::create_symlink(directory / "secret", root / "sub/absolute");
        // Sends on to wherever its query says.
        write_file(root / "cgi-bin/run", "#!/bin/sh\n# " + std::string(secret) +
                                             "\nprintf 'Location: %s\\n\\n' \"$QUERY_STRING\"\n");
        fs::permissions(root / "cgi-bin/run", fs::perms::owner_all | fs::perms::others_exec);
        return {"--http",     "0",         "--http-root",    root.string(),
                "--http-cgi", "/cgi-bin/", "--http-listing", "on"};
    }

    /// All that comes until the connection ends.
    std::string answer(std::string const& request) const
    {
        unique_fd const client = connect_tcp(server.port("http"));
        std::string bytes;
        try {
            send_all(client, request);
            shut_sending(client);
            for (std::string more; !(more = receive_some(client)).empty();)
                bytes += more;
        } catch (std::system_error const& error) {
            BOOST_TEST((error.code().value() == ECONNRESET || error.code().value() == EPIPE));
        }
        return bytes;
    }

    void check(std::string const& request) const
    {
        std::string const got = answer(request);
        BOOST_TEST(got.starts_with("HTTP/1.1 "), request << " got " << got.substr(0, 100));
        BOOST_TEST(got.find(secret) == got.npos, request << " shows the secret");
    }
};

std::string get(std::string const& target, std::string const& fields = {})
{
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n";
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_secret)

BOOST_AUTO_TEST_CASE(no_target_shows_it)
{
    guarded_site const site;
    std::string const absolute = (site.directory / "secret").string();
    std::vector<std::string> const ups{"..",
                                       "%2e%2e",
                                       "%2E.",
                                       ".%2e",
                                       "..%2f",
                                       "..%5c",
                                       "..\\",
                                       "%252e%252e",
                                       "%c0%ae%c0%ae",
                                       "%e0%80%ae%e0%80%ae",
                                       "..;",
                                       "..;a=b",
                                       "%u002e%u002e",
                                       "....",
                                       "...",
                                       "..%00",
                                       "..%20",
                                       "%20..",
                                       ".%09.",
                                       "%ff%2e%2e",
                                       "..%c0%af",
                                       "..%ef%bc%8f",
                                       "%ef%bc%8e%ef%bc%8e",
                                       ".%00.",
                                       "%2e%2e%2f"};
    for (std::string const& up : ups) {
        for (char const* prefix :
             {"/", "//", "/sub/", "/./", "/sub/deep/../", "/cgi-bin/", "/index.html/", "/none/"}) {
            site.check(get(prefix + up + "/secret"));
            site.check(get(prefix + up + "/" + up + "/secret"));
        }
    }
    std::vector<std::string> const targets{absolute,
                                           "/" + absolute,
                                           "//" + absolute,
                                           "/%2f" + absolute.substr(1),
                                           "/file://" + absolute,
                                           "file://" + absolute,
                                           "http://a" + absolute,
                                           "http://a/../secret",
                                           "http://a/%2e%2e/secret",
                                           "/link",
                                           "/link/",
                                           "/linked/secret",
                                           "/linked/",
                                           "/linked",
                                           "/sub/absolute",
                                           "/../rootsecret/secret",
                                           "/..rootsecret/secret",
                                           "/.htpasswd",
                                           "/%2ehtpasswd",
                                           "/.secret",
                                           "/sub/.secret",
                                           "/sub/%2esecret",
                                           "/.git/secret",
                                           "/.git/",
                                           "/.git",
                                           "/sub/../.git/secret",
                                           "/.well-known/../.git/secret",
                                           "/.well-known/../.secret",
                                           "/cgi-bin/secret",
                                           "/cgi-bin/source.txt",
                                           "/cgi-bin/",
                                           "/cgi-bin",
                                           "/cgi-bin//source.txt",
                                           "//cgi-bin/source.txt",
                                           "/./cgi-bin/source.txt",
                                           "/sub/../cgi-bin/source.txt",
                                           "/%63gi-bin/source.txt",
                                           "/cgi-bin/source.txt/",
                                           "/cgi-bin%2fsource.txt",
                                           "/cgi-bin/folder/secret",
                                           "/cgi-bin/folder/",
                                           "/cgi-bin/source.txt%00",
                                           "/cgi-bin/run?/../secret",
                                           "/cgi-bin/run?/.secret",
                                           "/cgi-bin/run?/cgi-bin/source.txt",
                                           "/cgi-bin/run?/linked/secret",
                                           std::string("/cgi-bin/run?") + absolute,
                                           "/cgi-bin/run?//../secret",
                                           "/cgi-bin/run?/%2e%2e/secret",
                                           "/proc/self/root" + absolute,
                                           "/dev/fd/0",
                                           "*",
                                           "../secret"};
    for (std::string const& target : targets) {
        site.check(get(target));
        site.check(get(target, "Range: bytes=0-9\r\n"));
        site.check(get(target, "Accept-Encoding: gzip, br, zstd\r\n"));
        site.check("OPTIONS " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        site.check("TRACE " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        site.check("GET " + target + " HTTP/1.0\r\n\r\n");
    }
}

// Neither its name, which could be a secret too, nor the size of what is behind a link out of the root.
BOOST_AUTO_TEST_CASE(no_listing_names_what_cannot_be_had)
{
    guarded_site const site;
    fs::create_symlink("page", site.root / "sub/inside");
    fs::create_symlink(site.root / "sub/page", site.root / "sub/absolute-inside");
    fs::create_symlink("nowhere", site.root / "sub/dangling");
    for (char const* fields : {"", "Accept: application/json\r\n"}) {
        std::string const listed = site.answer(get("/sub/", fields));
        for (char const* shown : {"page\"", "inside\"", "absolute-inside\"", "deep"})
            BOOST_TEST(listed.find(shown) != listed.npos, shown << " is missing: " << listed);
        for (char const* kept : {"absolute\"", "dangling", ".secret"})
            BOOST_TEST(listed.find(kept) == listed.npos, kept << " is shown: " << listed);
    }
}

BOOST_AUTO_TEST_CASE(no_field_shows_it)
{
    guarded_site const site;
    for (std::string const field :
         {"X-Original-URL", "X-Rewrite-URL", "X-Sendfile", "X-Accel-Redirect", "X-Forwarded-Prefix",
          "Destination", "Content-Location", "Location", "Referer", "If-Range", "Accept", "Range"})
        for (std::string const value : {"/../secret", "../secret", "/.secret", "/cgi-bin/source.txt"})
            site.check(get("/", field + ": " + value + "\r\n"));
    for (std::string const host : {"../secret", "..", "a/../secret", "%2e%2e", "[::1]/../secret"})
        site.check("GET /secret HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(no_random_target_shows_it)
{
    guarded_site const site;
    constexpr std::array<std::string_view, 34> words{
        "/",    "/",       "/",      "..",         "..",     ".",       "%2e",       "%2E",  "%2f",
        "%5c",  "\\",      "secret", "secret",     "secret", "root",    "sub",       "deep", "linked",
        "link", "cgi-bin", "run",    "source.txt", ".git",   ".secret", ".htpasswd", "%00",  "%20",
        ";",    "?",       "#",      "%25",        "%c0%ae", "other",   "rootsecret"};
    std::mt19937 random(20261121); // the same in every run
    std::uniform_int_distribution<std::size_t> word(0, words.size() - 1);
    std::uniform_int_distribution<int> length(1, 12);
    for (std::size_t i = 0; i < random_requests; ++i) {
        std::string target = "/";
        for (int left = length(random); left > 0; --left)
            target += words[word(random)];
        std::string const got = site.answer(get(target));
        BOOST_TEST_REQUIRE(got.starts_with("HTTP/1.1 "), target << " got " << got.substr(0, 100));
        BOOST_TEST_REQUIRE(got.find(secret) == got.npos, target << " shows the secret");
    }
    // The check can fail: this is what showing it looks like.
    write_file(site.root / "shown", secret);
    BOOST_TEST(site.answer(get("/shown")).find(secret) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
