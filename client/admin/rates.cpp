// SPDX-License-Identifier: BSL-1.0
#include "client/admin/rates.hpp"

#include "client/admin/rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace polyport::client {
namespace {

namespace json = boost::json;

std::vector<double> numbers(json::array const& from)
{
    std::vector<double> all;
    for (auto const& value : from)
        all.push_back(value.is_number() ? value.to_number<double>() : 0);
    return all;
}

// A counter of a daemon that has started anew is smaller than before.
double since(double now, double before, double seconds)
{
    return seconds > 0 && now >= before ? (now - before) / seconds : 0;
}

} // namespace

double quantile(std::vector<double> const& counts, std::vector<double> const& bounds, double q)
{
    auto const total = std::accumulate(counts.begin(), counts.end(), 0.0);
    if (total <= 0 || bounds.empty())
        return 0;
    double below = 0;
    for (std::size_t i = 0; i < bounds.size() && i < counts.size(); ++i) {
        if (counts[i] > 0 && below + counts[i] >= q * total) {
            auto const low = i == 0 ? 0.0 : bounds[i - 1];
            return low + (bounds[i] - low) * (q * total - below) / counts[i];
        }
        below += counts[i];
    }
    return bounds.back();
}

void rates::look_at_services(json::object const& stats, double seconds)
{
    services_.clear();
    for (auto const& row : array_of(stats, "services")) {
        if (!row.is_object())
            continue;
        auto const& s = row.get_object();
        service made;
        made.name = text_of(s, "name");
        made.open = count_of(s, "open");
        auto const opened = number_of(s, s.contains("opened") ? "opened" : "messages_received");
        totals const bytes{number_of(s, "received"), number_of(s, "sent")};
        if (auto const known = known_services_.find(made.name); known != known_services_.end()) {
            made.opened = since(opened, known->second.opened, seconds);
            made.bytes = {since(bytes.received, known->second.bytes.received, seconds),
                          since(bytes.sent, known->second.bytes.sent, seconds)};
        }
        known_services_[made.name] = {opened, bytes};
        services_.push_back(std::move(made));
    }
}

void rates::look_at_metrics(json::object const& stats, double seconds)
{
    std::vector<double> buckets;
    std::vector<double> bounds;
    double processor = 0;
    for (auto const& row : array_of(stats, "metrics")) {
        if (!row.is_object())
            continue;
        auto const& m = row.get_object();
        auto const name = text_of(m, "name");
        if (name == "process_cpu_seconds_total")
            processor = number_of(m, "value");
        if (name != "polyport_http_request_duration_seconds" ||
            text_of(object_of(m, "labels"), "service") == "admin")
            continue;
        auto const counts = numbers(array_of(m, "buckets"));
        buckets.resize(std::max(buckets.size(), counts.size()));
        for (std::size_t i = 0; i < counts.size(); ++i)
            buckets[i] += counts[i];
        bounds = numbers(array_of(m, "bounds"));
    }
    auto difference = buckets;
    for (std::size_t i = 0; i < std::min(difference.size(), known_buckets_.size()); ++i)
        difference[i] = std::max(0.0, difference[i] - known_buckets_[i]);
    auto const requests = std::accumulate(difference.begin(), difference.end(), 0.0);
    requests_ = {seconds > 0 ? requests / seconds : 0, quantile(difference, bounds, 0.5),
                 quantile(difference, bounds, 0.99)};
    known_buckets_ = std::move(buckets);
    processor_ = since(processor, known_processor_, seconds);
    known_processor_ = processor;
}

void rates::look(json::object const& table, json::object const& stats,
                 std::chrono::steady_clock::time_point at)
{
    bool const first = before_ == std::chrono::steady_clock::time_point{};
    auto const seconds = first ? 0 : std::chrono::duration<double>(at - before_).count();
    before_ = at;
    std::unordered_map<std::uint64_t, totals> seen;
    flows_.clear();
    for (auto const& row : array_of(table, "connections")) {
        if (!row.is_object())
            continue;
        auto const& c = row.get_object();
        auto const id = count_of(c, "id");
        totals const now{number_of(c, "received"), number_of(c, "sent")};
        auto const known = known_.find(id);
        totals const before = known == known_.end() ? totals{} : known->second;
        auto const span = known == known_.end() ? number_of(c, "age") : seconds;
        if (!first)
            flows_[id] = {since(now.received, before.received, span), since(now.sent, before.sent, span)};
        seen[id] = now;
    }
    known_ = std::move(seen);
    look_at_services(stats, seconds);
    look_at_metrics(stats, seconds);
}

rates::flow rates::of(std::uint64_t id) const
{
    auto const found = flows_.find(id);
    return found == flows_.end() ? flow{} : found->second;
}

} // namespace polyport::client
