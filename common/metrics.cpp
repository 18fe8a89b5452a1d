// SPDX-License-Identifier: BSL-1.0
#include "common/metrics.hpp"

#include <numeric>
#include <stdexcept>

namespace polyport {
namespace {

bool is_letter(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name(std::string_view text) noexcept
{
    return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9');
    });
}

[[noreturn]] void refuse(std::string_view name, std::string_view reason)
{
    throw std::logic_error("metric " + std::string(name) + ": " + std::string(reason));
}

// "le" is the histograms' own, and names with two underscores are Prometheus's.
void check_labels(std::string_view name, metric_labels const& labels)
{
    for (auto const& [label, value] : labels) {
        if (!is_name(label) || label.starts_with("__") || label == "le")
            refuse(name, "'" + label + "' cannot name a label");
        auto const same = [&label](auto const& other) { return other.first == label; };
        if (std::count_if(labels.begin(), labels.end(), same) != 1)
            refuse(name, "label '" + label + "' is there twice");
    }
}

metrics_registry::series* find_series(metrics_registry::family& in, metric_labels const& labels) noexcept
{
    auto const found =
        std::find_if(in.all.begin(), in.all.end(),
                     [&labels](metrics_registry::series const& s) { return s.labels == labels; });
    return found == in.all.end() ? nullptr : &*found;
}

} // namespace

std::uint64_t histogram::count() const noexcept
{
    return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

double histogram::quantile(double q) const noexcept
{
    auto const total = count();
    if (total == 0 || shape_.bounds.empty())
        return 0;
    auto const wanted = q * static_cast<double>(total);
    double before = 0;
    for (std::size_t i = 0; i < shape_.bounds.size(); ++i) {
        auto const here = static_cast<double>(counts_[i]);
        if (before + here >= wanted && here > 0) {
            auto const low = i == 0 ? 0.0 : static_cast<double>(shape_.bounds[i - 1]);
            auto const high = static_cast<double>(shape_.bounds[i]);
            return (low + (high - low) * (wanted - before) / here) / shape_.divisor;
        }
        before += here;
    }
    return static_cast<double>(shape_.bounds.back()) / shape_.divisor;
}

metrics_registry::family& metrics_registry::find_or_add(std::string_view name, std::string_view help,
                                                        kind what)
{
    if (!is_name(name))
        refuse(name, "not a name of letters, digits and '_'");
    // The text formats append …_total to a counter's name, and …_bucket, …_sum, …_count to a histogram's.
    if (name.ends_with("_total") != (what == kind::counter))
        refuse(name, "counters, and they alone, end with _total");
    auto const known =
        std::find_if(families_.begin(), families_.end(), [name](family const& f) { return f.name == name; });
    if (known == families_.end())
        return families_.emplace_back(family{std::string(name), std::string(help), what, {}});
    if (known->what != what)
        refuse(name, "already there as something else");
    return *known;
}

metrics_registry::series& metrics_registry::add(family& to, metric_labels labels,
                                                decltype(series::value) value)
{
    check_labels(to.name, labels);
    if (find_series(to, labels))
        refuse(to.name, "already there with these labels");
    if (series_ >= max_series)
        refuse(to.name, "too many series; a label takes few different values");
    ++series_;
    return to.all.emplace_back(series{std::move(labels), std::move(value)});
}

template <class Metric>
Metric& metrics_registry::find_or_add(family& in, metric_labels labels, Metric fresh)
{
    auto* const known = find_series(in, labels);
    auto& found = known ? *known : add(in, std::move(labels), std::move(fresh));
    if (auto* const metric = std::get_if<Metric>(&found.value))
        return *metric;
    refuse(in.name, "its value is kept elsewhere");
}

counter& metrics_registry::add_counter(std::string_view name, std::string_view help, metric_labels labels)
{
    return find_or_add(find_or_add(name, help, kind::counter), std::move(labels), counter());
}

gauge& metrics_registry::add_gauge(std::string_view name, std::string_view help, metric_labels labels)
{
    return find_or_add(find_or_add(name, help, kind::gauge), std::move(labels), gauge());
}

histogram& metrics_registry::add_histogram(std::string_view name, std::string_view help,
                                           histogram_buckets const& buckets, metric_labels labels)
{
    return find_or_add(find_or_add(name, help, kind::histogram), std::move(labels), histogram(buckets));
}

void metrics_registry::add_counter_of(std::string_view name, std::string_view help, metric_labels labels,
                                      read_value read)
{
    add(find_or_add(name, help, kind::counter), std::move(labels), std::move(read));
}

void metrics_registry::add_gauge_of(std::string_view name, std::string_view help, metric_labels labels,
                                    read_value read)
{
    add(find_or_add(name, help, kind::gauge), std::move(labels), std::move(read));
}

} // namespace polyport
