// SPDX-License-Identifier: BSL-1.0
#include "common/json_writer.hpp"

#include "common/escape.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace polyport {
namespace {

template <class Number>
void append_chars(std::string& out, Number number)
{
    std::array<char, 32> text; // the longest double takes 24
    auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

} // namespace

void json_writer::separate()
{
    if (comma_)
        out_ += ',';
    comma_ = true;
}

json_writer& json_writer::open(char bracket)
{
    separate();
    out_ += bracket;
    comma_ = false;
    return *this;
}

json_writer& json_writer::close(char bracket)
{
    out_ += bracket;
    comma_ = true;
    return *this;
}

json_writer& json_writer::key(std::string_view name)
{
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    comma_ = false;
    return *this;
}

json_writer& json_writer::value(std::string_view text)
{
    separate();
    append_json_string(out_, text);
    return *this;
}

json_writer& json_writer::value(bool flag)
{
    separate();
    out_ += flag ? "true" : "false";
    return *this;
}

json_writer& json_writer::append_integer(std::int64_t number)
{
    separate();
    append_chars(out_, number);
    return *this;
}

json_writer& json_writer::append_integer(std::uint64_t number)
{
    separate();
    append_chars(out_, number);
    return *this;
}

json_writer& json_writer::value(double number)
{
    if (!std::isfinite(number))
        return null();
    separate();
    append_chars(out_, number);
    return *this;
}

json_writer& json_writer::null()
{
    separate();
    out_ += "null";
    return *this;
}

} // namespace polyport
