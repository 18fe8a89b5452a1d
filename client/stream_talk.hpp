// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/failure.hpp"
#include "client/printer.hpp"
#include "client/source.hpp"
#include "client/talk_options.hpp"

#include <string>

namespace polyport::client {

/// A conversation over a connected stream: the source goes out, replies are printed as they come, both at the
/// same time. The end of the source shuts the sending side; the end of the replies ends the conversation.
class stream_talk {
public:
    /// `peer` is the name for messages. All references must outlive the talk.
    stream_talk(int socket, std::string peer, source& from, printer& to, talk_kind kind,
                talk_options const& options);

    outcome<> run();

private:
    bool wait_for_events();
    outcome<> too_late();
    int read_input();
    void send_pending();
    void receive();
    bool nothing_more_to_learn() const;
    outcome<> after_replies();
    int finish();
    deadline reply_deadline() const;
    deadline prompt_deadline() const;
    void prompt();
    void unprompt();
    bool is_chat() const noexcept { return kind_ == talk_kind::chat; }

    int socket_;
    std::string peer_;
    source& from_;
    printer& to_;
    talk_kind kind_;
    std::optional<milliseconds> timeout_;
    bool at_keyboard_;

    struct {
        bool input, sendable, receivable, printable, output_gone;
    } ready_ = {};
    bool shut_ = false;          // our sending side
    bool replies_ended_ = false; // the peer's
    bool unanswered_ = false;    // something has gone out since anything came in
    int send_error_ = 0;
    int receive_error_ = 0;
    clock::time_point progress_ = clock::now();
    bool prompt_shown_ = false;
    clock::time_point prompt_due_ = clock::now();
};

} // namespace polyport::client
