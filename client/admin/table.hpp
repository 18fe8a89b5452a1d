// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::client {

/// One column of a table for people.
struct column {
    std::string title;
    bool right = false;    ///< numbers stand at the right
    unsigned weight = 0;   ///< those with the largest leave first when the table is too wide; 0 stays
    std::size_t least = 0; ///< is cut short to so much before any column leaves; 0: is not cut
    unsigned cut = 0;      ///< those with the largest are cut first; of equal ones the last
};

/// A table as wide as the terminal at the most. Texts are made safe to be shown when they are added.
class text_table {
public:
    explicit text_table(std::vector<column> columns) : columns_(std::move(columns)) {}

    void add(std::vector<std::string> cells);
    std::size_t size() const noexcept { return rows_.size(); }
    /// Lines with their ends; width 0: as wide as it is.
    std::string text(std::size_t width) const;
    /// The same in lines, the titles first.
    std::vector<std::string> lines(std::size_t width) const;

    /// As wide as it would like to be.
    std::size_t natural_width() const;

private:
    std::vector<std::size_t> natural_widths() const;
    std::vector<std::size_t> cutting_order() const;

    std::vector<column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Cut to `width` characters, with "…" at the end if something is missing.
std::string shortened(std::string_view text, std::size_t width);
/// The same, but width 0 stands for as wide as it is.
std::string fitted(std::string_view text, std::size_t width);
/// How many columns of a terminal it takes: one for each character.
std::size_t shown_width(std::string_view text) noexcept;

/// `950`, `1.2k`, `34M`: at most five characters, units of 1024.
std::string short_size(double bytes);
/// `0.3s`, `12s`, `3m05s`, `2h10m`, `4d03h`
std::string short_time(double seconds);
/// `85us`, `1.2ms`, `340ms`, `2.1s`
std::string short_latency(double seconds);
/// `4.0ms`, `1.0s`, `3m05s`: a time that may be short or long.
std::string short_span(double seconds);
/// `42`, `0.078145`, `1234.568`, `1795258640`: no more places than somebody reads, and no exponent.
std::string plain_number(double value);

} // namespace polyport::client
