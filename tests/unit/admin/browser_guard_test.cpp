// SPDX-License-Identifier: BSL-1.0
#include "services/admin/browser_guard.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>

using polyport::admin::origin_verdict;
using polyport::admin::request_origin;

namespace polyport::admin {

std::ostream& operator<<(std::ostream& out, origin_verdict verdict)
{
    return out << static_cast<int>(verdict);
}

} // namespace polyport::admin

BOOST_AUTO_TEST_SUITE(browser_guard)

BOOST_AUTO_TEST_CASE(hosts)
{
    struct {
        std::string_view host;
        origin_verdict verdict;
    } const table[] = {
        {"127.0.0.1", origin_verdict::own},
        {"127.0.0.1:8080", origin_verdict::own},
        {"[::1]:8080", origin_verdict::own},
        {"192.0.2.7", origin_verdict::own},
        {"localhost", origin_verdict::own},
        {"LocalHost:80", origin_verdict::own},
        {"", origin_verdict::own},
        {"example.org", origin_verdict::name},
        {"localhost.example.org", origin_verdict::name},
        {"127.0.0.1.example.org", origin_verdict::name},
        {"1.2.3", origin_verdict::name},
        {"0x7f.1", origin_verdict::name},
        {"user@127.0.0.1", origin_verdict::name},
        {"[::1", origin_verdict::name},
    };
    for (auto const& row : table) {
        request_origin from;
        from.host = row.host;
        BOOST_TEST(judge_origin(from, false) == row.verdict, row.host);
        BOOST_TEST(judge_origin(from, true) == origin_verdict::own, row.host);
    }
}

BOOST_AUTO_TEST_CASE(origins)
{
    struct {
        std::string_view origin;
        std::string_view site;
        std::string_view mode;
        bool page;
        origin_verdict verdict;
    } const table[] = {
        {"", "", "", false, origin_verdict::own},
        {"http://127.0.0.1:80", "", "", false, origin_verdict::own},
        {"HTTP://127.0.0.1:80", "", "", false, origin_verdict::foreign},
        {"https://127.0.0.1:80", "", "", false, origin_verdict::own},
        {"http://127.0.0.1", "", "", false, origin_verdict::foreign},
        {"http://127.0.0.1:81", "", "", false, origin_verdict::foreign},
        {"http://127.0.0.1:80.example.org", "", "", false, origin_verdict::foreign},
        {"null", "", "", false, origin_verdict::foreign},
        {"", "same-origin", "cors", false, origin_verdict::own},
        {"", "none", "navigate", false, origin_verdict::own},
        {"", "same-site", "cors", false, origin_verdict::foreign},
        {"", "cross-site", "no-cors", false, origin_verdict::foreign},
        {"", "cross-site", "navigate", false, origin_verdict::foreign},
        {"", "cross-site", "navigate", true, origin_verdict::own},
        {"", "cross-site", "no-cors", true, origin_verdict::foreign},
        {"http://example.org", "cross-site", "navigate", true, origin_verdict::foreign},
    };
    for (auto const& row : table) {
        request_origin const from{"127.0.0.1:80", row.origin, row.site, row.mode, row.page};
        BOOST_TEST(judge_origin(from, false) == row.verdict,
                   row.origin << " " << row.site << " " << row.mode);
    }
}

BOOST_AUTO_TEST_SUITE_END()
