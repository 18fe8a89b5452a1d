// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/dial.hpp"
#include "client/failure.hpp"
#include "client/talk_options.hpp"
#include "common/socket_address.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::client {

/// The most that one UDP datagram over IPv4 carries; kept for UNIX datagrams too.
inline constexpr std::size_t max_datagram = 65'507;

/// "… is 70000 bytes long, 4493 more than a datagram carries …"
failure too_long_for_datagram(std::string const& what);

/// Asks by datagrams: one request, one answer, with a time-out and further tries, since datagrams may be
/// lost.
///
/// A datagram carries nothing that says which request it answers. So that the late answer to one request is
/// not taken for the answer to the next, whatever has come in between is dropped before each request, and a
/// request that follows one with several tries (or none answered) comes from a fresh socket: late answers go
/// to the old one's address, where nobody is any more.
class datagram_exchange {
public:
    /// `options` must outlive the object.
    datagram_exchange(talk_options const& options, std::vector<socket_address> peers);

    /// The answer; or time-out as the failure's status when none came to any try. A refusal (nobody listens,
    /// for UNIX: no socket is there) uses up a try like silence does: the server may be about to restart.
    outcome<std::string> ask(std::string_view request);

private:
    enum class verdict { answered, refused, silent, hopeless };

    verdict attempt(std::string_view request, deadline until);
    verdict try_peer(std::string_view request, deadline until);
    verdict open_socket();
    verdict send_request(std::string_view request, deadline until);
    verdict receive_answer(deadline until);
    verdict judge(int error);
    void drop_late_answers();
    void close_socket();
    std::string peer_name() const;

    talk_options const& options_;
    std::vector<socket_address> peers_;
    std::size_t current_ = 0; // the one of peers_ that is asked
    connection link_;
    unsigned serial_ = 0;
    bool answers_may_be_late_ = false;
    std::string answer_;
    int last_error_ = 0; // the refusal's cause
    failure reason_;     // of verdict::hopeless
};

} // namespace polyport::client
