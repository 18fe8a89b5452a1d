// SPDX-License-Identifier: BSL-1.0
#include "common/udp_server.hpp"

#include <cerrno>
#include <cstring>

namespace polyport {
namespace {

// Then the other services have their turn.
constexpr int batches_a_turn = 8;

} // namespace

task<> udp_server::run()
{
    co_await socket_.turn(); // from here on it is timed, as what Asio has resumed is not
    while (!stopped_) {
        for (int turn = 0; turn < batches_a_turn && !stopped_; ++turn) {
            int const count = batch_.receive(socket_.fd());
            if (count <= 0) {
                // An error that is no EAGAIN belongs to an earlier answer (an ICMP message), and is gone with
                // this.
                if (count == 0 || errno == EAGAIN) {
                    socket_.input_drained();
                    socket_.join_set();
                }
                break;
            }
            if (static_cast<std::size_t>(count) == datagram_batch::capacity)
                socket_.leave_set(); // until it is drained
            for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
                auto const local = address().is_wildcard() ? batch_.local(i, address()) : address();
                if (auto const size = handle(batch_.room(i), batch_.bytes(i).size(), local, batch_.sender(i)))
                    batch_.answer(i, *size);
            }
            co_await send_answers();
            // No early end after a batch that was not full: while it was answered, the next one has come, and
            // asking the socket costs less than asking the loop.
        }
        co_await socket_.wait(watched::event::readable);
    }
}

task<> udp_server::send_answers()
{
    while (batch_.answers() > 0 && !stopped_) {
        auto const went = batch_.send(socket_.fd());
        if (went.messages > 0) {
            count_sent(static_cast<std::size_t>(went.messages), went.bytes);
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN) { // our own send buffer, which the network empties
            socket_.output_full();
            socket_.join_set();
            co_await socket_.wait(watched::event::writable);
            continue;
        }
        auto const* const reason = std::strerror(errno);
        auto const [slot, bytes] = batch_.skip_answer();
        auto const local = address().is_wildcard() ? batch_.local(slot, address()) : address();
        answer_lost(local, batch_.sender(slot), bytes, reason);
    }
}

} // namespace polyport
