// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/status.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace polyport::http {

struct chunked_limits {
    std::uint64_t body_bytes = UINT64_MAX;                ///< data of all chunks; else 413
    std::size_t chunk_extension_bytes = 256;              ///< of one chunk; else 400
    std::size_t extension_bytes = std::size_t{64} * 1024; ///< of all chunks; else 400
    std::size_t trailer_bytes = std::size_t{8} * 1024;    ///< trailer section with its line ends; else 431
};

/// Takes the chunked coding off a body that comes in pieces (RFC 9112 section 7.1), as strictly as the
/// grammar reads: no bare LF, no sign, no space around the size, at most 16 digits. Chunk extensions and
/// trailer fields are checked and dropped (sections 7.1.1 and 7.1.2 allow it): no trailer ever becomes a
/// field of the request.
class chunked_decoder {
public:
    struct step {
        std::size_t consumed = 0; ///< bytes of the input that need not be given again
        std::string_view data;    ///< body bytes within the consumed ones; may be empty
    };
    enum class state : std::uint8_t { more, done, failed };

    explicit chunked_decoder(chunked_limits const& limits = {}) noexcept : limits_(limits) {}

    /// Consumes framing and at most one run of data, which is a view into the input. Call it until all is
    /// consumed or the state is no longer more; with done, what was not consumed belongs to the next request.
    step feed(std::string_view input) noexcept;

    state now() const noexcept;
    status code() const noexcept { return code_; }               ///< when failed
    std::string_view reason() const noexcept { return reason_; } ///< when failed; static storage
    std::uint64_t body_bytes() const noexcept { return total_; } ///< announced by the chunks so far

private:
    enum class at : std::uint8_t {
        size_first,
        size,
        extension_space, // white space behind the size or a value: only a semicolon may follow
        extension_semicolon,
        extension_name,
        extension_name_space,
        extension_equals,
        extension_token,
        extension_quoted,
        extension_escape,
        extension_after_quoted,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_first,
        trailer_name,
        trailer_value,
        trailer_lf,
        final_lf,
        done,
        failed,
    };

    at take(char c) noexcept;
    at take_size(char c) noexcept;
    at take_extension(char c) noexcept;
    at take_trailer(char c) noexcept;
    at end_of_size() noexcept;
    at fail(std::string_view reason, status code = status::bad_request) noexcept;

    chunked_limits limits_;
    std::uint64_t left_ = 0;  // of the chunk
    std::uint64_t total_ = 0; // of all chunks
    std::size_t chunk_extension_ = 0;
    std::size_t extensions_ = 0;
    std::size_t trailer_ = 0;
    std::string_view reason_;
    status code_ = status::bad_request;
    std::uint8_t digits_ = 0;
    at at_ = at::size_first;
};

} // namespace polyport::http
