// SPDX-License-Identifier: BSL-1.0
#include "common/options.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

using namespace polyport;
using namespace std::chrono_literals;
using list = std::vector<std::string>;

namespace {

enum class colour { red, green };

checked<std::uint32_t> parse_port(std::string_view text)
{
    return parse_number<std::uint32_t>(text);
}

/// A small set of each kind of option.
struct fixture {
    std::string root;
    std::chrono::milliseconds wait{10'000};
    std::uint64_t memory = 64 * 1024;
    std::uint32_t count = 7;
    bool fast = false;
    colour paint = colour::green;
    std::vector<std::uint32_t> ports{80};
    std::string password;
    option_set options;
    list files;

    fixture()
    {
        options.group("First", "A note.");
        options.add("root", "DIR", "where files are", bind_file_name(root)).with_alias("Directory");
        options.add("ports", "N", "what is open", bind_list(ports, parse_port, {"80"}))
            .with_alias("Port", [](std::string_view text) -> checked<std::string> {
                if (text.size() > 4)
                    return problem{"too long"};
                return {boost::system::in_place_value, "1" + std::string(text)};
            });
        options.group("Second");
        options.add("wait", "T", "time to wait", bind_duration(wait, 1s, 1min));
        options.add("memory", "SIZE", "memory to use", bind_size(memory, 0, 1 << 20));
        options.add("count", "N", "how many", bind_number(count, 1, 100));
        options.add("fast", "SWITCH", "be quick", bind_switch(fast));
        options.add("colour", "NAME", "how it looks",
                    bind_choice<colour>(paint, {{"red", colour::red}, {"green", colour::green}}));
        options
            .add("password", "TEXT", "a secret",
                 bind_value(password,
                            [](std::string_view text) -> checked<std::string> {
                                if (text == "bad")
                                    return problem{"'bad' is bad"};
                                return {boost::system::in_place_value, text};
                            }))
            .keep_secret();
    }
    fixture(fixture const&) = delete;
    fixture& operator=(fixture const&) = delete;
    ~fixture()
    {
        for (std::string const& file : files)
            std::remove(file.c_str());
    }

    parsed_options parse(std::initializer_list<char const*> words)
    {
        std::vector<char const*> argv{"polyportd"};
        argv.insert(argv.end(), words);
        return options.parse(static_cast<int>(argv.size()), argv.data());
    }

    /// A file of that text; its name is the same length and order of digits in every run of one process.
    std::string file(std::string const& text)
    {
        std::string name =
            "/tmp/options_test." + std::to_string(::getpid()) + "." + std::to_string(files.size());
        std::ofstream(name, std::ios::binary) << text;
        files.push_back(name);
        return name;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(options, fixture)

BOOST_AUTO_TEST_CASE(nothing_given_leaves_the_defaults)
{
    auto const made = parse({});
    BOOST_TEST(made.problems.empty());
    BOOST_TEST(made.settings.empty());
    BOOST_TEST((!made.help && !made.version && !made.check));
    BOOST_TEST((ports == std::vector<std::uint32_t>{80}));
    BOOST_TEST(count == 7U);
}

BOOST_AUTO_TEST_CASE(each_kind_of_option_is_set_from_the_command_line)
{
    auto const made =
        parse({"--root", "/srv", "--wait=30s", "--memory", "1k", "--count=9", "--fast", "yes", "--colour",
               "red", "--ports", "1", "--ports=2", "--password=x=y", "--check", "--help", "--version"});
    BOOST_TEST(made.problems == list{}, boost::test_tools::per_element());
    BOOST_TEST(root == "/srv");
    BOOST_TEST((wait == 30s));
    BOOST_TEST(memory == 1024U);
    BOOST_TEST(count == 9U);
    BOOST_TEST(fast);
    BOOST_TEST((paint == colour::red));
    BOOST_TEST((ports == std::vector<std::uint32_t>{1, 2}));
    BOOST_TEST(password == "x=y");
    BOOST_TEST((made.check && made.help && made.version));
    BOOST_REQUIRE(made.settings.size() == 9U);
    BOOST_TEST(made.settings[0].name == "root");
    BOOST_TEST(made.settings[0].value == "/srv");
    BOOST_TEST(made.settings[0].origin == "command line");
    BOOST_TEST(made.settings[8].name == "password");
    BOOST_TEST(made.settings[8].value == "");
}

BOOST_AUTO_TEST_CASE(an_empty_value_and_one_with_dashes_can_be_given)
{
    password = "before";
    BOOST_TEST(parse({"--password="}).problems.empty());
    BOOST_TEST(password.empty());
    BOOST_TEST(parse({"--root=--x"}).problems.empty());
    BOOST_TEST(root == "--x");
}

BOOST_AUTO_TEST_CASE(a_file_has_a_name)
{
    auto const problems = parse({"--root="}).problems;
    BOOST_TEST_REQUIRE(problems.size() == 1U);
    BOOST_TEST(problems[0] ==
               "command line: --root: the name of a file is missing; leave the option out to have none");
}

BOOST_AUTO_TEST_CASE(every_mistake_of_the_command_line_is_told)
{
    struct row {
        std::initializer_list<char const*> words;
        list problems;
    };
    for (row const& r : std::initializer_list<row>{
             {{"--cuont", "3"}, {"command line: unknown option '--cuont': did you mean '--count'?"}},
             {{"--cuont=3"}, {"command line: unknown option '--cuont': did you mean '--count'?"}},
             {{"--coun", "3"}, {"command line: unknown option '--coun': did you mean '--count'?"}},
             {{"--xyzzy"}, {"command line: unknown option '--xyzzy': --help lists all options"}},
             {{"--hlep"}, {"command line: unknown option '--hlep': did you mean '--help'?"}},
             {{"--Count", "3"}, {"command line: unknown option '--Count': did you mean '--count'?"}},
             {{"x"}, {"command line: unexpected argument 'x': write options as --name VALUE"}},
             {{""}, {"command line: unexpected argument '': write options as --name VALUE"}},
             {{"-V"}, {"command line: unexpected argument '-V': did you mean --version?"}},
             {{"-count"}, {"command line: unexpected argument '-count': options begin with two dashes"}},
             {{"--count", "3", "4"},
              {"command line: unexpected argument '4': write options as --name VALUE"}},
             {{"--", "--count"},
              {"command line: unexpected argument '--count': options begin with two dashes"}},
             {{"--count"}, {"command line: --count has no value: write --count VALUE"}},
             {{"--count", "--fast", "on"},
              {"command line: --count has no value: write --count VALUE, or --count=VALUE where the value "
               "begins "
               "with dashes"}},
             {{"--check=yes"}, {"command line: --check takes no value: remove '=yes'"}},
             {{"--count", "3", "--count", "4"}, {"command line: --count is given twice: give it once"}},
             {{"--config"}, {"command line: --config has no value: write --config VALUE"}},
             {{"--count="},
              {"command line: --count: '' is not a number: write a whole number from 1 to 100"}},
             {{"--count", "101"},
              {"command line: --count: '101' is out of range: write a whole number from 1 to 100"}},
             {{"--count", "-1"},
              {"command line: --count: '-1' is not a number: write a whole number from 1 to 100"}},
             {{"--wait", "2h"}, {"command line: --wait: '2h' is out of range: write 1s to 1m"}},
             {{"--memory", "2m"}, {"command line: --memory: '2m' is out of range: write 0 to 1m"}},
             {{"--fast", "maybe"}, {"command line: --fast: 'maybe' is neither on nor off"}},
             {{"--colour", "blue"}, {"command line: --colour: 'blue' is not one of: red, green"}},
             {{"--password", "bad"}, {"command line: --password: the value is not valid"}},
             {{"--Port", "80"}, {"command line: unknown option '--Port': --help lists all options"}},
         }) {
        fixture fresh;
        auto const made = fresh.parse(r.words);
        BOOST_TEST(made.problems == r.problems, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_told_at_once)
{
    auto const name = file("count = x\nbad\nroto = /\n[s]\n");
    auto const made = parse({"--config", name.c_str(), "--wait", "x", "--no-such-thing", "--fast"});
    BOOST_TEST(made.problems ==
                   (list{
                       name + ":1: count: 'x' is not a number: write a whole number from 1 to 100",
                       name + ":2: there is no = in 'bad': write name = value",
                       name + ":3: unknown option 'roto': did you mean 'root'?",
                       name + ":4: '[s]': there are no sections in this file: remove the line",
                       "command line: --fast has no value: write --fast VALUE",
                       "command line: unknown option '--no-such-thing': --help lists all options",
                       "command line: --wait: 'x' is not a duration: write a number and a unit (ms, s, m, "
                       "h), such as 30s",
                   }),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_file_is_read)
{
    auto const name = file("# demo\nroot = /srv # here\nports = 1\nports = 2\ncount = 5\nfast = on");
    auto const made = parse({"--config", name.c_str()});
    BOOST_TEST(made.problems == list{}, boost::test_tools::per_element());
    BOOST_TEST(made.config_file == name);
    BOOST_TEST(root == "/srv");
    BOOST_TEST((ports == std::vector<std::uint32_t>{1, 2}));
    BOOST_TEST(count == 5U);
    BOOST_TEST(fast);
    BOOST_REQUIRE(made.settings.size() == 5U);
    BOOST_TEST(made.settings[1].origin == name + ":3");
}

BOOST_AUTO_TEST_CASE(the_command_line_wins_over_the_file)
{
    auto const name = file("ports = 1\nports = 2\ncount = 5\nfast = on\n");
    auto const made = parse({"--count", "6", "--config", name.c_str(), "--ports", "3"});
    BOOST_TEST(made.problems.empty());
    BOOST_TEST(count == 6U);
    BOOST_TEST((ports == std::vector<std::uint32_t>{3}));
    BOOST_TEST(fast);
    BOOST_REQUIRE(made.settings.size() == 3U);
    BOOST_TEST(made.settings[0].name == "fast");
    BOOST_TEST(made.settings[1].name == "count");
    BOOST_TEST(made.settings[2].name == "ports");
}

BOOST_AUTO_TEST_CASE(a_mistake_in_the_file_counts_even_if_the_command_line_wins)
{
    auto const name = file("count = x\n");
    BOOST_TEST(parse({"--count", "6", "--config", name.c_str()}).problems.size() == 1U);
}

BOOST_AUTO_TEST_CASE(other_names_hold_in_the_file_in_any_case)
{
    auto const name = file("Port=80\nDIRECTORY=/var/www\nport = 81\nports = 5\n");
    auto const made = parse({"--config", name.c_str()});
    BOOST_TEST(made.problems == list{}, boost::test_tools::per_element());
    BOOST_TEST((ports == std::vector<std::uint32_t>{180, 181, 5}));
    BOOST_TEST(root == "/var/www");
}

BOOST_AUTO_TEST_CASE(mistakes_of_the_file_have_their_line)
{
    struct row {
        std::string text;
        std::string problem; // after the name of the file; FILE stands for it
    };
    for (row const& r : std::initializer_list<row>{
             {"count = 1\n\ncount = 2\n", ":3: count is given twice, first at FILE:1: give it once"},
             {"root = a\nDirectory = b\n", ":2: Directory is given twice, first at FILE:1: give it once"},
             {"\nPort = 12345\n", ":2: Port: too long"},
             {"Port = x\n", ":1: Port: '1x' is not a number: write a whole number from 0 to 4294967295"},
             {"config = x\n", ":1: config is for the command line only: remove the line"},
             {"help = on\n", ":1: help is for the command line only: remove the line"},
             {"Count = 1\n", ":1: unknown option 'Count': did you mean 'count'?"},
             {std::string("a\0b", 3), ":1: there is a NUL byte in column 2: this is not a text file"},
         }) {
        fixture fresh;
        auto const name = fresh.file(r.text);
        auto const made = fresh.parse({"--config", name.c_str()});
        std::string expected = name + r.problem;
        if (auto const at = expected.find("FILE"); at != std::string::npos)
            expected.replace(at, 4, name);
        BOOST_TEST(made.problems == list{expected}, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_is_one_problem)
{
    BOOST_TEST(
        parse({"--config", "/no/such/file"}).problems ==
            list{"command line: --config: the configuration file '/no/such/file' cannot be opened: No such "
                 "file or directory; name another with --config FILE"},
        boost::test_tools::per_element());
    fixture second;
    BOOST_TEST(
        second.parse({"--config", "/"}).problems ==
            list{"command line: --config: the configuration file '/' is a directory: name a file in it with "
                 "--config FILE"},
        boost::test_tools::per_element());
    fixture third;
    BOOST_TEST(third.parse({"--config="}).problems.size() == 1U);
    fixture fourth;
    BOOST_TEST(fourth.parse({"--config", "/dev/null"}).problems.empty());
    fixture fifth;
    BOOST_TEST(fifth.parse({"--config", "/dev/zero"}).problems.size() == 1U);
    fixture sixth;
    BOOST_TEST(sixth.parse({"--config", "/dev/null", "--config", "/dev/null"}).problems.size() == 1U);
}

BOOST_AUTO_TEST_CASE(checks_run_when_the_values_are_right)
{
    int runs = 0;
    options.add_check([&]() -> checked<void> {
        ++runs;
        if (count > 50)
            return problem{"count and fast do not go together"};
        return {};
    });
    BOOST_TEST(parse({"--count", "51"}).problems == list{"count and fast do not go together"},
               boost::test_tools::per_element());
    BOOST_TEST(parse({"--count", "x"}).problems.size() == 1U);
    BOOST_TEST(parse({"--count", "5"}).problems.empty());
    BOOST_TEST(runs == 2);
}

BOOST_AUTO_TEST_CASE(a_name_belongs_to_one_option)
{
    BOOST_CHECK_THROW(options.add("count", "N", "again", bind_number(count, 1, 2)), std::logic_error);
    BOOST_CHECK_THROW(options.add("help", "N", "again", bind_number(count, 1, 2)), std::logic_error);
    BOOST_TEST(options.find("count")->metavar == "N");
    BOOST_TEST(options.find("nothing") == nullptr);
}

BOOST_AUTO_TEST_CASE(the_help_groups_and_wraps)
{
    options.group("First");
    options.add("later", "N", "an option that an extension adds to a group that is there already",
                bind_number(count, 1, 100));
    std::string const expected = R"(General
  --config FILE               read options from FILE, one name = value a line;
                              the command line wins
  --check                     check the options and the file, start nothing
  --explain QUESTION          check, and tell which access rule decides, such as
                              for 'http /private/x 192.0.2.7'
  --help                      show this text
  --version                   show the version

First
  A note.
  --root DIR                  where files are
  --ports N                   what is open (default 80; may be repeated)
  --later N                   an option that an extension adds to a group that
                              is there already (1 to 100; default 7)

Second
  --wait T                    time to wait (1s to 1m; default 10s)
  --memory SIZE               memory to use (0 to 1m; default 64k)
  --count N                   how many (1 to 100; default 7)
  --fast SWITCH               be quick (on or off; default off)
  --colour NAME               how it looks (red, green; default green)
  --password TEXT             a secret
)";
    BOOST_TEST(options.help_text(80) == expected);
    for (std::size_t const width : {0U, 40U, 60U, 64U, 100U}) {
        std::string line;
        for (char const c : options.help_text(width)) {
            if (c != '\n') {
                line += c;
                continue;
            }
            BOOST_TEST(line.size() <= std::max<std::size_t>(width, 40), line);
            line.clear();
        }
    }
}

BOOST_AUTO_TEST_CASE(the_generated_file_is_all_comments_and_holds_the_defaults)
{
    options.find("root")->with_example("/srv/my files # and more");
    std::string text = options.default_config();
    BOOST_TEST(text.find("\n# ---- First ----\n# A note.\n") != std::string::npos);
    BOOST_TEST(text.find("\n# How many (1 to 100).\n#count = 7\n") != std::string::npos);
    BOOST_TEST(text.find("#root = \"/srv/my files # and more\"\n") != std::string::npos);
    auto const commented = parse({"--config", file(text).c_str()});
    BOOST_TEST(commented.problems.empty());
    BOOST_TEST(commented.settings.empty());

    // With the # before each name removed it still is a valid file.
    std::string opened;
    for (std::size_t at = 0; at < text.size(); ++at)
        if (!(text[at] == '#' && text[at - (at == 0 ? 0 : 1)] == '\n' && text[at + 1] != ' '))
            opened += text[at];
    fixture second;
    auto const given = second.parse({"--config", second.file(opened).c_str()});
    BOOST_TEST(given.problems == list{}, boost::test_tools::per_element());
    BOOST_TEST(given.settings.size() == 8U);
    BOOST_TEST(second.root == "/srv/my files # and more");
}

BOOST_AUTO_TEST_SUITE_END()
