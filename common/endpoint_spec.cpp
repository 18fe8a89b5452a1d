// SPDX-License-Identifier: BSL-1.0
#include "common/endpoint_spec.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace polyport {
namespace {

bool is_control(char c) noexcept
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

bool all_digits(std::string_view text) noexcept
{
    return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

problem wrong(std::string_view text, std::string const& why)
{
    return problem{quoted(text) + " is not an endpoint: " + why};
}

checked<std::uint16_t> parse_port(std::string_view text, std::string_view port)
{
    if (port.empty())
        return wrong(text, "add a port after the colon, such as 8000");
    if (!all_digits(port))
        return wrong(text, quoted(port) + " is not a port: write a number from 0 to 65535");
    if (port.size() > 1 && port.front() == '0')
        return wrong(text, "write port " + quoted(port) + " without leading zeros");
    auto const number = parse_number<std::uint16_t>(port);
    if (!number)
        return wrong(text, "port " + quoted(port) + " is out of range: write a number from 0 to 65535");
    return *number;
}

bool is_ipv4(std::string const& host) noexcept
{
    in_addr address;
    return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool is_ipv6(std::string const& host) noexcept
{
    in6_addr address;
    return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

/// An IPv6 address, possibly with a zone: `fe80::1%eth0` (RFC 4007, section 11).
bool is_scoped_ipv6(std::string_view host)
{
    auto const percent = host.find('%');
    if (percent == std::string_view::npos)
        return is_ipv6(std::string(host));
    std::string_view const zone = host.substr(percent + 1);
    bool const good =
        !zone.empty() && zone.size() < 16 &&
        std::all_of(
            zone.begin(), zone.end(),
            [](char c) { return c > ' ' && c < 0x7F && c != '/' && c != '%' && c != '[' && c != ']'; });
    return good && is_ipv6(std::string(host.substr(0, percent)));
}

bool is_label(std::string_view label) noexcept
{
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
           });
}

/// RFC 1123, section 2.1; the underscore is taken because name servers have it.
bool is_host_name(std::string_view host) noexcept
{
    if (host.ends_with('.'))
        host.remove_suffix(1);
    if (host.empty() || host.size() > 253)
        return false;
    while (true) {
        auto const dot = host.find('.');
        if (!is_label(host.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        host.remove_prefix(dot + 1);
    }
}

/// A name whose last label is a number can only be meant as an IPv4 address.
bool looks_like_ipv4(std::string_view host) noexcept
{
    if (host.ends_with('.'))
        host.remove_suffix(1);
    return all_digits(host.substr(host.rfind('.') + 1));
}

checked<endpoint_spec> parse_bracketed(std::string_view text)
{
    auto const end = text.find(']');
    if (end == std::string_view::npos)
        return wrong(text, "the bracket is not closed: write [::1]:8000");
    endpoint_spec made;
    made.host = text.substr(1, end - 1);
    if (!is_scoped_ipv6(made.host))
        return wrong(text, quoted(made.host) + " is not an IPv6 address; only those stand in brackets");
    std::string_view const rest = text.substr(end + 1);
    if (rest.empty())
        return wrong(text, "add a port, such as " + std::string(text) + ":8000");
    if (rest.front() != ':')
        return wrong(text, "after the bracket comes a colon and the port: write [::1]:8000");
    auto const port = parse_port(text, rest.substr(1));
    if (!port)
        return port.error();
    made.port = *port;
    return made;
}

checked<endpoint_spec> parse_path(std::string_view text)
{
    if (auto const scheme = text.find("://"); scheme != std::string_view::npos)
        return wrong(text, "write it without " + quoted(text.substr(0, scheme + 3)));
    if (text.starts_with("unix:"))
        return wrong(text, "write the path alone: " + quoted(text.substr(5)));
    if (text.ends_with('/'))
        return wrong(text, "it names a directory: add the name of the socket, such as " +
                               quoted(std::string(text) + "polyport.sock"));
    if (text.size() > max_unix_path)
        return wrong(text, "the path is " + std::to_string(text.size()) + " bytes long, " +
                               std::to_string(text.size() - max_unix_path) + " more than the " +
                               std::to_string(max_unix_path) + " of a UNIX socket: choose a shorter one");
    endpoint_spec made;
    made.type = endpoint_spec::kind::unix_path;
    made.path = text;
    return made;
}

checked<endpoint_spec> parse_abstract(std::string_view text)
{
    endpoint_spec made;
    made.type = endpoint_spec::kind::unix_abstract;
    made.path = text.substr(1);
    if (made.path.empty())
        return wrong(text, "add a name after the @, such as @polyport");
    if (made.path.size() > max_unix_path)
        return wrong(text, "the name is " + std::to_string(made.path.size()) + " bytes long, " +
                               std::to_string(made.path.size() - max_unix_path) + " more than the " +
                               std::to_string(max_unix_path) + " of a UNIX socket: choose a shorter one");
    return made;
}

/// sd_listen_fds_with_names(3): at most 255 printable ASCII characters without a colon.
checked<endpoint_spec> parse_inherited(std::string_view text)
{
    endpoint_spec made;
    made.type = endpoint_spec::kind::inherited;
    made.path = text.substr(3);
    if (made.path.empty())
        return wrong(text, "add the name that the service manager gives the socket (FileDescriptorName=)");
    if (made.path.size() > 255)
        return wrong(text, "the name is longer than 255 bytes");
    for (char const c : made.path)
        if (c <= ' ' || c >= 0x7F || c == ':')
            return wrong(text,
                         "the name of an inherited socket has only printable ASCII, no blank, no colon");
    return made;
}

checked<endpoint_spec> parse_host_and_port(std::string_view text)
{
    auto const colon = text.rfind(':');
    std::string_view const host = text.substr(0, colon);
    endpoint_spec made;
    made.host = host;
    if (host.empty())
        return wrong(text, "there is no host before the colon: write *" + std::string(text) +
                               " for every address, or only the port for 127.0.0.1");
    // Two colons: IPv6 without brackets, or a word with too many. Which part is the port cannot be known.
    if (host.find(':') != std::string_view::npos) {
        if (is_scoped_ipv6(text.find('%') == std::string_view::npos ? text : host) || is_scoped_ipv6(host))
            return wrong(text, "an IPv6 address stands in brackets: write [::1]:8000");
        return wrong(text, "there are too many colons: write ADDRESS:PORT, and IPv6 in brackets, [::1]:8000");
    }
    if (host == "*") {
        made.type = endpoint_spec::kind::any_address;
        made.host.clear();
    } else if (looks_like_ipv4(host)) {
        if (!is_ipv4(made.host))
            return wrong(text, quoted(host) + " is not an IPv4 address: write four numbers from 0 to 255, "
                                              "such as 127.0.0.1");
    } else if (!is_host_name(host)) {
        return wrong(text, quoted(host) + " is not an address or a host name");
    }
    auto const port = parse_port(text, text.substr(colon + 1));
    if (!port)
        return port.error();
    made.port = *port;
    return made;
}

} // namespace

checked<endpoint_spec> parse_endpoint(std::string_view text)
{
    if (text.empty())
        return problem{"'' is not an endpoint: write a port, ADDRESS:PORT, a path or @NAME"};
    if (std::any_of(text.begin(), text.end(), is_control))
        return wrong(text, "it has a control character in it");
    if (text.front() == '@')
        return parse_abstract(text);
    if (text.starts_with("fd:"))
        return parse_inherited(text);
    if (text.find('/') != std::string_view::npos)
        return parse_path(text);
    if (text.front() == '[')
        return parse_bracketed(text);
    if (text.find(':') != std::string_view::npos)
        return parse_host_and_port(text);

    if (all_digits(text)) {
        auto const port = parse_port(text, text);
        if (!port)
            return port.error();
        endpoint_spec made;
        made.host = "127.0.0.1";
        made.port = *port;
        return made;
    }
    std::string const name(text);
    if (name == "*" || is_ipv4(name))
        return wrong(text, "add a port, such as " + name + ":8000");
    if ((name.front() == '+' || name.front() == '-') && all_digits(text.substr(1)))
        return wrong(text, "a port is a number from 0 to 65535, without a sign");
    return wrong(text, "write a port (8000), ADDRESS:PORT, a UNIX socket as a path with a slash in it "
                       "(./x.sock), or @NAME");
}

std::string to_string(endpoint_spec const& endpoint)
{
    switch (endpoint.type) {
    case endpoint_spec::kind::any_address:
        return "*:" + std::to_string(endpoint.port);
    case endpoint_spec::kind::host:
        if (endpoint.host.find(':') != std::string::npos)
            return "[" + endpoint.host + "]:" + std::to_string(endpoint.port);
        return endpoint.host + ":" + std::to_string(endpoint.port);
    case endpoint_spec::kind::unix_path:
        return endpoint.path;
    case endpoint_spec::kind::unix_abstract:
        return "@" + endpoint.path;
    case endpoint_spec::kind::inherited:
        return "fd:" + endpoint.path;
    }
    return {};
}

} // namespace polyport
