// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"
#include "tests/integration/http_client.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace fs = std::filesystem;

namespace {

void add_program(fs::path const& path, std::string const& script)
{
    fs::create_directories(path.parent_path());
    write_file(path, "#!/bin/sh\n" + script);
    fs::permissions(path, fs::perms::owner_all | fs::perms::group_exec | fs::perms::group_read |
                              fs::perms::others_exec | fs::perms::others_read);
}

/// A root and directories elsewhere.
struct site {
    temporary_directory directory;
    fs::path root = directory / "root";
    fs::path icons = directory / "elsewhere-icons";
    fs::path programs = directory / "elsewhere-programs";
    fs::path example = directory / "example";

    site()
    {
        for (auto const& folder : {root / "sub", icons / "small", programs, example / "sub"})
            fs::create_directories(folder);
        write_file(root / "index.html", "the root");
        write_file(root / "a.txt", "a of the root");
        write_file(icons / "a.txt", "an icon");
        write_file(icons / "small" / "b.txt", "a small icon");
        write_file(example / "index.html", "the example");
        write_file(example / "a.txt", "a of the example");
        add_program(programs / "show.sh",
                    "printf 'Content-Type: text/plain\\r\\n\\r\\n%s\\n%s\\n%s\\n%s\\n%s' \"$SCRIPT_NAME\" "
                    "\"$PATH_INFO\" \"$PATH_TRANSLATED\" \"$SCRIPT_FILENAME\" \"$DOCUMENT_ROOT\"\n");
        add_program(icons / "tool.sh", "printf 'Content-Type: text/plain\\r\\n\\r\\nran'\n");
    }

    std::vector<std::string> arguments() const
    {
        return {"--http",         "0",
                "--http-root",    root.string(),
                "--http-alias",   "/icons=" + icons.string(),
                "--http-alias",   "/cgi-bin/=" + programs.string(),
                "--http-alias",   "//example.org/=" + example.string(),
                "--http-listing", "/icons/=on",
                "--http-cgi",     "off",
                "--http-cgi",     "/cgi-bin=executable"};
    }
};

struct served_site : site {
    daemon_process server{arguments()};

    http_reply get(std::string_view target, std::string const& host = "localhost") const
    {
        unique_fd const client = connect_tcp(server.port("http"));
        send_all(client, "GET " + std::string(target) + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        return receive_reply(client);
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(virtual_directories)

BOOST_AUTO_TEST_CASE(a_virtual_directory_has_files_from_elsewhere_and_settings_of_its_own)
{
    served_site const site;
    BOOST_TEST(site.get("/a.txt").body == "a of the root");
    for (int again = 0; again < 2; ++again) // out of the cache, too
        BOOST_TEST(site.get("/icons/a.txt").body == "an icon");
    BOOST_TEST(site.get("/icons/small/b.txt").body == "a small icon");
    BOOST_TEST(site.get("/iconsa.txt").status == 404);
    BOOST_TEST(site.get("/icons/../a.txt").body == "a of the root");

    http_reply const redirect = site.get("/icons");
    BOOST_TEST(redirect.status == 301);
    BOOST_TEST(redirect.field("location") == "/icons/");
    http_reply const listing = site.get("/icons/");
    BOOST_TEST(listing.status == 200);
    BOOST_TEST(listing.body.find("small/") != std::string::npos);
    BOOST_TEST(site.get("/sub/").status == 403); // the root's own are not listed

    // A program where programs are off is a file.
    BOOST_TEST(site.get("/icons/tool.sh").body.starts_with("#!/bin/sh"));
}

BOOST_AUTO_TEST_CASE(the_real_path_never_shows)
{
    served_site const site;
    std::string const real = site.directory.path().string();
    for (char const* const target : {"/icons", "/icons/", "/icons/missing", "/icons/a.txt", "/sub", "/sub/",
                                     "/missing", "/icons/a.txt/x", "/%2e%2e/x", "/icons/%2e%2e/%2e%2e/x"}) {
        unique_fd const client = connect_tcp(site.server.port("http"));
        send_all(client, "GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        BOOST_TEST(receive_to_end(client).find(real) == std::string::npos, target);
    }
}

BOOST_AUTO_TEST_CASE(programs_learn_their_names_through_the_virtual_tree)
{
    served_site const site;
    auto const path = [](fs::path const& p) { return p.string(); };
    BOOST_TEST(site.get("/cgi-bin/show.sh/icons/small/b.txt").body ==
               "/cgi-bin/show.sh\n/icons/small/b.txt\n" + path(site.icons / "small/b.txt") + "\n" +
                   path(site.programs / "show.sh") + "\n" + path(site.root));
    BOOST_TEST(site.get("/cgi-bin/show.sh/a.txt").body.find(path(site.root / "a.txt")) != std::string::npos);
    // Above a virtual directory there need not be a real one.
    BOOST_TEST(site.get("/cgi-bin/none.sh").status == 404);
}

BOOST_AUTO_TEST_CASE(a_host_has_a_tree_of_its_own_and_the_others_have_the_default)
{
    served_site const site;
    for (int again = 0; again < 2; ++again) {
        BOOST_TEST(site.get("/a.txt", "example.org").body == "a of the example");
        BOOST_TEST(site.get("/a.txt", "EXAMPLE.org.:8080").body == "a of the example");
        BOOST_TEST(site.get("/a.txt", "www.example.org").body == "a of the root");
        BOOST_TEST(site.get("/a.txt", "127.0.0.1").body == "a of the root");
        BOOST_TEST(site.get("http://example.org/a.txt", "other").body == "a of the example");
    }
    BOOST_TEST(site.get("/", "example.org").body == "the example");
    BOOST_TEST(site.get("/icons/a.txt", "example.org").status == 404);

    unique_fd const old = connect_tcp(site.server.port("http"));
    send_all(old, "GET /a.txt HTTP/1.0\r\n\r\n");
    BOOST_TEST(receive_reply(old).body == "a of the root");
}

BOOST_AUTO_TEST_SUITE_END()
