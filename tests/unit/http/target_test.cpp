// SPDX-License-Identifier: BSL-1.0
#include "services/http/percent.hpp"
#include "services/http/target.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport::http;
using namespace std::string_view_literals;

namespace {

std::string judge(std::string_view input)
{
    polyport::http::target out;
    target_verdict const verdict = parse_target(input, out);
    if (verdict.refused) {
        BOOST_TEST(!verdict.reason.empty());
        return std::to_string(number(verdict.code));
    }
    BOOST_TEST(out.directory == out.path.ends_with('/'));
    std::string text = out.path;
    if (out.has_query)
        text.append(" ?").append(out.query);
    if (out.hidden)
        text += " hidden";
    return text;
}

/// The rules of target.hpp once more, without care for speed: decode all, cut at the slashes, walk.
std::string oracle(std::string_view input)
{
    std::string_view const raw = input.substr(0, input.find('?'));
    bool slash = false;
    std::string decoded;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] == '%') {
            constexpr std::string_view digits = "0123456789abcdefABCDEF";
            if (i + 2 >= raw.size() || digits.find(raw[i + 1]) == digits.npos ||
                digits.find(raw[i + 2]) == digits.npos)
                return "400";
            decoded += static_cast<char>(std::stoi(std::string(raw.substr(i + 1, 2)), nullptr, 16));
            i += 2;
            if (decoded.back() == '/') {
                slash = true;
                break;
            }
        } else {
            decoded += raw[i];
        }
        if (auto const byte = static_cast<unsigned char>(decoded.back()); byte < 32 || byte == 127)
            return "400";
    }
    if (slash)
        return "404";
    std::vector<std::string> walk;
    std::string last;
    std::string segment;
    for (char const c : decoded.substr(1) + "/") {
        if (c != '/') {
            segment += c;
            continue;
        }
        last = segment;
        if (segment == "..") {
            if (walk.empty())
                return "400";
            walk.pop_back();
        } else if (!segment.empty() && segment != ".") {
            walk.push_back(segment);
        }
        segment.clear();
    }
    std::string path;
    bool hidden = false;
    for (std::size_t i = 0; i < walk.size(); ++i) {
        path += "/" + walk[i];
        hidden = hidden || (walk[i][0] == '.' && !(i == 0 && walk[i] == ".well-known"));
    }
    if (last.empty() || last == "." || last == "..")
        path += "/";
    if (raw.size() != input.size())
        path.append(" ?").append(input.substr(raw.size() + 1));
    return path + (hidden ? " hidden" : "");
}

} // namespace

BOOST_AUTO_TEST_SUITE(target)

