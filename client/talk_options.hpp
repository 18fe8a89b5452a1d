// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/destination.hpp"
#include "client/wait.hpp"
#include "common/error.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace polyport::client {

/// What `send` and `chat` are told on their command lines.
struct talk_options {
    /// A path of the client's own.
    struct own_end {
        std::optional<endpoint_spec> path; ///< nothing: one with the pid in it is made up
    };

    destination to;
    std::optional<std::string> text;     ///< send: the arguments; nothing: standard input
    std::optional<milliseconds> timeout; ///< --timeout
    unsigned retries = 3;                ///< --retries
    std::optional<own_end> bind;         ///< --bind
    bool verbose = false;
    bool help = false; ///< only this was asked: nothing else here counts

    /// Streams: how long a connection may take to come about.
    milliseconds connect_timeout() const { return timeout.value_or(milliseconds{10'000}); }
    /// Datagrams: how long the answer to one try is waited for.
    milliseconds answer_timeout() const { return timeout.value_or(milliseconds{1'000}); }
};

enum class talk_kind { send, chat };

/// Arguments behind the command's name.
checked<talk_options> parse_talk_options(talk_kind kind, std::span<std::string const> arguments);

/// The arguments of `send` as the text to be sent: joined by single blanks, nothing added.
std::string joined(std::span<std::string const> words);

std::string usage_of(talk_kind kind);
/// The options, a line or two each.
std::string options_help(talk_kind kind);

} // namespace polyport::client
