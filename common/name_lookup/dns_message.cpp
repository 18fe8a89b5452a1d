// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/dns_message.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <optional>

namespace polyport {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::uint16_t class_in = 1;
constexpr std::uint16_t type_cname = 5;
constexpr std::uint16_t type_opt = 41;
constexpr std::uint16_t edns_size = 1232; // what passes unfragmented nearly everywhere (DNS flag day 2020)
constexpr int most_pointers = 32;         // of one name: more is a loop
constexpr int most_aliases = 8;
constexpr std::size_t most_name = 253;

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

void append16(std::string& to, unsigned value)
{
    to += static_cast<char>(value >> 8 & 0xFF);
    to += static_cast<char>(value & 0xFF);
}

/// Reads forward through a message, and never beyond it.
class reader {
public:
    explicit reader(std::string_view bytes) noexcept : bytes_(bytes) {}

    bool ok() const noexcept { return ok_; }
    std::size_t position() const noexcept { return at_; }

    std::uint32_t number(int size) noexcept
    {
        std::uint32_t value = 0;
        for (; size > 0; --size)
            value = value << 8 | byte();
        return value;
    }

    void skip(std::size_t size) noexcept
    {
        ok_ = ok_ && size <= bytes_.size() - at_;
        at_ = ok_ ? at_ + size : bytes_.size();
    }

    std::string_view take(std::size_t size) noexcept
    {
        auto const from = at_;
        skip(size);
        return ok_ ? bytes_.substr(from, size) : std::string_view();
    }

