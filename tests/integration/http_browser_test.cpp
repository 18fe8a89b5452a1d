// SPDX-License-Identifier: BSL-1.0
// Listings and passwords in a real browser. Skipped with a message where there is no Chromium, which is too
// large to ask for.
#include "tests/integration/browser.hpp"
#include "tests/integration/daemon.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

#include <unistd.h>

using namespace polyport::integration;
namespace fs = std::filesystem;

namespace {

constexpr auto chromium = "/usr/bin/chromium";

boost::test_tools::assertion_result is_there(boost::unit_test::test_unit_id)
{
    bool const there = ::access(chromium, X_OK) == 0;
    if (!there)
        std::fprintf(stderr, "skipped: %s is not there; install the package chromium\n", chromium);
    return there;
}

/// The page as the browser has it once its scripts and events have run.
std::string page_at(std::string const& url, fs::path const& profile)
{
    auto const done =
        run({chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--user-data-dir=" + profile.string(), "--virtual-time-budget=1000", "--dump-dom", url});
    BOOST_TEST_REQUIRE(done.status == 0, done.err);
    return done.out;
}

bool in_this_order(std::string const& text, std::initializer_list<std::string_view> parts)
{
    std::size_t at = 0;
    for (auto const part : parts) {
        at = text.find(part, at);
        if (at == text.npos)
            return false;
    }
    return true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_browser, *boost::unit_test::precondition(is_there))

BOOST_AUTO_TEST_CASE(a_listing_sorts_and_runs_nothing_of_its_names)
{
    temporary_directory const folder;
    fs::path const root = folder / "root";
    fs::create_directories(root / "middle");
    write_file(root / "alpha.txt", std::string(2000, 'x'));
    write_file(root / "zulu.txt", "x");
    write_file(root / "<img src=x onerror=document.title='taken'>", "x");
    write_file(root / "a&amp;b.txt", "x");
    daemon_process const server({"--http", "0", "--http-root", root.string(), "--http-listing", "on"});
    std::string const url = "http://127.0.0.1:" + std::to_string(server.port("http")) + "/";

    std::string const by_name = page_at(url, folder / "profile");
    BOOST_TEST(in_this_order(by_name, {">middle/</a>", ">alpha.txt</a>", ">zulu.txt</a>"}), by_name);
    BOOST_TEST(by_name.find("<title>taken") == by_name.npos);
    BOOST_TEST(by_name.find("<img") == by_name.npos);
    BOOST_TEST(by_name.find("a&amp;amp;b.txt") != by_name.npos);
    std::string const by_size = page_at(url + "?sort=size&order=asc", folder / "profile");
    BOOST_TEST(in_this_order(by_size, {">zulu.txt</a>", ">alpha.txt</a>"}), by_size);
}

// As a person does: by its links alone.
BOOST_AUTO_TEST_CASE(the_columns_sort_and_the_directories_open_by_their_links)
{
    temporary_directory const folder;
    fs::path const root = folder / "root";
    fs::create_directories(root / "a & b" / "inner");
    write_file(root / "a & b" / "50%.txt", "hello");
    write_file(root / "small.txt", "x");
    write_file(root / "large.txt", std::string(2000, 'x'));
    daemon_process const server({"--http", "0", "--http-root", root.string(), "--http-listing", "on"});
    browser view;
    view.open("http://127.0.0.1:" + std::to_string(server.port("http")) + "/");
    auto const click = [&](std::string const& text) {
        view.evaluate("[...document.querySelectorAll('a')].find((a) => a.textContent.startsWith('" + text +
                      "')).click()");
    };
    auto const becomes_true = [&](std::string const& expression) {
        return eventually([&] {
            try {
                return view.evaluate("document.readyState == 'complete' && Boolean(" + expression + ")")
                    .as_bool();
            } catch (std::exception const&) { // the page that it was asked of has gone
                return false;
            }
        });
    };
    // The names of the files, and by which column they are sorted.
    auto const shows = [&](std::string const& names, std::string const& column,
                           std::string const& direction) {
        return becomes_true(
            "[...document.querySelectorAll('tbody tr:not(.d) a')].map((a) => a.textContent).join(' ') == '" +
            names + "' && document.querySelector('th[aria-sort=" + direction +
            "]')?.textContent.startsWith('" + column + "')");
    };
    BOOST_TEST(shows("large.txt small.txt", "Name", "ascending"));
    click("Size");
    BOOST_TEST(shows("small.txt large.txt", "Size", "ascending"));
    click("Size");
    BOOST_TEST(shows("large.txt small.txt", "Size", "descending"));
    click("Name");
    BOOST_TEST(shows("large.txt small.txt", "Name", "ascending"));
    click("a & b/");
    BOOST_TEST(becomes_true("decodeURIComponent(location.pathname) == '/a & b/'"));
    click("inner/");
    BOOST_TEST(becomes_true("location.pathname.endsWith('/inner/')"));
    click("a & b/"); // in the trail above the table
    BOOST_TEST(becomes_true("document.querySelector('tbody').textContent.includes('50%.txt')"));
    click("50%.txt");
    BOOST_TEST(becomes_true("document.body.textContent.trim() == 'hello'"));
}

BOOST_AUTO_TEST_CASE(a_browser_logs_in)
{
    temporary_directory const folder;
    fs::path const root = folder / "root";
    fs::create_directories(root);
    write_file(root / "index.html", "<p>secret</p>");
    write_file(folder / "passwords", // "sha512 pw", by htpasswd -5
               "dave:$6$MtkhR1megr6W.6U8$GOX/X3lne5gtRODRYI/1OCl3gtjDhapV/"
               "yDcCLhSq4Vk5piLbG/EBWTZdO0Y3AVn3/c4QW6hnYuGqk/oteQZp1\n");
    fs::permissions(folder / "passwords", fs::perms::owner_read);
    daemon_process const server({"--http", "0", "--http-root", root.string(), "--http-users",
                                 (folder / "passwords").string(), "--http-access", "allow user:*",
                                 "--http-access", "deny all"});
    auto const at = [&](std::string const& user) {
        return page_at("http://" + user + "127.0.0.1:" + std::to_string(server.port("http")) + "/",
                       folder / ("profile" + user));
    };
    BOOST_TEST(at("dave:sha512%20pw@").find("<p>secret</p>") != std::string::npos);
    BOOST_TEST(at("").find("secret") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
