// SPDX-License-Identifier: BSL-1.0
#include "client/talk_options.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace polyport;
using namespace polyport::client;

namespace {

using words = std::vector<std::string>;

talk_options accepted(talk_kind kind, words const& arguments)
{
    auto made = parse_talk_options(kind, arguments);
    BOOST_TEST_REQUIRE(made.has_value(), made.error().text);
    return *made;
}

std::string refused(talk_kind kind, words const& arguments)
{
    auto const made = parse_talk_options(kind, arguments);
    return made ? "accepted" : made.error().text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(talk_options)

BOOST_AUTO_TEST_CASE(arguments_become_the_text_with_one_blank_between_them_and_nothing_else)
{
    struct row {
        words arguments;
        std::optional<std::string> text;
    };
    for (row const& one : {
             row{{"8000"}, std::nullopt},
             row{{"8000", "abcd"}, "abcd"},
             row{{"8000", "a", "b c", "d"}, "a b c d"},
             row{{"8000", ""}, ""},
             row{{"8000", "", ""}, " "},
             row{{"8000", "--", "-x", "--help"}, "-x --help"},
             row{{"--", "8000", "a", "--", "b"}, "a -- b"},
             row{{"8000", "-"}, "-"},
             row{{"-v", "8000", "a", "--timeout", "2s", "b"}, "a b"},
         }) {
        auto const made = accepted(talk_kind::send, one.arguments);
        BOOST_TEST((made.text == one.text), joined(one.arguments));
        BOOST_TEST(made.to.endpoint.port == 8000);
    }
}

BOOST_AUTO_TEST_CASE(options_have_their_values_and_defaults)
{
    auto const plain = accepted(talk_kind::chat, {"udp://8000"});
    BOOST_TEST(!plain.timeout);
    BOOST_TEST(plain.connect_timeout().count() == 10'000);
    BOOST_TEST(plain.answer_timeout().count() == 1'000);
    BOOST_TEST(plain.retries == 3u);
    BOOST_TEST(!plain.bind);
    BOOST_TEST(!plain.verbose);

    auto const told = accepted(talk_kind::send, {"--timeout=250ms", "--retries", "0", "-v", "unixgram:/x/y",
                                                 "t", "--bind", "mine.sock"});
    BOOST_TEST(told.connect_timeout().count() == 250);
    BOOST_TEST(told.answer_timeout().count() == 250);
    BOOST_TEST(told.retries == 0u);
    BOOST_TEST(told.verbose);
    BOOST_TEST_REQUIRE(told.bind.has_value());
    BOOST_TEST_REQUIRE(told.bind->path.has_value());
    BOOST_TEST(told.bind->path->path == "./mine.sock");

    auto const made_up = accepted(talk_kind::send, {"/x/y", "--bind", "auto"});
    BOOST_TEST_REQUIRE(made_up.bind.has_value());
    BOOST_TEST(!made_up.bind->path);

    BOOST_TEST(accepted(talk_kind::chat, {"--help"}).help);
}

BOOST_AUTO_TEST_CASE(wrong_use_is_refused_with_the_thing_and_the_remedy)
{
    struct row {
        talk_kind kind;
        words arguments;
        char const* says;
    };
    using enum talk_kind;
    for (row const& one : {
             row{send, {}, "usage: polyport send"},
             row{chat, {"-v"}, "usage: polyport chat"},
             row{chat, {"8000", "text"}, "polyport send ADDR TEXT"},
             row{send, {"8000", "-5"}, "behind '--'"},
             row{send, {"8000", "--verb"}, "--verb"},
             row{send, {"8000", "--timeout"}, "--timeout"},
             row{send, {"8000", "--timeout", "soon"}, "--timeout: 'soon'"},
             row{send, {"8000", "--timeout", "0"}, "longer than nothing"},
             row{send, {"8000", "--timeout", "1s", "--timeout", "2s"}, "more than once"},
             row{send, {"8000", "--retries", "-1"}, "--retries: '-1'"},
             row{send, {"8000", "--retries", "many"}, "--retries: 'many'"},
             row{send, {"8000", "--bind", "auto"}, "--bind names a UNIX path"},
             row{send, {"udp://8000", "--bind", "/x/y"}, "--bind names a UNIX path"},
             row{send, {"/x/y", "--bind", "/x/"}, "--bind: "},
             row{send, {"nonsense"}, "nonsense"},
         })
        BOOST_TEST(refused(one.kind, one.arguments).find(one.says) != std::string::npos,
                   joined(one.arguments) << ": " << refused(one.kind, one.arguments));
}

BOOST_AUTO_TEST_CASE(every_option_is_in_the_help)
{
    for (auto const kind : {talk_kind::send, talk_kind::chat})
        for (char const* name :
             {"--timeout", "--retries", "--bind", "--verbose", "--help", "udp://", "unixgram:"})
            BOOST_TEST(options_help(kind).find(name) != std::string::npos, name);
}

BOOST_AUTO_TEST_SUITE_END()