    /// A name, in lower case, its labels between dots. Bytes that no host name has are kept as they are.
    std::string name()
    {
        std::string text;
        std::optional<std::size_t> after; // where the message goes on behind the first pointer
        for (int pointers = 0; ok_;) {
            std::uint32_t const length = byte();
            if (length == 0)
                break;
            if (length >= 0xC0) {
                std::size_t const to = (length & 0x3FU) << 8 | byte();
                if (!after)
                    after = at_;
                ok_ = ok_ && to < bytes_.size() && ++pointers <= most_pointers;
                at_ = to;
                continue;
            }
            auto const label = length < 64 ? take(length) : std::string_view();
            ok_ = ok_ && length < 64 && text.size() + label.size() < most_name;
            if (!text.empty())
                text += '.';
            std::transform(label.begin(), label.end(), std::back_inserter(text), lower);
        }
        if (after)
            at_ = *after;
        return text;
    }

private:
    std::uint32_t byte() noexcept
    {
        if (!ok_ || at_ >= bytes_.size()) {
            ok_ = false;
            return 0;
        }
        return static_cast<unsigned char>(bytes_[at_++]);
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

/// What can stand in a rule, a log and REMOTE_HOST without harm.
bool is_host_name(std::string_view name) noexcept
{
    return !name.empty() && name.front() != '.' && name.find("..") == std::string_view::npos &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
           });
}

std::uint64_t big_endian(std::string_view bytes) noexcept
{
    std::uint64_t value = 0;
    for (char const c : bytes)
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

struct record {
    std::string owner;
    std::uint16_t type = 0;
    std::uint32_t lifetime = 0;
    std::string target;      ///< CNAME, PTR
    std::string_view data{}; ///< others
};

/// Nothing if the message is broken there.
std::optional<record> read_record(reader& from)
{
    record made;
    made.owner = from.name();
    made.type = static_cast<std::uint16_t>(from.number(2));
    auto const of_class = from.number(2);
    made.lifetime = from.number(4);
    auto const size = from.number(2);
    auto const end = from.position() + size;
    if (made.type == type_cname || made.type == static_cast<std::uint16_t>(dns_type::ptr)) {
        made.target = from.name();
        if (from.position() != end)
            return std::nullopt;
    } else {
        made.data = from.take(size);
    }
    if (!from.ok())
        return std::nullopt;
    if (of_class != class_in)
        made.type = 0;
    return made;
}

void use(record const& of, dns_type wanted, dns_reply& into)
{
    if (into.names.size() + into.addresses.size() >= most_dns_records)
        return;
    if (wanted == dns_type::ptr && is_host_name(of.target))
        into.names.push_back(of.target);
    else if (wanted == dns_type::a && of.data.size() == 4)
        into.addresses.push_back({false, 0, big_endian(of.data)});
    else if (wanted == dns_type::aaaa && of.data.size() == 16)
        into.addresses.push_back({true, big_endian(of.data.substr(0, 8)), big_endian(of.data.substr(8))});
}

} // namespace

dns_question reverse_question(ip_number const& address)
{
    static constexpr std::string_view digits = "0123456789abcdef";
    dns_question made;
    if (!address.ipv6) {
        for (unsigned shift = 0; shift < 32; shift += 8)
            made.name += std::to_string(address.low >> shift & 0xFF) + '.';
        made.name += "in-addr.arpa";
        return made;
    }
    for (auto const half : {address.low, address.high})
        for (unsigned shift = 0; shift < 64; shift += 4)
            made.name.append(1, digits[half >> shift & 0xF]).append(1, '.');
    made.name += "ip6.arpa";
    return made;
}

std::string make_dns_query(dns_question const& question, std::uint16_t id)
{
    std::string query;
    append16(query, id);
    append16(query, 0x0100); // recursion desired
    append16(query, 1);      // one question
    append16(query, 0);
    append16(query, 0);
    append16(query, 1); // one additional record: EDNS
    if (question.name.size() > most_name)
        return {};
    std::string_view rest = question.name;
    while (!rest.empty()) {
        auto const label = rest.substr(0, rest.find('.'));
        if (label.empty() || label.size() > 63)
            return {};
        query += static_cast<char>(label.size());
        query += label;
        rest.remove_prefix(std::min(label.size() + 1, rest.size()));
    }
    query += '\0';
    append16(query, static_cast<unsigned>(question.type));
    append16(query, class_in);
    query += '\0'; // the root
    append16(query, type_opt);
    append16(query, edns_size);
    query.append(6, '\0'); // no extended code, version 0, no flags, no options
    return query;
}

dns_reply read_dns_reply(std::string_view bytes, dns_question const& question, std::uint16_t id)
{
    dns_reply made;
    reader message(bytes);
    auto const got_id = message.number(2);
    auto const flags = message.number(2);
    auto const questions = message.number(2);
    auto const answers = message.number(2);
    message.skip(4);
    bool const is_reply = (flags & 0x8000U) != 0 && (flags & 0x7800U) == 0;
    if (!message.ok() || got_id != id || !is_reply || questions != 1)
        return made;
    auto const name = message.name();
    auto const type = message.number(2);
    auto const of_class = message.number(2);
    if (!message.ok() || name != question.name || type != static_cast<unsigned>(question.type) ||
        of_class != class_in)
        return made;
    auto const code = flags & 0xFU;
    if ((flags & 0x0200U) != 0) {
        made.what = dns_reply::kind::truncated;
        return made;
    }
    made.what = code == 0 || code == 3 ? dns_reply::kind::answered : dns_reply::kind::failed; // 3: NXDOMAIN
    if (code != 0)
        return made;

    std::vector<record> records;
    for (std::uint32_t i = 0; i < answers && records.size() < most_dns_records; ++i) {
        auto one = read_record(message);
        if (!one) {
            made.what = dns_reply::kind::failed;
            return made;
        }
        records.push_back(std::move(*one));
    }
    auto lifetime = std::numeric_limits<std::uint32_t>::max();
    std::string owner = question.name;
    for (int aliases = 0; aliases <= most_aliases; ++aliases) {
        record const* alias = nullptr;
        for (auto const& one : records) {
            if (one.owner != owner)
                continue;
            if (one.type == static_cast<std::uint16_t>(question.type))
                use(one, question.type, made);
            else if (one.type == type_cname)
                alias = &one;
            else
                continue;
            lifetime = std::min(lifetime, one.lifetime);
        }
        if (!alias || !made.names.empty() || !made.addresses.empty())
            break;
        owner = alias->target;
    }
    if (lifetime != std::numeric_limits<std::uint32_t>::max())
        made.lifetime = std::chrono::seconds(lifetime);
    return made;
}

} // namespace polyport
