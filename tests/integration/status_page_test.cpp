// SPDX-License-Identifier: BSL-1.0
// The status page in a real browser. With POLYPORT_PICTURES=DIR, pictures of it are left there.
#include "tests/integration/admin_calls.hpp"
#include "tests/integration/browser.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

using namespace polyport::integration;
using polyport::unique_fd;
namespace json = boost::json;

namespace {

struct daemon_with_page {
    temporary_directory root;
    daemon_process server{{"--tcp-uppercase", "0", "--http", "0", "--http-root", with_page(root),
                           "--udp-uppercase", "0", "--admin", "127.0.0.1:0"}};

    static std::string with_page(temporary_directory const& in)
    {
        write_file(in / "index.html", "hello");
        return in.path().string();
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(server.port("admin")) + "/"; }
    unique_fd client() const
    {
        auto made = connect_tcp(server.port("tcp-uppercase"));
        send_all(made, "abc");
        BOOST_TEST_REQUIRE(receive_exactly(made, 3) == "ABC");
        return made;
    }
};

std::string row_with(std::string const& text)
{
    return "[...document.querySelectorAll('#table-body tr')].find((r) => r.textContent.includes('" + text +
           "'))";
}

constexpr std::string_view is_live = "document.querySelector('#live').classList.contains('on')";

void take_picture(browser& view, std::string const& name)
{
    if (char const* const directory = std::getenv("POLYPORT_PICTURES"))
        view.save_picture(std::filesystem::path(directory) / (name + ".png"));
}

} // namespace

BOOST_AUTO_TEST_SUITE(status_page)

BOOST_AUTO_TEST_CASE(it_is_one_page_with_a_strict_policy)
{
    steered_daemon daemon({"--tcp-uppercase", "0"});
    auto const reply = daemon.call("GET", "/", "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n");
    BOOST_TEST(reply.status == 200);
    BOOST_TEST(reply.field("content-type") == "text/html; charset=utf-8");
    auto const policy = reply.field("content-security-policy");
    BOOST_TEST(policy.starts_with("default-src 'none'; script-src 'nonce-"), policy);
    BOOST_TEST(policy.find("unsafe") == std::string::npos, policy);
    BOOST_TEST(policy.find("frame-ancestors 'none'") != std::string::npos, policy);
    auto const begin = policy.find("nonce-") + 6;
    auto const nonce = policy.substr(begin, policy.find('\'', begin) - begin);
    BOOST_TEST(nonce.size() == 32U);
    BOOST_TEST(reply.body.find("<script nonce=\"" + nonce + "\">") != std::string::npos);
    BOOST_TEST(reply.body.find("{{") == std::string::npos);
    for (auto const* const outside : {" src=\"http", "href=\"http", "@import", "url(http"})
        BOOST_TEST(reply.body.find(outside) == std::string::npos, outside);
    BOOST_TEST(daemon.call("GET", "/", "Accept: text/html\r\n").field("content-security-policy") != policy);
    BOOST_TEST(daemon.call("GET", "/").field("content-type") == "application/json");
}

