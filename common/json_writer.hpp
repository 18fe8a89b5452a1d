// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyport {

/// Appends JSON (RFC 8259) to a text, which may be taken away piece by piece meanwhile: for answers that are
/// too large to be built as a tree first. Commas come by themselves; who opens an object or an array closes
/// it.
///
///     json_writer json(out);
///     json.begin_object().member("id", 7).key("names").begin_array().value("a").end_array().end_object();
class json_writer {
public:
    /// `out` outlives it.
    explicit json_writer(std::string& out) noexcept : out_(out) {}

    json_writer& begin_object() { return open('{'); }
    json_writer& end_object() { return close('}'); }
    json_writer& begin_array() { return open('['); }
    json_writer& end_array() { return close(']'); }
    /// What follows is the value of this member. `name` is chosen by the code: not escaped.
    json_writer& key(std::string_view name);

    /// Escaped; what is no UTF-8 becomes U+FFFD (see append_json_string).
    json_writer& value(std::string_view text);
    json_writer& value(char const* text) { return value(std::string_view(text)); }
    json_writer& value(bool flag);
    template <std::signed_integral Integer>
    json_writer& value(Integer number)
    {
        return append_integer(static_cast<std::int64_t>(number));
    }
    template <std::unsigned_integral Integer>
        requires(!std::same_as<Integer, bool>)
    json_writer& value(Integer number)
    {
        return append_integer(static_cast<std::uint64_t>(number));
    }
    /// null if it is not finite.
    json_writer& value(double number);
    json_writer& null();

    template <class Value>
    json_writer& member(std::string_view name, Value const& what)
    {
        return key(name).value(what);
    }

private:
    json_writer& open(char bracket);
    json_writer& close(char bracket);
    json_writer& append_integer(std::int64_t number);
    json_writer& append_integer(std::uint64_t number);
    void separate();

    std::string& out_;
    bool comma_ = false; ///< something stands before what comes next, at the same level
};

} // namespace polyport
