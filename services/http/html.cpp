// SPDX-License-Identifier: BSL-1.0
#include "services/http/html.hpp"

#include "services/http/utf8.hpp"

namespace polyport::http {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

/// Appends a control or ill-formed byte's stand-in, or whole characters of several bytes; false if the
/// character at text[i] is plain ASCII and left to the caller.
bool append_special(std::string& out, std::string_view text, std::size_t& i)
{
    auto const byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80)
        return false;
    std::size_t const size = utf8_size(text.substr(i));
    out += size == 0 ? replacement : text.substr(i, size);
    i += size == 0 ? 1 : size;
    return true;
}

} // namespace

void append_html(std::string& out, std::string_view text)
{
    for (std::size_t i = 0; i < text.size();) {
        if (append_special(out, text, i))
            continue;
        char const c = text[i++];
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            if ((c >= 0 && c < ' ') || c == '\x7f')
                out += replacement;
            else
                out += c;
        }
    }
}

std::string html(std::string_view text)
{
    std::string out;
    append_html(out, text);
    return out;
}

void append_json(std::string& out, std::string_view text)
{
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (std::size_t i = 0; i < text.size();) {
        if (append_special(out, text, i))
            continue;
        char const c = text[i++];
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if ((c >= 0 && c < ' ') || c == '\x7f' || c == '<') {
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4U];
            out += digits[static_cast<unsigned char>(c) & 15U];
        } else {
            out += c;
        }
    }
    out += '"';
}

} // namespace polyport::http
