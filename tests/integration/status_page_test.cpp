// SPDX-License-Identifier: BSL-1.0
// The status page in a real browser. With POLYPORT_PICTURES=DIR, pictures of it are left there.
#include "tests/integration/admin_calls.hpp"
#include "tests/integration/browser.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <sys/stat.h>

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
    BOOST_TEST(view.becomes_true("document.querySelector('#connections-count').textContent === '1 of 3'"));

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

BOOST_AUTO_TEST_CASE(in_a_browser_all_panels_show_what_they_are_for)
{
    if (browser::program().empty())
        return;
    temporary_directory const root;
    write_file(root / "slow.sh", "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'\nread line "
                                 "<\"$QUERY_STRING\"\necho \"$line\"\n");
    auto const fifo = (root / "fifo").string();
    BOOST_TEST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    daemon_process const daemon({"--tcp-uppercase", "0", "--http", "0", "--http-root", root.path(),
                                 "--http-cgi", ".sh=/bin/sh", "--http-cgi-max", "1", "--http-cgi-queue", "0",
                                 "--admin", "127.0.0.1:0"});
    std::vector<unique_fd> clients;
    for (std::size_t i = 0; i < 3; ++i) {
        clients.push_back(connect_tcp(daemon.port("tcp-uppercase")));
        send_all(clients[i], std::string(i * 1000 + 1, 'a'));
        receive_exactly(clients[i], i * 1000 + 1);
    }
    auto const busy = connect_tcp(daemon.port("http"));
    send_all(busy, get_request("/slow.sh?" + fifo));
    browser view;
    view.set_size(1360, 900, false, false);
    view.open("http://127.0.0.1:" + std::to_string(daemon.port("admin")) + "/");
    view.evaluate("performance.setResourceTimingBufferSize(100000); 0"); // after 250 it takes no more
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 4"));
    BOOST_TEST(
        view.becomes_true("document.querySelector('#programs tbody').textContent.includes('slow.sh')"));
    BOOST_TEST(http_get(daemon.port("http"), "/slow.sh?" + fifo).status == 503);
    BOOST_TEST(view.becomes_true(
        "/programs-busy.*http.*1/.test(document.querySelector('#refused tbody').textContent)"));
    BOOST_TEST(view.becomes_true("document.querySelector('#events').textContent.includes('programs-busy')"));

    // The table's filters are the table's alone.
    auto const choose = [&view](std::string const& id, std::string const& value) {
        view.evaluate("(() => { const f = document.querySelector('#" + id + "'); f.value = '" + value +
                      "'; f.dispatchEvent(new Event('input')); })()");
    };
    auto const listed = [](std::string const& part) { // the daemon has answered, and the answer is drawn
        return "performance.getEntriesByType('resource').some((e) => e.name.includes('" + part + "'))";
    };
    choose("filter-service", "tcp-uppercase");
    BOOST_TEST(view.becomes_true(listed("service=tcp-uppercase")));
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 3"));
    BOOST_TEST(
        view.becomes_true("document.querySelector('#programs tbody').textContent.includes('slow.sh')"));
    BOOST_TEST(view.becomes_true("document.querySelector('#connections-count').textContent === '3 of 4'"));
    choose("filter-service", "");
    choose("filter-state", "busy");
    BOOST_TEST(view.becomes_true(listed("state=busy")));
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 1"));
    choose("filter-state", "");
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 4"));

    // Charts: a line for each of two values, and words for those who do not see them.
    for (auto const* const chart : {"traffic", "connections"})
        BOOST_TEST(view.becomes_true("document.querySelectorAll('#chart-" + std::string(chart) +
                                     " path.line').length === 2"));
    BOOST_TEST(view.becomes_true("/^Traffic, in .+, out .+/.test(document.querySelector('#chart-traffic "
                                 "svg').getAttribute('aria-label'))"));
    BOOST_TEST(eventually([&] { // of the last seconds
        http_get(daemon.port("http"), "/nothing");
        return view.evaluate("/median [0-9]/.test(document.querySelector('#chart-latency').textContent)")
            .as_bool();
    }));

    // Each way to end a connection does what it says.
    auto const end = [&](unique_fd const& client, std::string const& how) {
        auto const button = row_with(local_text(client)) + "?.querySelector('.end')";
        BOOST_TEST_REQUIRE(view.becomes_true(button + " != null"));
        view.evaluate(button + ".click()");
        view.evaluate("document.querySelector('#end-dialog [value=" + how + "]').click()");
        view.evaluate("document.querySelector('#end-confirm').click()");
    };
    end(clients[0], "reset");
    BOOST_CHECK_THROW(receive_some(clients[0]), std::system_error);
    end(busy, "finish");
    BOOST_TEST(view.becomes_true("!document.querySelector('#end-dialog').open"));
    BOOST_TEST(view.becomes_true(listed("how=finish")));
    std::ofstream(fifo) << "finished\n";
    BOOST_TEST(receive_reply(busy).body == "finished\n");
    BOOST_TEST(receive_to_end(busy).empty());
    BOOST_TEST(view.becomes_true("!document.querySelector('#programs-empty').hidden"));

    // Whoever hears the page: every control has a name.
    BOOST_TEST(view.evaluate("[...document.querySelectorAll('button, input, select, svg')].filter((e) => !("
                             "e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label')?."
                             "textContent.trim() || e.getAttribute('aria-hidden'))).map((e) => e.outerHTML)"
                             ".join()")
                   .as_string() == "");

    // On a phone there is no head of the table to sort by.
    view.set_size(390, 844, true, false);
    BOOST_TEST(view.evaluate("document.documentElement.scrollWidth <= 390").as_bool());
    BOOST_TEST(view.evaluate("document.querySelector('#sort-by').checkVisibility()").as_bool());
    choose("sort-by", "received");
    BOOST_TEST(view.becomes_true("document.querySelector('#table-body tr') === " +
                                 row_with(local_text(clients[2]))));
    view.evaluate("document.querySelector('#sort-turn').click()");
    BOOST_TEST(view.becomes_true("document.querySelector('#table-body tr') === " +
                                 row_with(local_text(clients[1]))));
    auto const ground = "getComputedStyle(document.documentElement).backgroundColor";
    auto const light = view.evaluate(ground);
    view.set_size(1360, 900, false, true);
    BOOST_TEST((view.evaluate(ground) != light));
    BOOST_TEST(!view.evaluate("document.querySelector('#sort-by').checkVisibility()").as_bool());
    for (auto const& complaint : view.complaints())
        BOOST_ERROR(complaint);
}

