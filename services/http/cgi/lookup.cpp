// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/lookup.hpp"

#include <algorithm>

namespace polyport::cgi {
namespace {

using verdict = lookup_result::verdict;

std::string_view next_segment(std::string_view& rest) noexcept
{
    auto const begin = std::min(rest.find_first_not_of('/'), rest.size());
    rest.remove_prefix(begin);
    auto const segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    return segment;
}

// By segments: on the disk //cgi-bin///prog is /cgi-bin/prog, and its source must not be had by that name.
bool is_below(std::string_view path, std::string_view prefix) noexcept
{
    for (;;) {
        auto const wanted = next_segment(prefix);
        if (wanted.empty())
            return path.starts_with('/');
        if (next_segment(path) != wanted)
            return false;
    }
}

// Some name of the path, not only the last: a program's path goes on with PATH_INFO.
bool has_name_with(std::string_view path, std::string_view extension) noexcept
{
    for (auto segment = next_segment(path); !segment.empty(); segment = next_segment(path)) {
        if (segment.size() > extension.size() && segment.ends_with(extension))
            return true;
    }
    return false;
}

} // namespace

program_rules::program_rules(std::span<http::cgi_rule const> rules)
{
    for (auto const& rule : rules) {
        switch (rule.type) {
        case http::cgi_rule::kind::off:
            executable_ = false;
            prefixes_.clear();
            extensions_.clear();
            return;
        case http::cgi_rule::kind::executable:
            executable_ = true;
            break;
        case http::cgi_rule::kind::prefix:
            prefixes_.push_back(rule);
            break;
        case http::cgi_rule::kind::extension:
            extensions_.push_back(rule);
            break;
        }
    }
}

bool program_rules::in_prefix(std::string_view path) const noexcept
{
    return std::ranges::any_of(prefixes_, [&](auto const& rule) { return is_below(path, rule.match); });
}

bool program_rules::may_apply(std::string_view path) const noexcept
{
    return executable_ || std::ranges::any_of(
                              extensions_, [&](auto const& rule) { return has_name_with(path, rule.match); });
}

http::cgi_rule const* program_rules::extension_rule(std::string_view path) const noexcept
{
    auto const name = path.substr(path.rfind('/') + 1);
    for (auto const& rule : extensions_) {
        if (name.size() > rule.match.size() && name.ends_with(rule.match))
            return &rule;
    }
    return nullptr;
}

lookup_result program_rules::find(std::string_view path, path_probe& probe) const
{
    lookup_result result;
    result.inside_prefix = in_prefix(path);
    if (!result.inside_prefix && !may_apply(path))
        return result;

    result.script_name = path;
    auto kind = probe.look_at(path);
    // "/dir/prog/" and "/dir/prog/more" name nothing; some part before a slash may name a program.
    for (std::size_t end = 1; kind == path_kind::below_a_file && end < path.size(); ++end) {
        if (path[end] != '/' || path[end - 1] == '/')
            continue;
        auto const part = path.substr(0, end);
        auto const part_kind = probe.look_at(part);
        if (part_kind == path_kind::directory)
            continue;
        kind = part_kind;
        result.script_name = part;
        result.path_info = path.substr(end);
        // "/cgi-bin" itself, a file, is not below "/cgi-bin/".
        result.inside_prefix = in_prefix(part);
    }
    judge(kind, result);
    return result;
}

void program_rules::judge(path_kind kind, lookup_result& result) const noexcept
{
    bool const is_file = kind == path_kind::file || kind == path_kind::executable;
    if (is_file) {
        if (auto const* const rule = extension_rule(result.script_name)) {
            result.what = verdict::program;
            result.interpreter = rule->interpreter;
            return;
        }
    }
    if (kind == path_kind::executable && (executable_ || result.inside_prefix)) {
        result.what = verdict::program;
        return;
    }
    if (!result.inside_prefix || kind == path_kind::directory)
        return;
    bool const nothing = kind == path_kind::missing || kind == path_kind::below_a_file;
    result.what = nothing ? verdict::not_found : verdict::forbidden;
}

} // namespace polyport::cgi
