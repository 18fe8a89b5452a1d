// SPDX-License-Identifier: BSL-1.0
#include "services/http/content_type.hpp"

#include "services/http/characters.hpp"
#include "services/http/content_type_table.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

namespace polyport::http {
namespace {

constexpr std::string_view unknown_type = "application/octet-stream";
constexpr std::size_t longest_extension = 32;

std::string in_lower_case(std::string_view text)
{
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), to_lower);
    return out;
}

std::string_view next_word(std::string_view& line) noexcept
{
    line = trim_ows(line);
    std::size_t const end = std::min(line.find_first_of(" \t"), line.size());
    std::string_view const word = line.substr(0, end);
    line.remove_prefix(end);
    return word;
}

// What tables of systems say of names that today nearly always mean something else: .ts is a piece of a video
// stream, or a program, and Qt's translations are hardly on any site.
bool is_outdated(std::string_view extension, std::string_view type) noexcept
{
    return extension == "ts" && type == "text/vnd.trolltech.linguist";
}

bool is_media_type(std::string_view text) noexcept
{
    std::size_t const slash = text.find('/');
    return slash != std::string_view::npos && slash != 0 && slash + 1 < text.size() &&
           all_are(text.substr(0, slash), token_char) && all_are(text.substr(slash + 1), token_char);
}

} // namespace

content_types::content_types()
{
    types_.reserve(2048); // the system's table has about 1500
    for (built_in_type const& entry : built_in_types)
        add(entry.extension, entry.type);
}

void content_types::add(std::string_view extension, std::string_view type)
{
    if (extension.starts_with('.'))
        extension.remove_prefix(1);
    std::string full(type);
    std::string const lower = in_lower_case(type);
    if (lower.starts_with("text/") && !lower.starts_with("text/xml") && lower.find(';') == std::string::npos)
        full += "; charset=utf-8";
    types_.insert_or_assign(in_lower_case(extension), std::move(full));
}

std::size_t content_types::add_table(std::string_view text)
{
    std::size_t added = 0;
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line = line.substr(0, line.find('#'));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        std::string_view const type = next_word(line);
        if (!is_media_type(type))
            continue;
        for (std::string_view extension = next_word(line); !extension.empty(); extension = next_word(line)) {
            std::string const key = in_lower_case(extension);
            if (key.size() > longest_extension || is_outdated(key, type))
                continue;
            add(key, type);
            ++added;
        }
    }
    return added;
}

std::string_view content_types::find(std::string_view name) const noexcept
{
    name.remove_prefix(name.rfind('/') + 1); // npos + 1 is 0
    // The first character is never the dot of an extension: .profile has none.
    std::size_t dot = name.find('.', 1);
    while (dot < name.size()) {
        std::string_view const extension = name.substr(dot + 1);
        if (extension.size() <= longest_extension) {
            std::array<char, longest_extension> lower{};
            std::transform(extension.begin(), extension.end(), lower.begin(), to_lower);
            auto const found = types_.find(std::string_view(lower.data(), extension.size()));
            if (found != types_.end())
                return found->second;
        }
        dot = name.find('.', dot + 1);
    }
    return unknown_type;
}

std::size_t add_table_from_file(content_types& types, std::string const& file)
{
    std::ifstream in(file, std::ios::binary);
    // Not istreambuf_iterator: it throws for what opens but cannot be read, such as a directory.
    std::ostringstream text;
    text << in.rdbuf();
    return types.add_table(text.str());
}

bool is_compressible(std::string_view type) noexcept
{
    type = trim_ows(type.substr(0, type.find(';')));
    std::size_t const slash = type.find('/');
    if (slash == std::string_view::npos)
        return false;
    std::string_view const sub = type.substr(slash + 1);
    auto const is = [type](std::string_view other) { return equals_ignoring_case(type, other); };
    auto const suffix = [sub](std::string_view other) {
        return sub.size() > other.size() &&
               equals_ignoring_case(sub.substr(sub.size() - other.size()), other);
    };
    // No event streams: what is compressed may be held back.
    if (equals_ignoring_case(type.substr(0, slash), "text"))
        return !is("text/event-stream");
    return suffix("+xml") || suffix("+json") || is("application/json") || is("application/javascript") ||
           is("application/xml") || is("application/wasm") || is("application/yaml") ||
           is("application/toml") || is("application/sql") || is("application/postscript") ||
           is("application/x-ndjson") || is("application/x-sh") || is("application/vnd.ms-fontobject") ||
           is("application/vnd.apple.mpegurl") || is("font/ttf") || is("font/otf") || is("font/collection") ||
           is("image/bmp") || is("image/vnd.microsoft.icon") || is("audio/wav");
}

} // namespace polyport::http