BOOST_AUTO_TEST_CASE(in_a_browser_the_keyboard_keeps_its_place_while_rows_move)
{
    if (browser::program().empty())
        return;
    daemon_with_page daemon;
    std::vector<unique_fd> clients;
    for (int i = 0; i < 6; ++i)
        clients.push_back(daemon.client());
    browser view;
    view.set_size(1360, 900, false, false);
    view.open(daemon.url());
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 6"));
    view.press("Tab");
    BOOST_TEST(view.evaluate("document.activeElement.textContent").as_string() == "Skip to the connections");
    view.press("Enter");
    BOOST_TEST(view.becomes_true("document.activeElement.id === 'connections'"));
    view.evaluate("[...document.querySelectorAll('.sort')].find((b) => b.textContent === 'In').click()");
    view.evaluate("window.focused = " + row_with(local_text(clients[3])) +
                  ".querySelector('.end'); "
                  "window.focused.focus(); 0");
    // Whoever has received the most stands first: each turn another one.
    for (std::size_t i = 0; i < clients.size(); ++i) {
        std::string const more(1000 * (i + 1), 'x');
        send_all(clients[i], more);
        receive_exactly(clients[i], more.size());
        BOOST_TEST(view.becomes_true("document.querySelector('#table-body tr') === " +
                                     row_with(local_text(clients[i]))));
        BOOST_TEST(view.evaluate("document.activeElement === window.focused").as_bool());
    }
    // Return asks, Escape keeps the connection, and the focus is where it was.
    view.press("Enter");
    BOOST_TEST(view.becomes_true("document.querySelector('#end-dialog').open"));
    view.press("Escape");
    BOOST_TEST(view.becomes_true("!document.querySelector('#end-dialog').open"));
    BOOST_TEST(view.evaluate("document.activeElement === window.focused").as_bool());
    send_all(clients[3], "y");
    BOOST_TEST(receive_exactly(clients[3], 1) == "Y");
    clients[3] = {}; // its row goes, with the focus
    BOOST_TEST(view.becomes_true("document.activeElement.id === 'connections'"));
    for (auto const& complaint : view.complaints())
        BOOST_ERROR(complaint);
}

