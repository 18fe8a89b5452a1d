// SPDX-License-Identifier: BSL-1.0
#include "services/admin/remote_match.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"

#include <algorithm>
#include <optional>

namespace polyport::admin {
namespace {

problem no_address(std::string_view text)
{
    return {quoted(text) +
            " is not an address: write one such as 192.0.2.7, 2001:db8::7 or 192.0.2.7:52114, a "
            "range such as 10.0.0.0/8, or what the path of a UNIX socket begins with, such as "
            "/run/"};
}

// "192.0." is 192.0.0.0/16.
std::optional<address_range> begun_ipv4(std::string_view text)
{
    auto const dots = std::count(text.begin(), text.end(), '.');
    if (!text.ends_with('.') || dots > 3)
        return std::nullopt;
    std::string whole(text);
    whole += '0';
    for (auto missing = 3 - dots; missing > 0; --missing)
        whole += ".0";
    auto const first = parse_ip(whole);
    if (!first || first->ipv6)
        return std::nullopt;
    return range_of(*first, static_cast<unsigned>(dots) * 8);
}

struct host_and_port {
    std::string_view host;
    std::string_view port; ///< empty: none is given
};

host_and_port split(std::string_view text)
{
    if (text.starts_with('[')) {
        auto const close = text.find(']');
        auto const behind = close == std::string_view::npos ? text : text.substr(close + 1);
        if (behind.empty())
            return {text.substr(1, close - 1), {}};
        if (behind.size() > 1 && behind.front() == ':')
            return {text.substr(1, close - 1), behind.substr(1)};
        return {text, {}};
    }
    if (std::count(text.begin(), text.end(), ':') == 1 && !text.ends_with(':'))
        return {text.substr(0, text.find(':')), text.substr(text.find(':') + 1)};
    return {text, {}};
}

} // namespace

checked<remote_match> remote_match::parse(std::string_view text)
{
    remote_match made;
    if (text.empty())
        return problem{"a value is missing"};
    if (text.front() == '/' || text.front() == '.' || text.front() == '@' || text == "unnamed") {
        made.kind_ = kind::name;
        made.text_ = text;
        return made;
    }
    if (auto const begun = begun_ipv4(text)) {
        made.range_ = *begun;
        return made;
    }
    auto const [host, port] = split(text);
    if (!port.empty()) {
        auto const number = parse_number<std::uint16_t>(port, 1);
        if (!number)
            return problem{"the port of " + quoted(text) + ": " + number.error().text};
        made.port_ = *number;
    }
    if (auto const zone = host.find('%');
        zone != std::string_view::npos && zone + 1 < host.size() && parse_ip(host.substr(0, zone))) {
        made.kind_ = kind::host;
        made.text_ = host;
        return made;
    }
    bool const is_range = host.find('/') != std::string_view::npos && port.empty();
    if (!is_range && !parse_ip(host))
        return no_address(text);
    auto const range = parse_address_range(host);
    if (!range)
        return range.error();
    made.range_ = *range;
    return made;
}

bool remote_match::matches(socket_address const& address) const
{
    if (kind_ == kind::name)
        return !address.is_ip() && address.raw().starts_with(text_);
    if (port_ != 0 && address.port() != port_)
        return false;
    if (kind_ == kind::host)
        return address.host() == text_;
    auto const number = ip_number_of(address);
    return number && range_.contains(*number);
}

} // namespace polyport::admin
