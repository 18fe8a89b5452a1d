// SPDX-License-Identifier: BSL-1.0
#include "services/admin/rights.hpp"

#include "common/accounts.hpp"
#include "common/quoted.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include <sys/stat.h>

namespace polyport::admin {
namespace {

constexpr std::string_view scheme = "bearer ";

// RFC 9110, section 11.2.
bool is_token68(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~+/=").find(c) != std::string_view::npos;
    });
}

// Every byte is looked at, wherever the first difference is.
bool same_in_constant_time(std::string_view a, std::string_view b) noexcept
{
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size(); ++i)
        difference |= static_cast<unsigned char>(a[i]) ^
                      static_cast<unsigned char>(b[i % std::max<std::size_t>(b.size(), 1)]);
    return difference == 0;
}

std::string_view trimmed(std::string_view text) noexcept
{
    auto const first = text.find_first_not_of(" \t\r");
    return first == std::string_view::npos ? ""
                                           : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

} // namespace

checked<reader> parse_reader(std::string_view text)
{
    if (text == "*")
        return reader{};
    if (text.starts_with(':')) {
        auto const group = group_id(text.substr(1));
        return group ? checked<reader>(reader{std::nullopt, *group}) : checked<reader>(group.error());
    }
    auto const user = user_id(text);
    return user ? checked<reader>(reader{*user, std::nullopt}) : checked<reader>(user.error());
}

right right_of(uid_t user, std::span<gid_t const> groups, uid_t owner,
               std::span<reader const> readers) noexcept
{
    if (user == 0 || user == owner)
        return right::write;
    bool const reads = std::any_of(readers.begin(), readers.end(), [&](reader const& one) {
        if (one.user)
            return *one.user == user;
        return !one.group || std::find(groups.begin(), groups.end(), *one.group) != groups.end();
    });
    return reads ? right::read : right::none;
}

checked<token_list> token_list::from_file(std::string const& path)
{
    struct stat status{};
    std::ifstream file(path, std::ios::binary);
    if (!file || ::stat(path.c_str(), &status) != 0)
        return problem{"admin-token-file: " + quoted(path) + " cannot be read: " + std::strerror(errno) +
                       "; name a readable file with one token a line"};
    if ((status.st_mode & 0077) != 0)
        return problem{"admin-token-file: " + quoted(path) +
                       " can be read by others; take that away with chmod 600"};
    return from_text(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

checked<token_list> token_list::from_text(std::string_view text, std::string const& path)
{
    token_list made;
    for (int number = 1; !text.empty(); ++number) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty() || line.front() == '#')
            continue;
        auto grants = right::write;
        if (line.starts_with("read ")) {
            grants = right::read;
            line = trimmed(line.substr(5));
        }
        // The token itself is never shown.
        if (line.size() < min_length || !is_token68(line))
            return problem{
                "admin-token-file: " + quoted(path) + ", line " + std::to_string(number) +
                ": a token is at least 16 letters, digits and -._~+/=, such as openssl rand -hex 32 prints"};
        made.tokens_.push_back({std::string(line), grants});
    }
    if (made.empty())
        return problem{"admin-token-file: " + quoted(path) + " has no token; write one into it, a line each"};
    return made;
}

right token_list::right_of(std::string_view authorization) const noexcept
{
    auto const is_scheme = std::equal(
        scheme.begin(), scheme.end(), authorization.begin(),
        authorization.begin() + static_cast<std::ptrdiff_t>(std::min(scheme.size(), authorization.size())),
        [](char want, char have) { return want == (have >= 'A' && have <= 'Z' ? have + 32 : have); });
    if (!is_scheme)
        return right::none;
    auto const given = trimmed(authorization.substr(scheme.size()));
    auto granted = right::none;
    for (auto const& one : tokens_) {
        if (same_in_constant_time(given, one.text))
            granted = std::max(granted, one.grants);
    }
    return granted;
}

} // namespace polyport::admin
