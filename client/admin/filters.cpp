// SPDX-License-Identifier: BSL-1.0
#include "client/admin/filters.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <array>

namespace polyport::client {
namespace {

namespace po = boost::program_options;

struct filter {
    char const* name;
    char const* metavar;
    char const* help;
};

constexpr std::array filters{
    filter{"service", "NAME", "of this service"},
    filter{"transport", "NAME", "tcp or unix; of flows udp or unixgram"},
    filter{"state", "NAME", "busy, idle, reading, writing or closing"},
    filter{"peer", "NAME", "present, half-closed, closed, reset, vanished or failed"},
    filter{"remote", "ADDR",
           "from there: 192.0.2.7, 192.0.2.7:52114, 192.0.2.0/24, ::1, or what a path begins with: /run/"},
    filter{"text", "TEXT", "that mention it: in an address, the request, the program, the user ..."},
    filter{"uid", "N", "of this user of the machine, over UNIX sockets"},
    filter{"user", "NAME", "whose request comes from this user, by its password"},
    filter{"program", "on|off", "for which a program works, or none"},
    filter{"older", "TIME", "that have been there for so long"},
    filter{"idle", "TIME", "on which nothing has come or gone for so long"},
    filter{"bytes", "SIZE", "that have moved at least so much, both ways together"},
};

bool is_unreserved(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

} // namespace

void add_filters(po::options_description& to)
{
    for (auto const& one : filters)
        to.add_options()(one.name, po::value<std::string>()->value_name(one.metavar), one.help);
}

void add_parameter(std::string& target, std::string_view name, std::string_view value)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    target += target.find('?') == std::string::npos ? '?' : '&';
    target.append(name).append("=");
    for (char const c : value) {
        if (is_unreserved(c)) {
            target += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        target += '%';
        target += digits[byte >> 4U];
        target += digits[byte & 15U];
    }
}

std::string filter_query(po::variables_map const& given)
{
    std::string query;
    for (auto const& one : filters) {
        if (given.count(one.name))
            add_parameter(query, one.name, given[one.name].as<std::string>());
    }
    return query;
}

} // namespace polyport::client
