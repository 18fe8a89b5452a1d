// SPDX-License-Identifier: BSL-1.0
#include "services/http/percent.hpp"

#include "services/http/characters.hpp"

namespace polyport::http {
namespace {

void append_encoded(std::string& out, std::string_view text, std::string_view also_plain)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (char const c : text) {
        if (is_a(c, unreserved_char) || also_plain.find(c) != std::string_view::npos) {
            out += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out += '%';
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
}

} // namespace

std::optional<std::string> percent_decode(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        int const high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
        int const low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0)
            return std::nullopt;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

void append_encoded_path(std::string& out, std::string_view path)
{
    append_encoded(out, path, "/+,=@!$");
}

void append_encoded_segment(std::string& out, std::string_view text)
{
    append_encoded(out, text, {});
}

} // namespace polyport::http
