// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/lookup.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace polyport;
using cgi::lookup_result;
using cgi::path_kind;
using http::cgi_rule;

namespace {

/// A disk of a few names. Doubled slashes are one, as on a real one.
class fake_disk final : public cgi::path_probe {
public:
    path_kind look_at(std::string_view path) override
    {
        ++asked;
        std::string plain;
        for (char const c : path) {
            if (c != '/' || !plain.ends_with('/'))
                plain.push_back(c);
        }
        for (auto slash = plain.find('/', 1); slash != std::string::npos;
             slash = plain.find('/', slash + 1)) {
            auto const part = names.find(plain.substr(0, slash));
            if (part == names.end())
                return path_kind::missing;
            if (part->second != path_kind::directory)
                return path_kind::below_a_file;
        }
        if (plain.size() > 1 && plain.ends_with('/'))
            plain.pop_back();
        auto const found = names.find(plain);
        return found == names.end() ? path_kind::missing : found->second;
    }

    std::map<std::string, path_kind> names{
        {"/", path_kind::directory},
        {"/index.html", path_kind::file},
        {"/run", path_kind::executable},
        {"/app.py", path_kind::file},
        {"/dir", path_kind::directory},
        {"/dir/tool.sh", path_kind::executable},
        {"/dir/sub", path_kind::directory},
        {"/dir/sub/deep", path_kind::executable},
        {"/dir/.py", path_kind::file},
        {"/cgi-bin", path_kind::directory},
        {"/cgi-bin/prog", path_kind::executable},
        {"/cgi-bin/notes.txt", path_kind::file},
        {"/cgi-bin/x.py", path_kind::file},
        {"/cgi-bin/sock", path_kind::other},
        {"/cgi-bin/sub", path_kind::directory},
        {"/cgi-bin/sub/tool", path_kind::executable},
        {"/cgi-bindings", path_kind::directory},
        {"/cgi-bindings/prog", path_kind::executable},
    };
    int asked = 0;
};

cgi_rule const off{cgi_rule::kind::off, "", ""};
cgi_rule const executable{cgi_rule::kind::executable, "", ""};
cgi_rule const prefix{cgi_rule::kind::prefix, "/cgi-bin/", ""};
cgi_rule const python{cgi_rule::kind::extension, ".py", "/usr/bin/python3"};

std::string find(std::vector<cgi_rule> const& rules, std::string_view path)
{
    cgi::program_rules const of(rules);
    fake_disk disk;
    auto const found = of.find(path, disk);
    switch (found.what) {
    case lookup_result::verdict::not_cgi:
        return found.inside_prefix ? "not cgi, inside" : "not cgi";
    case lookup_result::verdict::forbidden:
        return "forbidden";
    case lookup_result::verdict::not_found:
        return "not found";
    case lookup_result::verdict::program:
        break;
    }
    std::string text = "run ";
    text.append(found.script_name);
    if (!found.path_info.empty())
        text.append(" + ").append(found.path_info);
    if (!found.interpreter.empty())
        text.append(" by ").append(found.interpreter);
    return text;
}

struct row {
    std::string_view path;
    std::string_view verdict;
};

void check(std::vector<cgi_rule> const& rules, std::vector<row> const& table)
{
    for (auto const& [path, verdict] : table) {
        BOOST_TEST_CONTEXT(path)
        {
            BOOST_TEST(find(rules, path) == verdict);
        }
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_lookup)

BOOST_AUTO_TEST_CASE(an_executable_file_anywhere_is_a_program)
{
    check({executable}, {
                            {"/", "not cgi"},
                            {"/index.html", "not cgi"},
                            {"/index.html/x", "not cgi"},
                            {"/run", "run /run"},
                            {"/run/", "run /run + /"},
                            {"/run/extra/path", "run /run + /extra/path"},
                            {"/run//extra//", "run /run + //extra//"},
                            {"/dir/sub/deep/a b/c", "run /dir/sub/deep + /a b/c"},
                            {"/dir/sub", "not cgi"},
                            {"/dir/missing", "not cgi"},
                            {"/missing/run", "not cgi"},
                            {"/cgi-bin/notes.txt", "not cgi"},
                            {"/app.py", "not cgi"},
                        });
}

BOOST_AUTO_TEST_CASE(inside_a_prefix_nothing_is_a_file)
{
    check({prefix}, {
                        {"/run", "not cgi"},
                        {"/cgi-bin", "not cgi"},
                        {"/cgi-bin/", "not cgi, inside"},
                        {"/cgi-bin/sub", "not cgi, inside"},
                        {"/cgi-bin/sub/", "not cgi, inside"},
                        {"/cgi-bin/prog", "run /cgi-bin/prog"},
                        {"/cgi-bin/prog/extra/path", "run /cgi-bin/prog + /extra/path"},
                        {"/cgi-bin/sub/tool/x", "run /cgi-bin/sub/tool + /x"},
                        {"/cgi-bin/notes.txt", "forbidden"},
                        {"/cgi-bin/notes.txt/", "forbidden"},
                        {"/cgi-bin/notes.txt/more", "forbidden"},
                        {"/cgi-bin/sock", "forbidden"},
                        {"/cgi-bin/missing", "not found"},
                        {"/cgi-bin/missing/prog", "not found"},
                        {"/cgi-bindings/prog", "not cgi"},
                    });
}

BOOST_AUTO_TEST_CASE(doubled_slashes_are_no_way_around_a_prefix)
{
    check({prefix}, {
                        {"//cgi-bin/notes.txt", "forbidden"},
                        {"/cgi-bin//notes.txt", "forbidden"},
                        {"//cgi-bin///prog//info", "run //cgi-bin///prog + //info"},
                        {"//cgi-bin//", "not cgi, inside"},
                    });
}

BOOST_AUTO_TEST_CASE(an_extension_has_its_interpreter)
{
    check({python}, {
                        {"/app.py", "run /app.py by /usr/bin/python3"},
                        {"/app.py/info", "run /app.py + /info by /usr/bin/python3"},
                        {"/cgi-bin/x.py", "run /cgi-bin/x.py by /usr/bin/python3"},
                        {"/dir/.py", "not cgi"},
                        {"/missing.py", "not cgi"},
                        {"/dir/tool.sh", "not cgi"},
                        {"/run", "not cgi"},
                    });
}

BOOST_AUTO_TEST_CASE(rules_add_up)
{
    check({prefix, python}, {
                                {"/app.py", "run /app.py by /usr/bin/python3"},
                                {"/cgi-bin/x.py", "run /cgi-bin/x.py by /usr/bin/python3"},
                                {"/cgi-bin/prog", "run /cgi-bin/prog"},
                                {"/cgi-bin/notes.txt", "forbidden"},
                                {"/run", "not cgi"},
                            });
    check({executable, prefix}, {
                                    {"/run", "run /run"},
                                    {"/cgi-bin/notes.txt", "forbidden"},
                                });
}

BOOST_AUTO_TEST_CASE(off_is_off)
{
    check({off}, {{"/run", "not cgi"}, {"/cgi-bin/prog", "not cgi"}});
    check({}, {{"/run", "not cgi"}});
    BOOST_TEST(!cgi::program_rules(std::vector{off}).enabled());
    BOOST_TEST(cgi::program_rules(std::vector{python}).enabled());
}

BOOST_AUTO_TEST_CASE(the_disk_is_asked_no_more_than_needed)
{
    struct {
        cgi_rule rule;
        std::string_view path;
        int asked;
    } const table[] = {
        {executable, "/index.html", 1}, {executable, "/missing/a/b/c", 1}, {executable, "/run/a/b", 2},
        {prefix, "/index.html", 0},     {python, "/dir/sub/deep", 0},      {off, "/run", 0},
    };
    for (auto const& [rule, path, asked] : table) {
        fake_disk disk;
        cgi::program_rules const rules(std::vector{rule});
        auto const found = rules.find(path, disk);
        BOOST_TEST_CONTEXT(path << " " << found.script_name)
        {
            BOOST_TEST(disk.asked == asked);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
