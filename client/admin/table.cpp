// SPDX-License-Identifier: BSL-1.0
#include "client/admin/table.hpp"

#include "common/escape.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace polyport::client {
namespace {

constexpr std::size_t gap = 2;
constexpr std::string_view ellipsis = "…";

bool starts_character(char c) noexcept
{
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
}

std::string printed(char const* format, auto... values)
{
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
}

std::string padded(std::string_view text, std::size_t width, bool right, bool last)
{
    auto made = shortened(text, width);
    auto const missing = width - std::min(width, shown_width(made));
    if (right)
        return std::string(missing, ' ') + made;
    return last ? made : made + std::string(missing, ' ');
}

std::size_t total(std::vector<std::size_t> const& widths, std::vector<bool> const& shown)
{
    std::size_t sum = 0;
    for (std::size_t i = 0; i < widths.size(); ++i)
        sum += shown[i] ? widths[i] + gap : 0;
    return sum == 0 ? 0 : sum - gap;
}

} // namespace

std::size_t shown_width(std::string_view text) noexcept
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string shortened(std::string_view text, std::size_t width)
{
    if (shown_width(text) <= width)
        return std::string(text);
    if (width == 0)
        return {};
    std::size_t at = 0;
    for (std::size_t characters = 0; at < text.size(); ++at) {
        if (starts_character(text[at]) && ++characters == width)
            break;
    }
    return std::string(text.substr(0, at)) + std::string(ellipsis);
}

std::string fitted(std::string_view text, std::size_t width)
{
    return width == 0 ? std::string(text) : shortened(text, width);
}

void text_table::add(std::vector<std::string> cells)
{
    cells.resize(columns_.size());
    for (auto& cell : cells) {
        std::string safe;
        append_escaped(safe, cell);
        cell = std::move(safe);
    }
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> text_table::natural_widths() const
{
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        auto widest = shown_width(columns_[i].title);
        for (auto const& row : rows_)
            widest = std::max(widest, shown_width(row[i]));
        widths.push_back(widest);
    }
    return widths;
}

std::vector<std::size_t> text_table::cutting_order() const
{
    std::vector<std::size_t> order(columns_.size());
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [this](std::size_t a, std::size_t b) { return columns_[a].cut > columns_[b].cut; });
    return order;
}

std::size_t text_table::natural_width() const
{
    return total(natural_widths(), std::vector<bool>(columns_.size(), true));
}

std::vector<std::string> text_table::lines(std::size_t width) const
{
    auto widths = natural_widths();
    std::vector<bool> shown(columns_.size(), true);
    auto const order = cutting_order();
    auto const cut = [&](std::vector<std::size_t>& to) {
        for (auto const i : order) {
            auto const all = total(to, shown);
            auto const least = columns_[i].least;
            if (shown[i] && least > 0 && to[i] > least && all > width)
                to[i] = std::max(least, to[i] - std::min(to[i], all - width));
        }
    };
    auto const fits = [&] {
        auto narrow = widths;
        cut(narrow);
        return total(narrow, shown) <= width;
    };
    while (width > 0 && !fits()) {
        std::size_t leaves = columns_.size();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (shown[i] && columns_[i].weight > 0 &&
                (leaves == columns_.size() || columns_[i].weight > columns_[leaves].weight))
                leaves = i;
        }
        if (leaves == columns_.size())
            break;
        shown[leaves] = false;
    }
    if (width > 0)
        cut(widths);
    std::size_t last = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i)
        last = shown[i] ? i : last;
    auto const line_of = [&](auto const& cell_of) {
        std::string line;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (shown[i])
                line += padded(cell_of(i), widths[i], columns_[i].right, i == last) +
                        (i == last ? "" : std::string(gap, ' '));
        }
        return fitted(line, width);
    };
    std::vector<std::string> made{
        line_of([this](std::size_t i) -> std::string const& { return columns_[i].title; })};
    for (auto const& row : rows_)
        made.push_back(line_of([&row](std::size_t i) -> std::string const& { return row[i]; }));
    return made;
}

std::string text_table::text(std::size_t width) const
{
    std::string all;
    for (auto const& line : lines(width))
        all += line + "\n";
    return all;
}

std::string short_size(double bytes)
{
    static constexpr std::array<char const*, 6> units{"", "k", "M", "G", "T", "P"};
    std::size_t unit = 0;
    while (bytes >= 999.5 && unit + 1 < units.size()) {
        bytes /= 1024;
        ++unit;
    }
    if (unit == 0)
        return printed("%.0f", bytes);
    return printed(bytes < 9.95 ? "%.1f%s" : "%.0f%s", bytes, units[unit]);
}

std::string short_time(double seconds)
{
    if (seconds < 9.95)
        return printed("%.1fs", std::max(seconds, 0.0));
    auto const whole = std::llround(seconds);
    if (whole < 60)
        return printed("%llds", whole);
    if (whole < 3600)
        return printed("%lldm%02llds", whole / 60, whole % 60);
    if (whole < 86'400)
        return printed("%lldh%02lldm", whole / 3600, whole / 60 % 60);
    return printed("%lldd%02lldh", whole / 86'400, whole / 3600 % 24);
}

std::string short_latency(double seconds)
{
    if (seconds < 0.0009995)
        return printed("%.0fus", seconds * 1e6);
    if (seconds < 0.9995)
        return printed(seconds < 0.00995 ? "%.1fms" : "%.0fms", seconds * 1e3);
    return printed(seconds < 9.95 ? "%.1fs" : "%.0fs", seconds);
}

std::string short_span(double seconds)
{
    return seconds < 0.9995 ? short_latency(std::max(seconds, 0.0)) : short_time(seconds);
}

std::string plain_number(double value)
{
    int const places = value < 1e3 ? 6 : value < 1e6 ? 3 : 0;
    auto text = printed("%.*f", places, value);
    if (text.find('.') != std::string::npos)
        text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

} // namespace polyport::client
