// SPDX-License-Identifier: BSL-1.0
#include "common/options.hpp"
#include "services/http/location.hpp"
#include "tests/unit/common/temporary_folder.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using namespace polyport::http;

namespace {

struct fixture {
    test::temporary_folder folder;
    settings configured;
    option_set options;
    std::optional<location_table> table;

    fixture()
    {
        for (char const* const name : {"root", "pub", "deep", "example"})
            std::filesystem::create_directory(folder / name);
        declare(options, configured);
    }

    std::string directory(std::string const& name) const { return folder / name; }

    void configure(std::vector<std::string> words)
    {
        words.insert(words.begin(), {"polyportd", "--http-root", directory("root")});
        std::vector<char const*> argv;
        for (auto const& word : words)
            argv.push_back(word.c_str());
        auto const problems = options.parse(static_cast<int>(argv.size()), argv.data()).problems;
        BOOST_TEST_REQUIRE(problems == std::vector<std::string>{}, boost::test_tools::per_element());
        table.emplace(configured, content_types());
    }

    location const& at(std::string_view path, std::string_view host = {}) const
    {
        return table->find(host, path);
    }
    /// The file that a path stands for, behind the folder of the test.
    std::string name_of(std::string_view path, std::string_view host = {}) const
    {
        return at(path, host).real_name(path).substr((folder / "").size());
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(location, fixture)

BOOST_AUTO_TEST_CASE(the_longest_prefix_of_whole_segments_has_the_path)
{
    configure({"--http-alias", "/pub=" + directory("pub"), "--http-alias", "/pub/a/b/=" + directory("deep")});
    struct row {
        std::string_view path, name;
    };
    for (row const& r : {
             row{"/", "root/"},
             row{"/x", "root/x"},
             row{"/pub", "pub/"},
             row{"/pub/", "pub/"},
             row{"/pub/x", "pub/x"},
             row{"/public", "root/public"},
             row{"/pub/a", "pub/a"},
             row{"/pub/a/bc", "pub/a/bc"},
             row{"/pub/a/b", "deep/"},
             row{"/pub/a/b/c/d", "deep/c/d"},
             row{"/x/pub/y", "root/x/pub/y"},
         })
        BOOST_TEST(name_of(r.path) == r.name, r.path);
    BOOST_TEST(!table->has_hosts());
}

BOOST_AUTO_TEST_CASE(each_setting_is_that_of_the_longest_prefix_which_has_it)
{
    configure({"--http-listing", "on", "--http-listing", "/a=off", "--http-listing", "/a/b/c=on",
               "--http-index", "/a/b=first.html second.html", "--http-index", "/a/b=third.html", "--http-cgi",
               "/a/=off", "--http-cache-control", "/a/b=no-store", "--http-hidden", "/a/b=on",
               "--http-compress", "/a=off"});
    BOOST_TEST(at("/").listing);
    BOOST_TEST(!at("/a").listing);
    BOOST_TEST(!at("/a/b/x").listing);
    BOOST_TEST(at("/a/b/c/d").listing);
    std::vector<std::string> const own{"first.html", "second.html", "third.html"};
    BOOST_TEST(at("/a/b/c").index == own, boost::test_tools::per_element());
    BOOST_TEST(at("/a").index == std::vector<std::string>{"index.html"}, boost::test_tools::per_element());
    BOOST_TEST(at("/b").programs.enabled());
    BOOST_TEST(!at("/a/b/c").programs.enabled());
    BOOST_TEST(at("/a/b/c").loading.cache_control == "no-store");
    BOOST_TEST(at("/a").loading.cache_control.empty());
    BOOST_TEST(at("/a/b/").hidden);
    BOOST_TEST(!at("/a/").hidden);
    BOOST_TEST(!at("/a/b").loading.compress);
}

BOOST_AUTO_TEST_CASE(types_and_error_pages_add_to_those_above)
{
    std::ofstream(folder / "404.html") << "outer";
    std::ofstream(folder / "own.html") << "inner";
    configure({"--http-mime-type", ".x=text/x", "--http-mime-type", ".y=text/y", "--http-mime-type",
               "/a=.x=text/inner", "--http-error-page", "404=" + directory("404.html"), "--http-error-page",
               "403=" + directory("404.html"), "--http-error-page", "/a=404=" + directory("own.html")});
    BOOST_TEST(at("/").types->find("f.x").starts_with("text/x"));
    BOOST_TEST(at("/a/").types->find("f.x").starts_with("text/inner"));
    BOOST_TEST(at("/a/").types->find("f.y").starts_with("text/y"));
    BOOST_TEST(at("/").error_pages.at(404).content == "outer");
    BOOST_TEST(at("/a").error_pages.at(404).content == "inner");
    BOOST_TEST(at("/a").error_pages.at(403).content == "outer");
}

BOOST_AUTO_TEST_CASE(a_host_has_its_own_tree_and_shares_what_is_said_for_all)
{
    configure({"--http-alias", "//example.org/=" + directory("example"), "--http-alias",
               "//example.org/deep=" + directory("deep"), "--http-alias", "/pub=" + directory("pub"),
               "--http-listing", "/pub=on", "--http-listing", "//example.org/=off", "--http-hidden",
               "/pub=on"});
    BOOST_TEST(table->has_hosts());
    BOOST_TEST(name_of("/x") == "root/x");
    BOOST_TEST(name_of("/pub/x") == "pub/x");
    BOOST_TEST(name_of("/x", "unknown.org") == "root/x");
    BOOST_TEST(name_of("/x", "example.org") == "example/x");
    BOOST_TEST(name_of("/deep/x", "example.org") == "deep/x");
    // What the host says, even for everything, goes before what is said for all hosts.
    BOOST_TEST(name_of("/pub/x", "example.org") == "example/pub/x");
    BOOST_TEST(at("/pub").listing);
    BOOST_TEST(!at("/pub", "example.org").listing);
    BOOST_TEST(at("/pub", "example.org").hidden);
    BOOST_TEST(at("/pub", "example.org").site == "example.org");
    BOOST_TEST(at("/pub", "unknown.org").site == "");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said)
{
    auto const problems_of = [&](std::vector<std::string> words) {
        settings fresh;
        option_set set;
        declare(set, fresh);
        words.insert(words.begin(), "polyportd");
        std::vector<char const*> argv;
        for (auto const& word : words)
            argv.push_back(word.c_str());
        return set.parse(static_cast<int>(argv.size()), argv.data()).problems;
    };
    struct row {
        std::vector<std::string> words;
        std::string_view expected;
    };
    for (row const& r : std::vector<row>{
             {{"--http-alias", "/pub"}, "is not a virtual directory: write /PREFIX=DIR"},
             {{"--http-alias", "pub=/tmp"}, "is not a virtual directory"},
             {{"--http-alias", "/=/tmp"}, "write --http-root /tmp"},
             {{"--http-alias", "/a/../b=/tmp"}, "is not a prefix of URLs"},
             {{"--http-alias", "/pub=/no/such"}, "no such directory"},
             {{"--http-alias", "/pub=/tmp", "--http-alias", "/pub/=/var"}, "stands for '/tmp' already"},
             {{"--http-listing", "/pub=maybe"}, "'maybe'"},
             {{"--http-listing", "on", "--http-listing", "off"}, "is a second value for everything"},
             {{"--http-listing", "/p=on", "--http-listing", "/p/=off"}, "is a second value for /p/"},
             {{"--http-cgi", "/p=off", "--http-cgi", "/p=executable"}, "off stands beside other rules"},
         }) {
        auto const problems = problems_of(r.words);
        BOOST_TEST_REQUIRE(problems.size() == 1U, r.words.back());
        BOOST_TEST(problems.front().find(r.expected) != std::string::npos, problems.front());
    }
}

BOOST_AUTO_TEST_SUITE_END()
