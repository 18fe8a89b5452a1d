// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi_rule.hpp"

#include "common/quoted.hpp"

#include <algorithm>

namespace polyport::http {
namespace {

problem wrong(std::string_view text, std::string const& why)
{
    return problem{quoted(text) + " is not a CGI rule: " + why};
}

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

checked<cgi_rule> parse_prefix(std::string_view text)
{
    if (!text.ends_with('/'))
        return wrong(text, "a prefix ends with a slash: write " + quoted(std::string(text) + "/"));
    // It is compared with paths that are decoded and have no dot segments left.
    if (text.find("//") != std::string_view::npos || text.find("/./") != std::string_view::npos ||
        text.find("/../") != std::string_view::npos)
        return wrong(text, "a prefix has no empty segment, no . and no ..");
    cgi_rule made;
    made.type = cgi_rule::kind::prefix;
    made.match = text;
    return made;
}

checked<cgi_rule> parse_extension(std::string_view text)
{
    auto const equals = text.find('=');
    std::string_view const extension = text.substr(0, equals);
    if (extension.size() < 2 || extension.find('/') != std::string_view::npos)
        return wrong(text, "write an extension and its interpreter, such as .py=/usr/bin/python3");
    if (equals == std::string_view::npos)
        return wrong(text, "add the interpreter, such as " + std::string(text) + "=/usr/bin/python3");
    std::string_view const interpreter = text.substr(equals + 1);
    if (!interpreter.starts_with('/') || interpreter.ends_with('/'))
        return wrong(text, "the interpreter needs its whole path, such as " + std::string(extension) +
                               "=/usr/bin/python3");
    cgi_rule made;
    made.type = cgi_rule::kind::extension;
    made.match = extension;
    made.interpreter = interpreter;
    return made;
}

} // namespace

checked<cgi_rule> parse_cgi_rule(std::string_view text)
{
    if (std::any_of(text.begin(), text.end(), is_control))
        return wrong(text, "it has a control character in it");
    if (text.starts_with('/'))
        return parse_prefix(text);
    if (text.starts_with('.'))
        return parse_extension(text);
    cgi_rule made;
    if (text == "executable")
        return made;
    if (text == "off") {
        made.type = cgi_rule::kind::off;
        return made;
    }
    return wrong(text, "write executable, off, /PREFIX/ or .EXT=INTERPRETER");
}

std::string to_string(cgi_rule const& rule)
{
    switch (rule.type) {
    case cgi_rule::kind::off:
        return "off";
    case cgi_rule::kind::executable:
        return "executable";
    case cgi_rule::kind::prefix:
        return rule.match;
    case cgi_rule::kind::extension:
        return rule.match + "=" + rule.interpreter;
    }
    return {};
}

} // namespace polyport::http
