// SPDX-License-Identifier: BSL-1.0
#include "common/metrics_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

namespace polyport {
namespace {

using series = metrics_registry::series;
using family = metrics_registry::family;

constexpr std::string_view total_suffix = "_total";
constexpr double exact_doubles = 9007199254740992.0; // 2^53: up to here every whole number is one

void append_number(std::string& out, std::uint64_t value)
{
    std::array<char, 24> text;
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    out.append(text.data(), end);
}

void append_number(std::string& out, double value)
{
    if (!std::isfinite(value)) {
        out += std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
        return;
    }
    std::array<char, 32> text;
    bool const whole = std::trunc(value) == value && std::abs(value) < exact_doubles;
    auto* const last = text.data() + text.size();
    auto const end = whole ? std::to_chars(text.data(), last, std::llrint(value)).ptr
                           : std::to_chars(text.data(), last, value, std::chars_format::general).ptr;
    out.append(text.data(), end);
}

// A bound always has a point or an exponent, so that "1" and "1.0" are never two buckets (OpenMetrics 1.0,
// "Canonical Numbers").
void append_bound(std::string& out, double value)
{
    auto const begin = out.size();
    append_number(out, value);
    if (std::isfinite(value) && out.find_first_of(".e", begin) == std::string::npos)
        out += ".0";
}

// In both formats: backslash, quote and line feed. In HELP of the older one a quote stays.
void append_text(std::string& out, std::string_view text, bool quotes)
{
    for (char const c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c == '"' && quotes)
            out += "\\\"";
        else
            out += c;
    }
}

void append_labels(std::string& out, metric_labels const& labels)
{
    for (auto const& [name, value] : labels) {
        out += out.back() == '{' ? "" : ",";
        out += name;
        out += "=\"";
        append_text(out, value, true);
        out += '"';
    }
}

// Name, suffix and labels of a sample, with the blank before its value.
void begin_sample(std::string& out, std::string_view name, std::string_view suffix,
                  metric_labels const& labels)
{
    out += name;
    out += suffix;
    if (!labels.empty()) {
        out += '{';
        append_labels(out, labels);
        out += '}';
    }
    out += ' ';
}

void append_bucket(std::string& out, std::string_view name, metric_labels const& labels, double bound,
                   std::uint64_t count)
{
    out += name;
    out += "_bucket{";
    append_labels(out, labels);
    out += labels.empty() ? "le=\"" : ",le=\"";
    append_bound(out, bound);
    out += "\"} ";
    append_number(out, count);
    out += '\n';
}

void append_histogram(std::string& out, std::string_view name, metric_labels const& labels,
                      histogram const& all)
{
    auto const& shape = all.shape();
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < shape.bounds.size(); ++i) {
        so_far += all.counts()[i];
        append_bucket(out, name, labels, static_cast<double>(shape.bounds[i]) / shape.divisor, so_far);
    }
    so_far += all.counts().back();
    append_bucket(out, name, labels, std::numeric_limits<double>::infinity(), so_far);
    begin_sample(out, name, "_sum", labels);
    append_number(out, static_cast<double>(all.sum()) / shape.divisor);
    out += '\n';
    begin_sample(out, name, "_count", labels);
    append_number(out, so_far);
    out += '\n';
}

void append_series(std::string& out, std::string_view name, series const& one)
{
    if (auto const* const all = std::get_if<histogram>(&one.value))
        return append_histogram(out, name, one.labels, *all);
    begin_sample(out, name, "", one.labels);
    if (auto const* const counted = std::get_if<counter>(&one.value))
        append_number(out, counted->value());
    else if (auto const* const level = std::get_if<gauge>(&one.value))
        append_number(out, static_cast<double>(level->value()));
    else
        append_number(out, std::get<metrics_registry::read_value>(one.value)());
    out += '\n';
}

std::string_view word(metrics_registry::kind what) noexcept
{
    switch (what) {
    case metrics_registry::kind::counter:
        return "counter";
    case metrics_registry::kind::gauge:
        return "gauge";
    case metrics_registry::kind::histogram:
        return "histogram";
    }
    return "unknown";
}

} // namespace

std::string_view media_type(metrics_format format) noexcept
{
    return format == metrics_format::openmetrics
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

// OpenMetrics names a family without the suffixes of its samples, and has units apart.
void metrics_text::append_head(std::string& out, family const& of) const
{
    bool const open = format_ == metrics_format::openmetrics;
    std::string_view name = of.name;
    if (open && name.ends_with(total_suffix))
        name.remove_suffix(total_suffix.size());
    out.append("# HELP ").append(name).append(" ");
    append_text(out, of.help, open);
    out.append("\n# TYPE ").append(name).append(" ").append(word(of.what)).append("\n");
    if (!open)
        return;
    for (std::string_view const unit : {"seconds", "bytes"}) {
        if (name.ends_with(unit) && name.size() > unit.size() && name[name.size() - unit.size() - 1] == '_')
            out.append("# UNIT ").append(name).append(" ").append(unit).append("\n");
    }
}

bool metrics_text::append_some(std::string& out, std::size_t enough)
{
    auto const begin = out.size();
    auto const& families = from_.families();
    while (family_ < families.size()) {
        auto const& of = families[family_];
        if (series_ == 0 && !of.all.empty())
            append_head(out, of);
        for (; series_ < of.all.size(); ++series_) {
            if (out.size() - begin >= enough && series_ > 0)
                return true;
            append_series(out, of.name, of.all[series_]);
        }
        series_ = 0;
        ++family_;
        if (out.size() - begin >= enough && family_ < families.size())
            return true;
    }
    if (!std::exchange(done_, true) && format_ == metrics_format::openmetrics)
        out += "# EOF\n";
    return false;
}

} // namespace polyport
