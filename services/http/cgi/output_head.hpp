// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::cgi {

/// The head of a program's output (RFC 3875 section 6), parsed as it comes. Lines end with LF or CRLF.
///
/// Refused is what a client could not make sense of, or what would be read differently by different ones:
/// lines that are no fields, folded lines (6.3), control characters, a field of the protocol twice (6.3),
/// Transfer-Encoding (framing is the server's; the program's chunks would be coded twice), an informational
/// or impossible status, no field of the protocol at all (6.2.1).
class output_head {
public:
    enum class state : std::uint8_t {
        more,     ///< needs more output
        complete, ///< the rest of the output is the body
        raw,      ///< NPH (section 5): all output, text() first, goes to the client as it is
        bad,      ///< see problem()
    };

    enum class kind : std::uint8_t {
        document,        ///< status() with the body, 6.2.1
        local_redirect,  ///< location() is a path with query: to be answered as if asked for by GET, 6.2.2
        client_redirect, ///< status() with a Location, 6.2.3 and 6.2.4
    };

    /// At most `limit` bytes of head. nph: the program's name says that its output is raw.
    explicit output_head(std::size_t limit, bool nph = false) noexcept
        : limit_(limit), state_(nph ? state::raw : state::more)
    {
    }

    /// Takes output, and returns how many bytes of it belong to the head: all while it needs more.
    std::size_t feed(std::string_view output);
    /// The output has ended. A head without its empty line is none.
    void finish();

    state current() const noexcept { return state_; }
    /// Static storage; for the log.
    std::string_view problem() const noexcept { return problem_; }
    /// All bytes of the head so far.
    std::string_view text() const noexcept { return text_; }

    // Once complete. Views live as long as the object.
    kind what() const noexcept { return kind_; }
    std::uint16_t status() const noexcept { return status_; }
    /// As the program gave it; empty if it gave none.
    std::string_view reason() const noexcept { return reason_; }
    std::string_view content_type() const noexcept { return view(content_type_); }
    std::string_view location() const noexcept { return view(location_); }
    std::optional<std::uint64_t> content_length() const noexcept { return content_length_; }

    struct field {
        std::string_view name;
        std::string_view value;
    };
    /// What else goes to the client: not the fields above, and none of the connection (RFC 9110 section
    /// 7.6.1), which are the server's.
    std::size_t field_count() const noexcept { return others_.size(); }
    field other(std::size_t index) const noexcept
    {
        return {view(others_[index].name), view(others_[index].value)};
    }
    bool has_other(std::string_view name) const noexcept;

private:
    // Offsets, because the text moves as it grows. A field that is there has a name before it: never at 0.
    struct slice {
        std::size_t offset = 0;
        std::size_t size = 0;
        bool present() const noexcept { return offset != 0; }
    };
    struct field_slices {
        slice name;
        slice value;
    };

    std::string_view view(slice where) const noexcept
    {
        return std::string_view(text_).substr(where.offset, where.size);
    }
    bool may_be_raw() const noexcept;
    void scan_lines();
    void take_line(std::size_t begin, std::size_t end);
    void take_field(slice name, slice value);
    void take_once(slice& into, slice value, std::string_view twice);
    void take_length(slice value);
    void complete();
    void parse_status();
    void refuse(std::string_view why) noexcept;

    std::size_t limit_;
    std::string text_;
    std::size_t line_ = 0;    ///< begin of the first line that is not taken yet
    std::size_t scanned_ = 0; ///< no line ends between line_ and here
    state state_;
    kind kind_ = kind::document;
    std::uint16_t status_ = 200;
    std::string_view problem_;
    std::string_view reason_;
    slice content_type_;
    slice location_;
    slice status_text_;
    slice length_text_;
    std::optional<std::uint64_t> content_length_;
    std::vector<field_slices> others_;
};

} // namespace polyport::cgi
