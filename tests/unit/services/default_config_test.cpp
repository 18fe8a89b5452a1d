// SPDX-License-Identifier: BSL-1.0
#include "common/options.hpp"
#include "common/settings.hpp"
#include "services/service_table.hpp"

#include <boost/test/unit_test.hpp>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <list>
#include <sstream>
#include <string>
#include <vector>

using namespace polyport;

namespace {

/// All options of polyportd, in the order of its help.
struct fixture {
    server_settings server;
    std::vector<enabled_endpoint> endpoints;
    option_set options;
    std::list<service_instance> services;

    fixture()
    {
        begin_service_group(options);
        for (auto const& service : builtin_services())
            declare_service(options, service.name, service.metavar, service.summary, endpoints,
                            service.example);
        declare(options, server);
        for (auto const& service : builtin_services())
            services.push_back(make_instance(service, options));
    }

    static std::filesystem::path config(char const* name)
    {
        return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path() /
               "config" / name;
    }

    std::vector<std::string> parse(std::filesystem::path const& file)
    {
        std::string const name = file.string();
        char const* const argv[] = {"polyportd", "--config", name.c_str()};
        return options.parse(3, argv).problems;
    }
};

std::string contents(std::filesystem::path const& path)
{
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file, path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Text as mdoc(7) takes it: nothing in it is a macro or an escape.
std::string mdoc(std::string const& text)
{
    std::string result;
    for (char const c : text)
        result += c == '\\' ? std::string("\\e") : c == '-' ? std::string("\\-") : std::string(1, c);
    return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

/// The options as the manual page lists them, by group.
std::string manual(option_set& options)
{
    std::string page;
    bool open = false;
    std::istringstream config(options.default_config());
    for (std::string line; std::getline(config, line);) {
        if (line.starts_with("# ---- ")) {
            page += open ? ".El\n" : "";
            page += ".Ss " + line.substr(7, line.size() - 12) + "\n.Bl -tag -width Ds\n";
            open = true;
        }
        auto const* const found =
            line.starts_with('#') ? options.find(line.substr(1, line.find(" =") - 1)) : nullptr;
        if (!found)
            continue;
        auto const& bound = found->binding;
        page += ".It Fl -" + found->name + " Ar " + mdoc(found->metavar) + "\n";
        auto sentence = found->help;
        sentence.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(sentence.front())));
        page += mdoc(sentence) + (bound.range.empty() ? "" : " (" + mdoc(bound.range) + ")") + ".\n";
        for (std::size_t i = 0; i < bound.defaults.size(); ++i)
            page += (i == 0 ? "Default:\n" : "") + (".Li " + mdoc(bound.defaults[i])) +
                    (i + 1 < bound.defaults.size() ? " ,\n" : " .\n");
        if (bound.repeatable)
            page += "May be repeated.\n";
    }
    return page + ".El\n";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(default_config, fixture)

BOOST_AUTO_TEST_CASE(the_file_in_the_tree_lists_every_option_at_its_default)
{
    auto const path = config("polyport.conf");
    std::string const generated = options.default_config();
    if (std::getenv("POLYPORT_UPDATE_CONFIG") != nullptr)
        std::ofstream(path, std::ios::binary) << generated;
    BOOST_TEST((contents(path) == generated),
               "config/polyport.conf is out of date: run this test once with POLYPORT_UPDATE_CONFIG=1");
    BOOST_TEST(parse(path) == std::vector<std::string>{}, boost::test_tools::per_element());
    BOOST_TEST(endpoints.empty());
}

BOOST_AUTO_TEST_CASE(the_manual_page_lists_every_option_once)
{
    auto const path = config("polyport.conf").parent_path().parent_path() / "docs" / "polyportd.8";
    std::string page = contents(path);
    auto const begin = page.find('\n', page.find(".\\\" The options:")) + 1;
    auto const end = page.find(".\\\" End of the options.");
    BOOST_REQUIRE(begin != 0U);
    BOOST_REQUIRE(end != std::string::npos);
    auto const generated = manual(options);
    bool const same = page.compare(begin, end - begin, generated) == 0;
    if (std::getenv("POLYPORT_UPDATE_CONFIG") != nullptr) {
        page.replace(begin, end - begin, generated);
        std::ofstream(path, std::ios::binary) << page;
        return;
    }
    BOOST_TEST(same, "docs/polyportd.8 is out of date: run this test once with POLYPORT_UPDATE_CONFIG=1");
}

BOOST_AUTO_TEST_CASE(every_option_has_a_default_or_an_example)
{
    std::string const text = options.default_config();
    for (char const* const placeholder :
         {"= ADDR\n", "= PATH\n", "= FILE\n", "= DIR\n", "= N\n", "= NAME\n", "= TEXT\n"})
        BOOST_TEST(text.find(placeholder) == std::string::npos, placeholder);
}

BOOST_AUTO_TEST_CASE(the_help_explains_every_option_in_lines_that_fit)
{
    std::string line;
    for (char const c : options.help_text(80)) {
        if (c != '\n') {
            line += c;
            continue;
        }
        BOOST_TEST(line.size() <= 80U, line);
        line.clear();
    }
}

BOOST_AUTO_TEST_CASE(the_file_of_the_old_texts_is_understood)
{
    // Whether its directory exists is the machine's business.
    for (std::string const& problem : parse(config("myhttpd.conf")))
        BOOST_TEST(problem.find("Directory: '/var/www' ") != std::string::npos, problem);
    BOOST_REQUIRE(endpoints.size() == 1U);
    BOOST_TEST(endpoints[0].service == "http");
    BOOST_TEST(to_string(endpoints[0].where) == "*:80");
}

BOOST_AUTO_TEST_SUITE_END()
