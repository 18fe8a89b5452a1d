// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::http {

/// Methods of RFC 9110 section 9 and RFC 5789; every other token is unknown (501 is the session's to say).
enum class method : std::uint8_t { unknown, get, head, post, put, delete_, connect, options, trace, patch };

/// Case-sensitive, RFC 9110 section 9.1.
method find_method(std::string_view name) noexcept;

/// RFC 9112 section 3.2.
enum class target_form : std::uint8_t { origin, absolute, authority, asterisk };

/// Fields with quick access. All others are found by their name.
enum class known_field : std::uint8_t {
    other,
    accept,
    accept_encoding,
    authorization,
    connection,
    content_length,
    content_type,
    cookie,
    expect,
    host,
    if_match,
    if_modified_since,
    if_none_match,
    if_range,
    if_unmodified_since,
    range,
    referer,
    transfer_encoding,
    upgrade,
    user_agent,
    count
};

known_field find_known_field(std::string_view name) noexcept;

/// How the body ends, RFC 9112 section 6.3. A request without Content-Length and Transfer-Encoding has none.
struct body_framing {
    enum class kind : std::uint8_t { none, length, chunked };
    kind how = kind::none;
    std::uint64_t length = 0; ///< bytes; only with kind::length, may be 0
};

struct field_view {
    known_field id;
    std::string_view name;  ///< as sent; compare without case
    std::string_view value; ///< without white space around it
};

/// The head of one request: offsets into the receive buffer, so that nothing is copied and no field costs an
/// allocation. The views it gives are valid as long as the buffer's bytes stay; after the bytes have moved,
/// rebase() makes them valid again. About 3.4 KiB: borrow one, do not keep one in each idle connection.
class request_head {
public:
    static constexpr std::size_t max_fields = 200;
    static constexpr std::size_t max_name_bytes = 256;

    /// Forgets everything: parse_head() starts a new request.
    void clear() noexcept;
    void rebase(char const* first_byte) noexcept { base_ = first_byte; }

    method verb() const noexcept { return method_; }
    std::string_view method_text() const noexcept { return view(method_text_); }
    /// As sent, for the log and REQUEST_URI.
    std::string_view target() const noexcept { return view(target_); }
    target_form form() const noexcept { return form_; }
    /// The target without scheme and authority: begins with '/', or with '?', or is empty (which mean "/").
    /// "*" in asterisk form; empty in authority form.
    std::string_view path_and_query() const noexcept { return view(path_and_query_); }
    /// host[:port] that the request is for: the target's if it has one, else Host's (RFC 9112 section 3.3).
    /// Checked by parse_authority(); empty only for HTTP/1.0 without Host.
    std::string_view authority() const noexcept { return view(authority_); }
    /// The line as sent, without its end: for the access log. Empty while it is incomplete.
    std::string_view request_line() const noexcept { return view(request_line_); }

    /// 0 or 1: HTTP/1.x with x above 1 is served as 1.1 (RFC 9110 section 6.2).
    unsigned minor_version() const noexcept { return minor_version_; }
    body_framing framing() const noexcept { return framing_; }
    /// Whether the client allows another request after this one (RFC 9112 section 9.3).
    bool keep_alive() const noexcept { return keep_alive_; }
    /// The client waits for 100 (Continue) before it sends the body (RFC 9110 section 10.1.1).
    bool expects_continue() const noexcept { return expects_continue_; }

    std::size_t field_count() const noexcept { return field_count_; }
    field_view field(std::size_t index) const noexcept;
    bool has(known_field id) const noexcept { return known_[static_cast<std::size_t>(id)] != 0; }
    /// The first field of this name; empty if there is none. Enough for fields that may come only once:
    /// authorization, content_length, content_type, host, if_modified_since, if_range, if_unmodified_since,
    /// range, transfer_encoding.
    std::string_view value(known_field id) const noexcept;
    /// All fields of this name as one list (RFC 9110 section 5.3; cookies by "; "). Uses scratch only if
    /// there are several.
    std::string_view combined(known_field id, std::string& scratch) const;
    /// The first field of this name, compared without case; empty if there is none.
    std::string_view find(std::string_view name) const noexcept;

private:
    friend class head_parser;

    struct slice {
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
    };
    struct field_slot {
        std::uint32_t name;
        std::uint32_t value;
        std::uint32_t value_size;
        std::uint16_t name_size;
        known_field id;
    };

    std::string_view view(slice where) const noexcept { return {base_ + where.offset, where.size}; }

    char const* base_ = "";
    slice request_line_;
    slice method_text_;
    slice target_;
    slice path_and_query_;
    slice authority_;
    body_framing framing_;
    // Where the next call goes on: the first line not yet taken, and the bytes of it known to be harmless.
    std::uint32_t line_ = 0;
    std::uint32_t scanned_ = 0;
    std::uint32_t repeated_ = 0; // one bit a known field
    std::uint8_t blank_lines_ = 0;
    std::uint8_t field_count_ = 0;
    std::uint8_t minor_version_ = 0;
    method method_ = method::unknown;
    target_form form_ = target_form::origin;
    bool in_fields_ = false;
    bool keep_alive_ = false;
    bool expects_continue_ = false;
    std::array<std::uint8_t, static_cast<std::size_t>(known_field::count)> known_{}; // index + 1
    std::array<field_slot, max_fields> fields_; // only the first field_count_ are set
};

} // namespace polyport::http