BOOST_AUTO_TEST_CASE(verdicts)
{
    struct row {
        std::string_view input;
        std::string_view verdict;
    };
    std::vector<row> const rows = {
        {"/", "/"},
        {"", "/"},
        {"?q", "/ ?q"},
        {"/?", "/ ?"},
        {"/?a?b", "/ ?a?b"},
        {"/a", "/a"},
        {"/a/", "/a/"},
        {"/a?b=%zz&../..", "/a ?b=%zz&../.."},
        {"/a.b/c..d/e.", "/a.b/c..d/e."},
        {"/a%20b", "/a b"},
        {"/a+b", "/a+b"},
        {"/%41%62", "/Ab"},
        {"/%C3%BC", "/\xc3\xbc"},
        {"/%c3%bc", "/\xc3\xbc"},
        {"/%ff", "/\xff"},
        {"/%25", "/%"},
        {"/%2541", "/%41"},
        {"/%252e%252e/x", "/%2e%2e/x"},
        {"/%3Fx", "/?x"},
        {"/%23x", "/#x"},
        {"/a;p=1/b", "/a;p=1/b"},
        {"//", "/"},
        {"//a///b//", "/a/b/"},
        {"/a//", "/a/"},
        {"/.", "/"},
        {"/./", "/"},
        {"/a/.", "/a/"},
        {"/a/./b", "/a/b"},
        {"/a/..", "/"},
        {"/a/../", "/"},
        {"/a/../b", "/b"},
        {"/a/b/..", "/a/"},
        {"/a/b/../../c", "/c"},
        {"/a//../b", "/b"},
        {"/a/%2e%2e/b", "/b"},
        {"/a/.%2E/b", "/b"},
        {"/a/%2e/b", "/a/b"},
        {"/..", "400"},
        {"/../", "400"},
        {"/../x", "400"},
        {"/a/../../x", "400"},
        {"/a/../..", "400"},
        {"//../x", "400"},
        {"/./../x", "400"},
        {"/%2e%2e/x", "400"},
        {"/%2E%2E", "400"},
        {"/a/..%2f..%2fetc/passwd", "404"},
        {"/%2f", "404"},
        {"/a%2Fb", "404"},
        {"/a%2", "400"},
        {"/a%", "400"},
        {"/%zz", "400"},
        {"/%g1", "400"},
        {"/%1g", "400"},
        {"/%-1", "400"},
        {"/% 1", "400"},
        {"/%u002e", "400"},
        {"/a%00", "400"},
        {"/a%00.html", "400"},
        {"/a\0"sv, "400"},
        {"/a%0a", "400"},
        {"/a%0D%0Ab", "400"},
        {"/a%1f", "400"},
        {"/a%7f", "400"},
        {"/a\x7f", "400"},
        {"a", "400"},
        {"../a", "400"},
        {"\\a", "400"},
        // The backslash is a character: nothing splits there.
        {"/..\\x", "/..\\x hidden"},
        {"/a\\..\\b", "/a\\..\\b"},
        {"/a%5c..%5cb", "/a\\..\\b"},
        {"/...", "/... hidden"},
        {"/%2e%2e%2e/x", "/.../x hidden"},
        // Overlong UTF-8 is bytes, never a dot or a slash.
        {"/%c0%ae%c0%ae/x", "/\xc0\xae\xc0\xae/x"},
        {"/%c0%af", "/\xc0\xaf"},
        // Hidden names.
        {"/.git", "/.git hidden"},
        {"/.git/config", "/.git/config hidden"},
        {"/%2egit/config", "/.git/config hidden"},
        {"/a/.htpasswd", "/a/.htpasswd hidden"},
        {"/a/.htpasswd/", "/a/.htpasswd/ hidden"},
        {"/.git/../x", "/x"},
        {"/a.git/x", "/a.git/x"},
        {"/.well-known", "/.well-known"},
        {"/.well-known/", "/.well-known/"},
        {"/.well-known/acme", "/.well-known/acme"},
        {"//.well-known/acme", "/.well-known/acme"},
        {"/.well-known/.git", "/.well-known/.git hidden"},
        {"/.well-knownx", "/.well-knownx hidden"},
        {"/a/.well-known/x", "/a/.well-known/x hidden"},
    };
    for (row const& r : rows)
        BOOST_TEST(judge(r.input) == r.verdict, r.input << " → " << judge(r.input));
}

BOOST_AUTO_TEST_CASE(agrees_with_the_oracle)
{
    constexpr std::string_view parts[] = {"/",   "/",    "/",    ".",   "..",  "a",      "b.c",
                                          "%2e", "%2E.", "%2f",  "%00", "%25", "%20",    "\\",
                                          "//",  ".git", "%",    "%4",  "?",   "%5c",    "~",
                                          "%7f", "\x01", "/../", "/./", "%zz", "%c3%bc", ".well-known"};
    std::mt19937 random(2);
    for (int round = 0; round < 200000; ++round) {
        std::string input = "/";
        for (auto count = random() % 9; count-- > 0;)
            // The ones that get a request refused must be rare enough for others to be seen.
            input += parts[random() % (random() % 4 == 0 ? std::size(parts) : 8)];
        std::string const got = judge(input);
        if (got != oracle(input))
            BOOST_ERROR(input << " gave " << got << ", expected " << oracle(input));
        if (got.starts_with('/'))
            BOOST_TEST_REQUIRE((got.substr(0, got.find('?')) + "/").find("/../") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_reused_target_forgets)
{
    polyport::http::target out;
    parse_target("/.git/x/?q", out);
    parse_target("/plain", out);
    BOOST_TEST(out.path == "/plain");
    BOOST_TEST(!out.hidden);
    BOOST_TEST(!out.directory);
    BOOST_TEST(!out.has_query);
    BOOST_TEST(out.query == "");
    BOOST_TEST(out.raw_path == "/plain");
    parse_target("/%41?x", out);
    BOOST_TEST(out.raw_path == "/%41");
}

BOOST_AUTO_TEST_SUITE_END()
