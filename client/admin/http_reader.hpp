// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyport::client {

/// Reads one HTTP response (RFC 9112), fed with bytes as they come: as much of the protocol as a client of
/// the control interface needs.
class http_reader {
public:
    static constexpr std::size_t max_head = std::size_t{64} * 1024;

    enum class state : std::uint8_t {
        head, ///< of the response
        body,
        done,
        broken, ///< what came is no response
    };

    /// Takes what it can of `bytes`, and appends the body's to `body`.
    void feed(std::string_view bytes, std::string& body);
    /// The connection has ended.
    void end();

    state now() const noexcept { return state_; }
    int status() const noexcept { return status_; }
    std::string const& type() const noexcept { return type_; }
    /// Another request may follow on the connection.
    bool keep_alive() const noexcept { return keep_alive_ && state_ == state::done; }

private:
    enum class framing : std::uint8_t { length, chunked, to_end };

    bool take_head();
    void take_field(std::string_view name, std::string_view value);
    bool take_body(std::string& body);
    bool take_chunk(std::string& body);

    state state_ = state::head;
    framing framing_ = framing::to_end;
    std::string held_;
    std::uint64_t left_ = 0;    ///< of the body, or of the chunk
    bool inside_chunk_ = false; ///< the size of the chunk is known
    bool in_trailer_ = false;
    bool keep_alive_ = true;
    int status_ = 0;
    std::string type_;
};

} // namespace polyport::client
