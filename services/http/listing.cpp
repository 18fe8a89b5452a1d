// SPDX-License-Identifier: BSL-1.0
#include "services/http/listing.hpp"

#include "services/http/characters.hpp"
#include "services/http/date.hpp"
#include "services/http/html.hpp"
#include "services/http/listing_style.hpp"
#include "services/http/percent.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace polyport::http {
namespace {

constexpr std::array<std::string_view, 3> column_names = {"name", "size", "time"};
constexpr std::array<std::string_view, 3> column_titles = {"Name", "Size", "Modified"};

int compare_names(std::string_view a, std::string_view b) noexcept
{
    std::size_t const common = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < common; ++i) {
        auto const x = static_cast<unsigned char>(to_lower(a[i]));
        auto const y = static_cast<unsigned char>(to_lower(b[i]));
        if (x != y)
            return x < y ? -1 : 1;
    }
    if (a.size() != b.size())
        return a.size() < b.size() ? -1 : 1;
    return a.compare(b);
}

/// "./" in front: a name with a colon would be taken for a scheme (RFC 3986 section 4.2).
std::string href(listing_entry const& entry)
{
    std::string out = "./";
    append_encoded_segment(out, entry.name);
    if (entry.directory)
        out += '/';
    return out;
}

void append_column_head(std::string& page, listing_column column, listing_order order)
{
    auto const index = static_cast<std::size_t>(column);
    bool const current = column == order.column;
    bool const descending = current && !order.descending;
    page += "<th";
    if (current)
        page += order.descending ? " aria-sort=\"descending\"" : " aria-sort=\"ascending\"";
    page.append("><a href=\"?sort=").append(column_names[index]);
    page.append("&amp;order=").append(descending ? "desc" : "asc").append("\">").append(column_titles[index]);
    if (current)
        page += order.descending ? " \xe2\x86\x93" : " \xe2\x86\x91"; // arrows down and up
    page += "</a></th>";
}

/// The path as links to the directories above.
void append_trail(std::string& page, std::string_view path)
{
    std::size_t depth = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
    std::size_t from = 0;
    while (from < path.size()) {
        std::size_t const slash = std::min(path.find('/', from), path.size() - 1);
        std::string_view const segment = path.substr(from, slash + 1 - from);
        --depth;
        if (depth == 0) {
            append_html(page, segment);
        } else {
            page += "<a href=\"";
            for (std::size_t i = 0; i < depth; ++i)
                page += "../";
            page += "\">";
            append_html(page, segment);
            page += "</a>";
        }
        from = slash + 1;
    }
}

void append_row(std::string& page, listing_entry const& entry)
{
    page += entry.directory ? "<tr class=\"d\"><td><a href=\"" : "<tr><td><a href=\"";
    page += href(entry);
    page += "\">";
    append_html(page, entry.name);
    page += entry.directory ? "/</a></td><td>" : "</a></td><td";
    if (!entry.directory) {
        page += " title=\"" + std::to_string(entry.size) + " bytes\">";
        page += readable_size(entry.size);
    }
    civil_time const t = to_civil(entry.modified);
    std::array<char, 128> time;
    int const size = std::snprintf(time.data(), time.size(),
                                   "</td><td><time datetime=\"%04d-%02d-%02dT%02d:%02d:%02dZ\">"
                                   "%04d-%02d-%02d %02d:%02d</time></td></tr>\n",
                                   t.year, t.month, t.day, t.hour, t.minute, t.second, t.year, t.month, t.day,
                                   t.hour, t.minute);
    page.append(time.data(), static_cast<std::size_t>(size));
}

} // namespace

listing_order parse_listing_order(std::string_view query) noexcept
{
    listing_order order;
    while (!query.empty()) {
        std::size_t const end = std::min(query.find('&'), query.size());
        std::string_view const part = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (part == "order=desc")
            order.descending = true;
        else if (part == "order=asc")
            order.descending = false;
        for (std::size_t i = 0; i < column_names.size(); ++i)
            if (part.starts_with("sort=") && part.substr(5) == column_names[i])
                order.column = static_cast<listing_column>(i);
    }
    return order;
}

void sort_listing(std::vector<listing_entry>& entries, listing_order order)
{
    std::sort(entries.begin(), entries.end(), [order](listing_entry const& a, listing_entry const& b) {
        if (a.directory != b.directory)
            return a.directory;
        listing_entry const& x = order.descending ? b : a;
        listing_entry const& y = order.descending ? a : b;
        if (order.column == listing_column::size && !a.directory && x.size != y.size)
            return x.size < y.size;
        if (order.column == listing_column::time && x.modified != y.modified)
            return x.modified < y.modified;
        // Equal sizes and times go by name upwards, whatever the order.
        return order.column == listing_column::name ? compare_names(x.name, y.name) < 0
                                                    : compare_names(a.name, b.name) < 0;
    });
}

std::string listing_html(std::string_view path, listed_names const& of, listing_order order)
{
    std::string page;
    page.reserve(2048 + of.entries.size() * 200);
    page += "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
            "<meta name=\"color-scheme\" content=\"light dark\"><title>";
    append_html(page, path);
    page += "</title><style>";
    page += listing_style;
    page += "</style></head>\n<body><h1>";
    append_trail(page, path);
    page += "</h1>\n<table><thead><tr>";
    for (listing_column const column : {listing_column::name, listing_column::size, listing_column::time})
        append_column_head(page, column, order);
    page += "</tr></thead><tbody>\n";
    if (path != "/")
        page += "<tr class=\"d\"><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n";
    for (listing_entry const& entry : of.entries)
        append_row(page, entry);
    page += "</tbody></table>\n";
    if (of.entries.empty())
        page += "<p>This directory is empty.</p>\n";
    if (of.cut)
        page += "<p>There are more: only " + std::to_string(of.entries.size()) + " names are listed.</p>\n";
    page += "</body></html>\n";
    return page;
}

std::string listing_json(listed_names const& of)
{
    std::string text = "[";
    for (listing_entry const& entry : of.entries) {
        text += text.size() == 1 ? "\n" : ",\n";
        text += "{\"name\":";
        append_json(text, entry.name);
        text += entry.directory ? ",\"type\":\"directory\"" : ",\"type\":\"file\"";
        text.append(",\"mtime\":\"").append(date_text(entry.modified).view()).append("\"");
        if (!entry.directory)
            text.append(",\"size\":").append(std::to_string(entry.size));
        text.append(",\"href\":\"").append(href(entry)).append("\"}");
    }
    text += "\n]\n";
    return text;
}

std::string readable_size(std::uint64_t bytes)
{
    constexpr std::array<std::string_view, 7> units = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    std::size_t unit = 0;
    std::uint64_t tenths = 0;
    while (bytes >= 1000 && (unit > 0 || bytes >= 1024)) {
        tenths = bytes % 1024 * 10 / 1024;
        bytes /= 1024;
        ++unit;
    }
    std::string text = std::to_string(bytes);
    if (unit > 0 && bytes < 10)
        text.append(".").append(std::to_string(tenths));
    return text.append(units[unit]);
}

} // namespace polyport::http
