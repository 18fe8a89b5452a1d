// SPDX-License-Identifier: BSL-1.0
#include "services/http/request_head.hpp"

#include "services/http/characters.hpp"

namespace polyport::http {

known_field find_known_field(std::string_view name) noexcept
{
    auto const is = [name](std::string_view other) { return equals_ignoring_case(name, other); };
    switch (name.size()) {
    case 4:
        return is("Host") ? known_field::host : known_field::other;
    case 5:
        return is("Range") ? known_field::range : known_field::other;
    case 6:
        if (is("Accept"))
            return known_field::accept;
        if (is("Cookie"))
            return known_field::cookie;
        return is("Expect") ? known_field::expect : known_field::other;
    case 7:
        if (is("Referer"))
            return known_field::referer;
        return is("Upgrade") ? known_field::upgrade : known_field::other;
    case 8:
        if (is("If-Match"))
            return known_field::if_match;
        return is("If-Range") ? known_field::if_range : known_field::other;
    case 10:
        if (is("Connection"))
            return known_field::connection;
        return is("User-Agent") ? known_field::user_agent : known_field::other;
    case 12:
        return is("Content-Type") ? known_field::content_type : known_field::other;
    case 13:
        if (is("If-None-Match"))
            return known_field::if_none_match;
        return is("Authorization") ? known_field::authorization : known_field::other;
    case 14:
        return is("Content-Length") ? known_field::content_length : known_field::other;
    case 15:
        return is("Accept-Encoding") ? known_field::accept_encoding : known_field::other;
    case 17:
        if (is("If-Modified-Since"))
            return known_field::if_modified_since;
        return is("Transfer-Encoding") ? known_field::transfer_encoding : known_field::other;
    case 19:
        return is("If-Unmodified-Since") ? known_field::if_unmodified_since : known_field::other;
    default:
        return known_field::other;
    }
}

method find_method(std::string_view name) noexcept
{
    switch (name.size()) {
    case 3:
        if (name == "GET")
            return method::get;
        return name == "PUT" ? method::put : method::unknown;
    case 4:
        if (name == "HEAD")
            return method::head;
        return name == "POST" ? method::post : method::unknown;
    case 5:
        if (name == "TRACE")
            return method::trace;
        return name == "PATCH" ? method::patch : method::unknown;
    case 6:
        return name == "DELETE" ? method::delete_ : method::unknown;
    case 7:
        if (name == "OPTIONS")
            return method::options;
        return name == "CONNECT" ? method::connect : method::unknown;
    default:
        return method::unknown;
    }
}

void request_head::clear() noexcept
{
    // Not *this = {}: that would write all of fields_.
    base_ = "";
    request_line_ = method_text_ = target_ = path_and_query_ = authority_ = {};
    framing_ = {};
    line_ = scanned_ = repeated_ = 0;
    blank_lines_ = field_count_ = minor_version_ = 0;
    method_ = method::unknown;
    form_ = target_form::origin;
    in_fields_ = keep_alive_ = expects_continue_ = false;
    known_ = {};
}

field_view request_head::field(std::size_t index) const noexcept
{
    field_slot const& slot = fields_[index];
    return {slot.id, view({slot.name, slot.name_size}), view({slot.value, slot.value_size})};
}

std::string_view request_head::value(known_field id) const noexcept
{
    std::uint8_t const index = known_[static_cast<std::size_t>(id)];
    return index == 0 ? std::string_view() : field(index - 1U).value;
}

std::string_view request_head::combined(known_field id, std::string& scratch) const
{
    if ((repeated_ >> static_cast<unsigned>(id) & 1U) == 0)
        return value(id);
    std::string_view const separator = id == known_field::cookie ? "; " : ", ";
    scratch.clear();
    bool first = true;
    for (std::size_t i = 0; i < field_count_; ++i) {
        if (fields_[i].id != id)
            continue;
        if (!first)
            scratch += separator;
        first = false;
        scratch += field(i).value;
    }
    return scratch;
}

std::string_view request_head::find(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i < field_count_; ++i)
        if (field_view const candidate = field(i); equals_ignoring_case(candidate.name, name))
            return candidate.value;
    return {};
}

} // namespace polyport::http