BOOST_AUTO_TEST_CASE(in_a_browser_it_shows_sorts_filters_and_ends_connections)
{
    if (browser::program().empty()) {
        BOOST_TEST_MESSAGE("Chromium is not installed");
        return;
    }
    daemon_with_page daemon;
    auto const first = daemon.client();
    browser view;
    view.set_size(1360, 900, false, false);
    view.open(daemon.url());
    BOOST_TEST(view.becomes_true(std::string(is_live)));
    BOOST_TEST(view.becomes_true(row_with(local_text(first))));

    // A new connection appears within a second, as the browser itself sees it.
    view.evaluate(
        "window.seen = new Promise((resolve) => new MutationObserver(() => { const n = "
        "document.querySelectorAll('#table-body tr').length; if (n >= 2) resolve(performance.now()); })"
        ".observe(document.querySelector('#table-body'), { childList: true, subtree: true })); "
        "window.begun = performance.now(); 0");
    auto const second = daemon.client();
    BOOST_TEST(view.evaluate("window.seen.then((at) => at - window.begun)").to_number<double>() < 1000.0);

    // Those that come and go leave no rows behind, whatever overtakes what.
    for (int i = 0; i < 60; ++i)
        http_get(daemon.server.port("http"), "/");
    BOOST_TEST(view.becomes_true("document.querySelector('#events').textContent.includes('http')"));
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 2"));

    auto const third = daemon.client();
    send_all(third, std::string(5000, 'x'));
    receive_exactly(third, 5000);
    BOOST_TEST(view.becomes_true(row_with("4.9 kB")));
    view.evaluate("[...document.querySelectorAll('.sort')].find((b) => b.textContent === 'In').click()");
    auto const order = [&](std::string const& text) {
        return "document.querySelector('#table-body tr').textContent.includes('" + text + "')";
    };
    BOOST_TEST(view.becomes_true(order(local_text(third))));
    BOOST_TEST(
        view.evaluate("document.querySelector('th[aria-sort]').getAttribute('aria-sort')").as_string() ==
        "descending");
    view.evaluate("[...document.querySelectorAll('.sort')].find((b) => b.textContent === 'In').click()");
    BOOST_TEST(view.becomes_true("!" + order(local_text(third))));

    view.evaluate("(() => { const f = document.querySelector('#filter-text'); f.value = '" +
                  local_text(second) + "'; f.dispatchEvent(new Event('input')); })()");
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 1"));
    BOOST_TEST(view.evaluate("document.querySelector('#connections-count').textContent").as_string() ==
               "1 of 3");

    // It asks before it ends one, and "Keep it" keeps it.
    view.evaluate("document.querySelector('#table-body .end').click()");
    BOOST_TEST(view.becomes_true("document.querySelector('#end-dialog').open"));
    take_picture(view, "dialog");
    view.evaluate("document.querySelector('#end-dialog [value=cancel]').click()");
    send_all(second, "y");
    BOOST_TEST(receive_exactly(second, 1) == "Y");
    view.evaluate("document.querySelector('#table-body .end').click()");
    view.evaluate("document.querySelector('#end-confirm').click()");
    BOOST_TEST(receive_to_end(second).empty());
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 0"));
    BOOST_TEST(view.becomes_true(
        "document.querySelector('#events').textContent.includes('killed by the operator')"));

    for (auto const& complaint : view.complaints())
        BOOST_ERROR(complaint);
}

BOOST_AUTO_TEST_CASE(in_a_browser_it_finds_its_way_back_to_a_daemon_that_was_gone)
{
    if (browser::program().empty())
        return;
    temporary_directory const root;
    auto daemon = std::make_unique<daemon_process>(
        std::vector<std::string>{"--tcp-uppercase", "0", "--admin", "127.0.0.1:0"});
    auto const port = std::to_string(daemon->port("admin"));
    browser view;
    view.open("http://127.0.0.1:" + port + "/");
    BOOST_TEST(view.becomes_true(std::string(is_live)));
    daemon.reset();
    BOOST_TEST(view.becomes_true("document.querySelector('#live').classList.contains('off')"));
    daemon_process const again({"--tcp-uppercase", "0", "--admin", "127.0.0.1:" + port});
    BOOST_TEST(view.becomes_true(std::string(is_live)));
    auto const pid = std::to_string(again.pid());
    BOOST_TEST(view.becomes_true("document.querySelector('#facts').textContent.includes('pid " + pid + "')"));
}

BOOST_AUTO_TEST_CASE(pictures)
{
    if (!std::getenv("POLYPORT_PICTURES") || browser::program().empty())
        return;
    daemon_with_page daemon;
    std::vector<unique_fd> clients;
    for (int i = 0; i < 12; ++i)
        clients.push_back(daemon.client());
    browser view;
    view.set_size(1360, 900, false, false);
    view.open(daemon.url());
    for (int i = 0; i < 120; ++i) {
        for (int k = 0; k < 1 + i % 7; ++k)
            http_get(daemon.server.port("http"), k % 5 == 4 ? "/missing" : "/");
        auto const& one = clients[static_cast<std::size_t>(i) % clients.size()];
        std::string const more(static_cast<std::size_t>((i % 11) * 900 + 10), 'z');
        send_all(one, more);
        receive_exactly(one, more.size());
        pause_briefly();
        if (i % 4 == 0)
            view.evaluate("new Promise((r) => setTimeout(r, 200))");
    }
    take_picture(view, "light");
    view.set_size(1360, 900, false, true);
    view.evaluate("new Promise((r) => setTimeout(r, 1500))");
    take_picture(view, "dark");
    view.set_size(390, 844, true, false);
    view.evaluate("new Promise((r) => setTimeout(r, 1500))");
    take_picture(view, "phone");
    BOOST_TEST(view.evaluate("document.documentElement.scrollWidth <= 390").as_bool()); // nothing sticks out
}

BOOST_AUTO_TEST_SUITE_END()
