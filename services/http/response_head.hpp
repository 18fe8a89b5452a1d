// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/date.hpp"
#include "services/http/status.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::http {

/// Writes the head of one response behind what a buffer holds already. The buffer is the caller's and can be
/// used again: with enough capacity nothing is allocated. Call start() first, finish() last.
///
/// The version is always HTTP/1.1, for clients of 1.0 too: it is the server's own (RFC 9110 section 6.2).
class response_head {
public:
    explicit response_head(std::string& buffer) noexcept : out_(buffer) {}

    /// Status line, Server and Date. The date is date_text's; keep one for each second.
    /// reason: only for codes that a CGI program gave a phrase of its own; control bytes become spaces.
    response_head& start(status code, std::string_view date, std::string_view reason = {});

    /// The name is a token, which a caller has to make sure of. The value may come from anywhere: each
    /// control byte but HTAB becomes a space, so that it can never end the line (RFC 9110 section 5.5).
    response_head& field(std::string_view name, std::string_view value);
    response_head& field(std::string_view name, std::uint64_t value);

    /// Whole field lines with their ends, written with field() earlier and kept: for what is sent often.
    response_head& prepared(std::string_view lines);

    response_head& content_length(std::uint64_t bytes);
    response_head& chunked();
    /// RFC 9112 section 9.3: said only where it differs from what the client's version takes for granted.
    response_head& connection(bool keep_alive, unsigned client_minor_version);
    void finish();

private:
    std::string& out_;
};

/// A browser must not take the content for anything but what Content-Type says (the Fetch standard, section
/// "X-Content-Type-Options header").
inline constexpr std::string_view no_sniffing = "X-Content-Type-Options: nosniff\r\n";

/// An interim response (RFC 9110 section 15.2.1), complete.
inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

} // namespace polyport::http
