// SPDX-License-Identifier: BSL-1.0
#include "common/quoted.hpp"
#include "common/unique_fd.hpp"
#include "services/http/prefix_options.hpp"
#include "services/http/settings.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

namespace polyport::http {
namespace {

/// A file that can be read now; what is in it is looked at later.
checked<std::string> parse_readable_file(std::string_view text)
{
    std::string name(text);
    unique_fd const file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    int const code = errno;
    struct stat what{};
    if (file && (::fstat(file.get(), &what) != 0 || !S_ISREG(what.st_mode)))
        return problem{quoted(text) + " is not a regular file: name one"};
    if (!file)
        return problem{quoted(text) +
                       " cannot be opened: " + error_code(code, boost::system::system_category()).message() +
                       (code == ENOENT
                            ? "; make it with htpasswd -B -c FILE USER (groups: lines 'group: user user')"
                            : "; let the user of the daemon read it, or name another")};
    return {boost::system::in_place_value, std::move(name)};
}

option_binding bind_file(std::string& target)
{
    return bind_value(target, parse_readable_file);
}

/// It stands within double quotes in a field (RFC 9110, section 5.6.4).
checked<std::string> parse_realm(std::string_view text)
{
    bool const good = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
    });
    if (!good)
        return problem{quoted(text) +
                       " cannot be shown as a realm: write ASCII text without quotes and backslashes"};
    return {boost::system::in_place_value, text};
}

option_binding bind_realm(std::string& target)
{
    return bind_value(target, parse_realm, {target});
}

option_binding bind_satisfy(satisfy_mode& target)
{
    return bind_choice<satisfy_mode>(target, {{"any", satisfy_mode::any}, {"all", satisfy_mode::all}});
}

option_binding bind_request_rate(rate& target)
{
    return bind_value(target, parse_rate, {"0"});
}

} // namespace

void declare_access(option_set& options, settings& http)
{
    using below = directory_settings;
    options.group("HTTP");
    options
        .add("http-users", "[PREFIX=]FILE",
             "users and hashed passwords, as htpasswd -B writes them, for rules with user: and group:",
             per_prefix(bind_file, http.users, http.below, &below::users))
        .with_example("/private/=/etc/polyport/htpasswd");
    options
        .add("http-groups", "[PREFIX=]FILE", "groups of these users, one a line: GROUP: USER USER",
             per_prefix(bind_file, http.groups, http.below, &below::groups))
        .with_example("/etc/polyport/groups");
    options.add("http-realm", "[PREFIX=]TEXT", "what a browser shows when it asks for a password",
                per_prefix(bind_realm, http.realm, http.below, &below::realm));
    options.add(
        "http-satisfy", "[PREFIX=]HOW",
        "how access rules about users go with the others: any (the first that matches decides) or all (both "
        "must allow)",
        per_prefix(bind_satisfy, http.satisfy, http.below, &below::satisfy));
    options.add("http-request-rate", "[PREFIX=]RATE",
                "answer requests of a source that come faster with 429; 0 sets no limit",
                per_prefix(bind_request_rate, http.request_rate, http.below, &below::request_rate));
}

} // namespace polyport::http
