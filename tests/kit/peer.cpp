// SPDX-License-Identifier: BSL-1.0
#include "tests/kit/peer.hpp"

#include "tests/kit/harness.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

namespace polyport::testing {

void peer::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && (errno == EPIPE || errno == ECONNRESET))
            break; // the service has closed; received() and ended() tell
        if (count < 0 && errno != EINTR) {
            auto const before = received_.size();
            of_->settle();
            receive(); // it may wait for us to read
            auto const again = ::send(fd_.get(), bytes.data(), 0, MSG_NOSIGNAL);
            if (received_.size() == before && again < 0)
                throw failure(std::string("the service reads no more: ") + std::strerror(errno));
            continue;
        }
        bytes.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
        of_->settle();
    }
}

void peer::shut_sending()
{
    ::shutdown(fd_.get(), SHUT_WR);
    of_->settle();
}

void peer::close()
{
    fd_.reset();
    of_->settle();
}

std::string peer::received()
{
    receive();
    return std::exchange(received_, {});
}

bool peer::ended()
{
    receive();
    return ended_;
}

void peer::receive()
{
    std::array<char, 16384> bytes;
    for (;;) {
        auto const count = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
        if (count <= 0) {
            ended_ = ended_ || count == 0 || (errno != EAGAIN && errno != EINTR);
            return;
        }
        received_.append(bytes.data(), static_cast<std::size_t>(count));
        of_->settle(); // there is room again
    }
}

} // namespace polyport::testing
