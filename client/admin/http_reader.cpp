// SPDX-License-Identifier: BSL-1.0
#include "client/admin/http_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace polyport::client {
namespace {

std::string lower(std::string_view text)
{
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    return made;
}

template <class Number>
std::optional<Number> read_number(std::string_view text, int base)
{
    Number value{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? ""
                                           : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

void http_reader::take_field(std::string_view name, std::string_view value)
{
    auto const word = lower(name);
    if (word == "content-length") {
        auto const size = read_number<std::uint64_t>(value, 10);
        if (!size) {
            state_ = state::broken;
        } else if (framing_ != framing::chunked) {
            framing_ = framing::length;
            left_ = *size;
        }
    } else if (word == "transfer-encoding") {
        framing_ = lower(value) == "chunked" ? framing::chunked : framing::to_end;
    } else if (word == "connection") {
        keep_alive_ = lower(value) != "close";
    } else if (word == "content-type") {
        type_ = value;
    }
}

bool http_reader::take_head()
{
    auto const end = held_.find("\r\n\r\n");
    if (end == std::string::npos) {
        if (held_.size() > max_head)
            state_ = state::broken;
        return false;
    }
    std::string_view const head(held_.data(), end + 2);
    auto line_end = head.find("\r\n");
    auto const line = head.substr(0, line_end);
    auto const code = line.size() >= 12 ? read_number<int>(line.substr(9, 3), 10) : std::nullopt;
    if (!line.starts_with("HTTP/1.") || !code || *code < 100) {
        state_ = state::broken;
        return false;
    }
    status_ = *code;
    state_ = state::body;
    for (auto begin = line_end + 2; begin < head.size() && state_ == state::body; begin = line_end + 2) {
        line_end = head.find("\r\n", begin);
        auto const field = head.substr(begin, line_end - begin);
        auto const colon = field.find(':');
        if (colon == std::string_view::npos)
            state_ = state::broken;
        else
            take_field(field.substr(0, colon), trimmed(field.substr(colon + 1)));
    }
    if (state_ == state::broken)
        return false;
    held_.erase(0, end + 4);
    if (status_ < 200) { // interim: the response comes after it
        auto rest = std::move(held_);
        *this = http_reader();
        held_ = std::move(rest);
        return true;
    }
    if (status_ == 204 || status_ == 304 || (framing_ == framing::length && left_ == 0))
        state_ = state::done;
    return true;
}

bool http_reader::take_chunk(std::string& body)
{
    if (inside_chunk_) {
        if (left_ > 0) {
            auto const size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, held_.size()));
            body.append(held_, 0, size);
            held_.erase(0, size);
            left_ -= size;
            return size > 0;
        }
        if (!std::string_view("\r\n").starts_with(std::string_view(held_).substr(0, 2))) {
            state_ = state::broken;
            return false;
        }
        if (held_.size() < 2)
            return false;
        held_.erase(0, 2);
        inside_chunk_ = false;
        return true;
    }
    auto const end = held_.find("\r\n");
    if (end == std::string::npos) {
        if (held_.size() > max_head)
            state_ = state::broken;
        return false;
    }
    std::string_view const line(held_.data(), end);
    if (in_trailer_) {
        if (line.empty())
            state_ = state::done;
    } else {
        auto const size = read_number<std::uint64_t>(trimmed(line.substr(0, line.find(';'))), 16);
        if (!size)
            state_ = state::broken;
        left_ = size.value_or(0);
        in_trailer_ = left_ == 0;
        inside_chunk_ = left_ > 0;
    }
    held_.erase(0, end + 2);
    return true;
}

bool http_reader::take_body(std::string& body)
{
    if (framing_ == framing::chunked)
        return take_chunk(body);
    auto const size = framing_ == framing::to_end
                          ? held_.size()
                          : static_cast<std::size_t>(std::min<std::uint64_t>(left_, held_.size()));
    body.append(held_, 0, size);
    held_.erase(0, size);
    if (framing_ == framing::length) {
        left_ -= size;
        if (left_ == 0)
            state_ = state::done;
    }
    return size > 0;
}

void http_reader::feed(std::string_view bytes, std::string& body)
{
    held_ += bytes;
    bool more = true;
    while (more && (state_ == state::head || state_ == state::body))
        more = state_ == state::head ? take_head() : take_body(body);
}

void http_reader::end()
{
    if (state_ == state::body && framing_ == framing::to_end)
        state_ = state::done;
    else if (state_ != state::done)
        state_ = state::broken;
    keep_alive_ = false;
}

} // namespace polyport::client
