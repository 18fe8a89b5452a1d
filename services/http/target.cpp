// SPDX-License-Identifier: BSL-1.0
#include "services/http/target.hpp"

#include "services/http/characters.hpp"

#include <algorithm>

namespace polyport::http {
namespace {

/// Nothing to decode, to resolve, to collapse or to refuse: nearly every request.
bool is_plain(std::string_view path) noexcept
{
    if (!path.starts_with('/'))
        return false;
    char previous = 'x';
    for (char const c : path) {
        if (c == '%' || is_control(c) || (previous == '/' && (c == '/' || c == '.')))
            return false;
        previous = c;
    }
    return true;
}

/// RFC 3986 section 2.4: decoded once, so that what comes out is never decoded again; and section 2.2: an
/// encoded slash is data and no delimiter.
target_verdict decode(std::string_view raw, std::string& out)
{
    for (std::size_t i = 0; i < raw.size(); ++i) {
        char c = raw[i];
        if (c == '%') {
            int const high = i + 1 < raw.size() ? hex_value(raw[i + 1]) : -1;
            int const low = i + 2 < raw.size() ? hex_value(raw[i + 2]) : -1;
            if (high < 0 || low < 0) // section 2.1
                return {true, status::bad_request, "a percent sign without two hexadecimal digits"};
            c = static_cast<char>(high * 16 + low);
            if (c == '/')
                return {true, status::not_found, "an encoded slash in the path"};
            i += 2;
        }
        if (is_control(c)) // section 7.3: NUL would end the name for the kernel, others a line of a log
            return {true, status::bad_request, "a control byte in the path"};
        out += c;
    }
    return {};
}

/// Resolves dot segments (RFC 3986 section 5.2.4) and double slashes in place: the result is never longer
/// than what was read.
target_verdict normalise(target& out)
{
    std::string& path = out.path;
    std::size_t const size = path.size();
    std::size_t to = 0; // path[0, to) is done, and has no slash at its end
    std::size_t from = 0;
    while (from < size) {
        std::size_t const first = from + 1; // behind the slash
        std::size_t const last = std::min(path.find('/', first), size);
        std::string_view const segment(path.data() + first, last - first);
        out.directory = segment.empty() || segment == "." || segment == "..";
        if (segment == "..") {
            if (to == 0) // there, it would silently be the root; nobody but an attacker asks so
                return {true, status::bad_request, "the path leaves the root"};
            to = path.rfind('/', to - 1);
        } else if (!out.directory) {
            std::copy(path.begin() + static_cast<std::ptrdiff_t>(from),
                      path.begin() + static_cast<std::ptrdiff_t>(last),
                      path.begin() + static_cast<std::ptrdiff_t>(to));
            to += last - from;
        }
        from = last;
    }
    path.resize(to);
    if (out.directory)
        path += '/';
    return {};
}

/// RFC 8615 section 3: what is well known is meant to be found.
bool is_hidden(std::string_view path) noexcept
{
    std::size_t at = path.find("/.");
    if (at == 0 && (path == "/.well-known" || path.starts_with("/.well-known/")))
        at = path.find("/.", 1);
    return at != std::string_view::npos;
}

} // namespace

target_verdict parse_target(std::string_view path_and_query, target& out)
{
    std::size_t const mark = path_and_query.find('?');
    out.raw_path = path_and_query.substr(0, mark);
    out.has_query = mark != std::string_view::npos;
    out.query = out.has_query ? path_and_query.substr(mark + 1) : std::string_view();
    out.hidden = false;
    if (is_plain(out.raw_path)) {
        out.path.assign(out.raw_path);
        out.directory = out.raw_path.back() == '/';
        return {};
    }
    out.path.clear();
    if (out.raw_path.empty()) { // "http://host?query": RFC 9110 section 4.2.3, an empty path is "/"
        out.path = '/';
        out.directory = true;
        return {};
    }
    if (out.raw_path.front() != '/') // RFC 9112 section 3.2.1: absolute-path
        return {true, status::bad_request, "the path does not begin with a slash"};
    if (target_verdict const verdict = decode(out.raw_path, out.path); verdict.refused)
        return verdict;
    if (target_verdict const verdict = normalise(out); verdict.refused)
        return verdict;
    out.hidden = is_hidden(out.path);
    return {};
}

} // namespace polyport::http
