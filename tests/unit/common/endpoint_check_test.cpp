// SPDX-License-Identifier: BSL-1.0
#include "common/endpoint_check.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

using namespace polyport;

namespace {

std::vector<endpoint_user> const users{{"web", transports::streams},
                                       {"talk", transports::tcp},
                                       {"local", transports::unix_stream},
                                       {"shout", transports::udp}};

std::vector<std::string> found(std::vector<std::pair<std::string, std::string>> const& endpoints)
{
    std::vector<enabled_endpoint> all;
    for (auto const& [service, text] : endpoints)
        all.push_back({service, parse_endpoint(text).value(), "f:" + std::to_string(all.size() + 1)});
    return check_endpoints(all, users);
}

} // namespace

BOOST_AUTO_TEST_SUITE(endpoint_check)

BOOST_AUTO_TEST_CASE(each_service_has_its_transports)
{
    BOOST_TEST(
        found({{"web", "8000"}, {"web", "./w"}, {"talk", "*:1"}, {"local", "@l"}, {"shout", "[::1]:2"}})
            .empty());
    auto const wrong = found({{"local", "8000"}, {"talk", "./t"}, {"shout", "@s"}, {"local", "fd:any"}});
    BOOST_TEST_REQUIRE(wrong.size() == 3U);
    BOOST_TEST(wrong[0] ==
               "f:1: --local 127.0.0.1:8000: local is reached by UNIX sockets alone; give a path, such "
               "as ./local.sock");
    BOOST_TEST(wrong[1] == "f:2: --talk ./t: talk is not reached by UNIX sockets; give a port or an address, "
                           "such as 8000");
    BOOST_TEST(wrong[2].starts_with("f:3: --shout @s: "));
}

BOOST_AUTO_TEST_CASE(what_is_taken_is_found_before_the_kernel_does)
{
    struct row {
        std::vector<std::pair<std::string, std::string>> endpoints;
        std::string remedy; ///< empty: they can be together
    };
    std::vector<row> const table{
        {{{"talk", "8000"}, {"talk", "127.0.0.1:8000"}}, "another port"},
        {{{"talk", "8000"}, {"web", "*:8000"}}, "another port"},
        {{{"talk", "*:8000"}, {"web", "[::1]:8000"}}, "another port"},
        {{{"talk", "8000"}, {"web", "192.0.2.1:8000"}}, ""},
        {{{"talk", "0.0.0.0:8000"}, {"web", "[::]:8000"}}, ""},
        {{{"talk", "8000"}, {"shout", "8000"}}, ""},
        {{{"talk", "0"}, {"talk", "0"}}, ""},
        {{{"web", "./s"}, {"local", "./s"}}, "another path"},
        {{{"web", "@s"}, {"local", "@s"}}, "another path"},
        {{{"web", "@s"}, {"local", "./s"}}, ""},
        {{{"web", "fd:a"}, {"talk", "fd:a"}}, "another name"},
    };
    for (auto const& one : table) {
        auto const sentences = found(one.endpoints);
        BOOST_TEST_CONTEXT(one.endpoints[0].second << " and " << one.endpoints[1].second)
        {
            BOOST_TEST_REQUIRE(sentences.size() == (one.remedy.empty() ? 0U : 1U));
            if (!one.remedy.empty()) {
                BOOST_TEST(sentences[0].starts_with("f:2: --" + one.endpoints[1].first), sentences[0]);
                BOOST_TEST(sentences[0].find("taken by --" + one.endpoints[0].first) != std::string::npos,
                           sentences[0]);
                BOOST_TEST(sentences[0].ends_with(one.remedy), sentences[0]);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(folders_that_are_not_there_are_named)
{
    test::temporary_folder const folder;
    server_settings settings;
    settings.log.access_file = "-";
    settings.log.file = "log";
    settings.ready_file = folder / "ready";
    std::vector<enabled_endpoint> endpoints{{"web", parse_endpoint(folder / "s").value(), "f:1"}};
    BOOST_TEST(missing_folders(endpoints, settings).empty());

    settings.ready_file = folder / "no/ready";
    endpoints.push_back({"web", parse_endpoint(folder / "none/s").value(), "f:2"});
    auto const sentences = missing_folders(endpoints, settings);
    BOOST_TEST_REQUIRE(sentences.size() == 2U);
    BOOST_TEST(sentences[0].starts_with("f:2: --web: the folder of "), sentences[0]);
    BOOST_TEST(sentences[1].starts_with("ready-file: the folder of "), sentences[1]);
}

BOOST_AUTO_TEST_SUITE_END()
