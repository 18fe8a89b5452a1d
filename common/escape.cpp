// SPDX-License-Identifier: BSL-1.0
#include "common/escape.hpp"

#include "common/quoted.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace polyport {

namespace {

enum class kind : std::uint8_t {
    bare,    // printable ASCII that needs neither quotes nor escape
    divides, // space and '=': printable, but quotes are needed around it
    marks,   // quote and backslash
    control, // C0 and DEL
    high     // 0x80 and above
};

constexpr std::array<kind, 256> make_kinds()
{
    std::array<kind, 256> kinds{};
    for (std::size_t byte = 0; byte < kinds.size(); ++byte) {
        if (byte < 0x20 || byte == 0x7f)
            kinds[byte] = kind::control;
        else if (byte == ' ' || byte == '=')
            kinds[byte] = kind::divides;
        else if (byte == '"' || byte == '\\')
            kinds[byte] = kind::marks;
        else
            kinds[byte] = byte < 0x80 ? kind::bare : kind::high;
    }
    return kinds;
}

constexpr auto kinds = make_kinds();

kind kind_of(char c) noexcept
{
    return kinds[static_cast<unsigned char>(c)];
}

constexpr std::uint64_t repeated(unsigned char byte) noexcept
{
    return byte * std::uint64_t{0x0101010101010101};
}

/// The test for a zero byte, as in "Bit Twiddling Hacks": exact as to whether there is one.
constexpr bool has_zero_byte(std::uint64_t word) noexcept
{
    return ((word - repeated(0x01)) & ~word & repeated(0x80)) != 0;
}

constexpr bool all_plain(std::uint64_t word) noexcept
{
    bool const high_or_control = ((word | (word - repeated(0x20))) & repeated(0x80)) != 0;
    return !high_or_control && !has_zero_byte(word ^ repeated(0x7f)) &&
           !has_zero_byte(word ^ repeated('"')) && !has_zero_byte(word ^ repeated('\\'));
}

/// Length of the longest beginning that needs no escape in any form. Eight bytes at a time, because the
/// access log does this for every request.
std::size_t plain_run(std::string_view bytes) noexcept
{
    std::size_t length = 0;
    for (std::uint64_t word; length + sizeof word <= bytes.size(); length += sizeof word) {
        std::memcpy(&word, bytes.data() + length, sizeof word);
        if (!all_plain(word))
            break;
    }
    while (length < bytes.size() && kind_of(bytes[length]) <= kind::divides)
        ++length;
    return length;
}

/// The code point of a valid sequence of that length (2 to 4).
std::uint32_t decode(std::string_view sequence) noexcept
{
    auto const byte = [&](std::size_t index) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[index]));
    };
    std::uint32_t code = byte(0) & (0xffu >> (sequence.size() + 1));
    for (std::size_t index = 1; index < sequence.size(); ++index)
        code = code << 6 | (byte(index) & 0x3fu);
    return code;
}

/// Beyond ASCII: what a terminal obeys, what breaks a line, and what moves or hides the text around it.
bool is_printable(std::uint32_t code) noexcept
{
    return !(code <= 0x9f || code == 0xad || code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
             (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
             (code >= 0xfff9 && code <= 0xfffb) || (code >= 0xe0000 && code <= 0xe007f));
}

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_hex(std::string& out, std::uint32_t value, int nibbles)
{
    while (nibbles-- > 0)
        out += hex_digits[value >> (4 * nibbles) & 0xf];
}

void append_byte(std::string& out, char byte)
{
    out += "\\x";
    append_hex(out, static_cast<unsigned char>(byte), 2);
}

void append_code_unit(std::string& out, std::uint32_t unit)
{
    out += "\\u";
    append_hex(out, unit, 4);
}

/// The letter of a short escape that text, JSON and Apache have in common; NUL for none.
char short_escape(char c) noexcept
{
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}

bool append_short_escape(std::string& out, char c)
{
    char const letter = short_escape(c);
    if (letter == '\0')
        return false;
    out += '\\';
    out += letter;
    return true;
}

} // namespace

void append_escaped(std::string& out, std::string_view bytes)
{
    while (!bytes.empty()) {
        std::size_t const run = plain_run(bytes);
        out.append(bytes.substr(0, run));
        bytes.remove_prefix(run);
        if (bytes.empty())
            break;
        std::size_t length = 1;
        if (kind_of(bytes.front()) == kind::high) {
            std::size_t const valid = utf8_length(bytes);
            length = valid == 0 ? 1 : valid;
            if (valid != 0 && is_printable(decode(bytes.substr(0, valid)))) {
                out.append(bytes.substr(0, valid));
            } else {
                for (char const byte : bytes.substr(0, length))
                    append_byte(out, byte);
            }
        } else if (!append_short_escape(out, bytes.front())) {
            append_byte(out, bytes.front());
        }
        bytes.remove_prefix(length);
    }
}

void append_text_value(std::string& out, std::string_view bytes)
{
    auto const bare = [](char c) { return kind_of(c) == kind::bare; };
    if (!bytes.empty() && std::all_of(bytes.begin(), bytes.end(), bare)) {
        out.append(bytes);
        return;
    }
    out += '"';
    append_escaped(out, bytes);
    out += '"';
}

void append_json_string(std::string& out, std::string_view bytes)
{
    out += '"';
    while (!bytes.empty()) {
        std::size_t const run = plain_run(bytes);
        out.append(bytes.substr(0, run));
        bytes.remove_prefix(run);
        if (bytes.empty())
            break;
        std::size_t length = 1;
        if (kind_of(bytes.front()) != kind::high) {
            if (!append_short_escape(out, bytes.front()))
                append_code_unit(out, static_cast<unsigned char>(bytes.front()));
        } else if (std::size_t const valid = utf8_length(bytes); valid == 0) {
            out += "\\ufffd";
        } else {
            length = valid;
            std::uint32_t const code = decode(bytes.substr(0, valid));
            if (is_printable(code)) {
                out.append(bytes.substr(0, valid));
            } else if (code < 0x10000) {
                append_code_unit(out, code);
            } else {
                append_code_unit(out, 0xd800 + ((code - 0x10000) >> 10));
                append_code_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
            }
        }
        bytes.remove_prefix(length);
    }
    out += '"';
}

void append_access_value(std::string& out, std::string_view bytes)
{
    if (bytes.empty()) {
        out += '-';
        return;
    }
    for (;;) {
        std::size_t const run = plain_run(bytes);
        out.append(bytes.substr(0, run));
        bytes.remove_prefix(run);
        if (bytes.empty())
            return;
        if (!append_short_escape(out, bytes.front()))
            append_byte(out, bytes.front());
        bytes.remove_prefix(1);
    }
}

} // namespace polyport