BOOST_AUTO_TEST_CASE(in_a_browser_a_search_reaches_all_connections)
{
    if (browser::program().empty())
        return;
    daemon_with_page daemon;
    std::vector<unique_fd> clients;
    for (int i = 0; i < 2'100; ++i)
        clients.push_back(connect_tcp(daemon.server.port("tcp-uppercase")));
    browser view;
    view.set_size(1360, 900, false, false);
    view.open(daemon.url());
    BOOST_TEST(view.becomes_true("document.querySelector('#connections-count').textContent === '2,100'"));
    auto const search = [&view](std::string const& text) {
        view.evaluate("(() => { const f = document.querySelector('#filter-text'); f.value = '" + text +
                      "'; f.dispatchEvent(new Event('input')); })()");
    };
    search(local_text(clients.front())); // the oldest, where the newest stand first
    BOOST_TEST(view.becomes_true("document.querySelectorAll('#table-body tr').length === 1"));
    BOOST_TEST(
        view.becomes_true("document.querySelector('#connections-count').textContent === '1 of 2,100'"));
    search("");
    BOOST_TEST(view.becomes_true("document.querySelector('#connections-count').textContent === '2,100'"));
    view.evaluate("[...document.querySelectorAll('.sort')].find((b) => b.textContent === 'Rate').click()");
    BOOST_TEST(view.becomes_true(
        "document.querySelector('#table-more').textContent.includes('the 2,000 that were active last')"));
}

BOOST_AUTO_TEST_CASE(in_a_browser_it_asks_for_a_token_and_tells_of_a_drain)
{
    if (browser::program().empty())
        return;
    temporary_directory const root;
    auto const tokens = (root / "tokens").string();
    write_file(tokens, "0123456789abcdef0123456789abcdef\n");
    std::filesystem::permissions(tokens, std::filesystem::perms::owner_read);
    daemon_process const daemon({"--http", "0", "--http-root", root.path(), "--admin", "127.0.0.1:0",
                                 "--admin-token-file", tokens, "--drain-timeout", "1h"});
    browser view;
    view.open("http://127.0.0.1:" + std::to_string(daemon.port("admin")) + "/");
    for (std::string const token : {"a wrong one", "0123456789abcdef0123456789abcdef"}) {
        BOOST_TEST(view.becomes_true("document.querySelector('#token-dialog').open"));
        view.evaluate("document.querySelector('#token').value = '" + token + "'; 0");
        view.evaluate("document.querySelector('#token-dialog .primary').click()");
    }
    BOOST_TEST(view.becomes_true(std::string(is_live)));
    BOOST_TEST(!view.evaluate("document.querySelector('#token-dialog').open").as_bool());
    BOOST_TEST(view.evaluate("document.querySelector('#notice').hidden").as_bool());
    auto const busy = connect_tcp(daemon.port("http"));
    send_all(busy, "GET / HT");
    BOOST_TEST(view.becomes_true(row_with(local_text(busy))));
    BOOST_TEST(::kill(daemon.pid(), SIGTERM) == 0);
    BOOST_TEST(view.becomes_true("document.querySelector('#notice').textContent.includes('draining')"));
    BOOST_TEST(!view.evaluate("document.querySelector('#notice').hidden").as_bool());
}

BOOST_AUTO_TEST_CASE(in_a_browser_it_shows_what_services_of_others_count)
{
    if (browser::program().empty())
        return;
    launch_options options;
    options.program = POLYPORT_KIT_DAEMON_PATH;
    daemon_process server({"--counts", "0", "--admin", "127.0.0.1:0"}, options);
    browser view;
    view.open("http://127.0.0.1:" + std::to_string(server.port("admin")) + "/");
    std::string const row =
        "[...document.querySelectorAll('#own tbody tr')].map((r) => [...r.cells].map((c) => "
        "c.textContent).join(' '))";
    BOOST_TEST(view.becomes_true(row + ".includes('kit_lines_total – 0 – –')"));
    auto const client = connect_tcp(server.port("counts"));
    send_all(client, "one\ntwo\n");
    receive_exactly(client, std::string("counted\ncounted\n").size());
    BOOST_TEST(view.becomes_true(row + ".includes('kit_lines_total – 2 – –')"));
    BOOST_TEST(view.becomes_true(
        row + ".some((r) => r.startsWith('kit_pause_seconds kind=asked 2 1.8 ms 2.5 ms'))"));
    BOOST_TEST(view.evaluate("document.querySelector('#own').textContent.includes('polyport_')").as_bool() ==
               false);
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
