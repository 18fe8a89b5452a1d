// SPDX-License-Identifier: BSL-1.0
#include "services/admin/connection_order.hpp"

#include "common/option_binding.hpp"
#include "common/tcp_state.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace polyport::admin {
namespace {

using by = connection_order::by;

constexpr std::array<std::pair<std::string_view, by>, 8> keys{{{"id", by::id},
                                                               {"age", by::age},
                                                               {"idle", by::idle},
                                                               {"received", by::received},
                                                               {"sent", by::sent},
                                                               {"bytes", by::bytes},
                                                               {"rtt", by::rtt},
                                                               {"retransmits", by::retransmits}}};

constexpr std::array<std::pair<std::string_view, end_mode>, 3> modes{
    {{"close", end_mode::close}, {"finish", end_mode::finish}, {"reset", end_mode::reset}}};

template <class Value, std::size_t Count>
checked<Value> find_word(std::string_view text,
                         std::array<std::pair<std::string_view, Value>, Count> const& all)
{
    std::vector<std::string> names;
    for (auto const& [name, value] : all) {
        if (name == text)
            return value;
        names.emplace_back(name);
    }
    return not_one_of(text, names);
}

double tcp_key(connection const& c, by key)
{
    if (c.kind != transport::tcp)
        return 0;
    auto const known = tcp_state_of(c.socket.fd());
    if (!known)
        return 0;
    return key == by::rtt ? known->rtt_us : known->retransmits;
}

// What connections and flows have alike.
template <class Record>
double common_key(Record const& of, by key, connection::time_point now)
{
    switch (key) {
    case by::age:
        return std::chrono::duration<double>(now - of.started).count();
    case by::idle:
        return std::chrono::duration<double>(now - of.last_activity).count();
    case by::received:
        return static_cast<double>(of.received);
    case by::sent:
        return static_cast<double>(of.sent);
    case by::bytes:
        return static_cast<double>(of.received + of.sent);
    case by::id:
    case by::rtt:
    case by::retransmits:
        break;
    }
    return static_cast<double>(of.id);
}

} // namespace

double connection_order::key_of(connection const& c, connection::time_point now) const
{
    return asks_kernel() ? tcp_key(c, key) : common_key(c, key, now);
}

double connection_order::key_of(flow const& f, flow_table::time_point now) const
{
    return common_key(f, key, now);
}

void connection_order::sort(std::vector<ordered_connection>& all, std::size_t limit) const
{
    auto const before = [this](ordered_connection const& a, ordered_connection const& b) {
        if (a.key != b.key)
            return descending ? a.key > b.key : a.key < b.key;
        return a.id < b.id;
    };
    auto const kept = std::min(limit, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(kept), all.end(), before);
    all.resize(kept);
}

checked<connection_order> parse_order(std::string_view text)
{
    connection_order made;
    made.descending = text.starts_with('-');
    auto const key = find_word(text.substr(made.descending ? 1 : 0), keys);
    if (!key)
        return key.error();
    made.key = *key;
    return made;
}

checked<bool> take_end_mode(end_mode& into, parameter const& from)
{
    if (from.name != "how")
        return false;
    auto const mode = find_word(from.value, modes);
    if (!mode)
        return problem{"how: " + mode.error().text};
    into = *mode;
    return true;
}

} // namespace polyport::admin
