// SPDX-License-Identifier: BSL-1.0
#include "services/uppercase.hpp"

#include "services/to_upper.hpp"

#include <boost/asio/error.hpp>

namespace polyport {

task<> uppercase(stream client)
{
    for (;;) {
        auto const waited = co_await client.wait_for_request();
        if (waited)
            break;
        auto const buffer = client.borrow_buffer();
        auto const [error, size] = client.read_now(buffer.bytes());
        if (error == boost::asio::error::would_block)
            continue;
        if (error)
            break;
        auto const message = buffer.bytes().first(size);
        to_upper(message);
        auto const rest = client.try_write(message);
        if (rest.empty())
            continue;
        auto const failed = co_await client.write(rest);
        if (failed)
            break;
    }
}

void uppercase_datagram(datagram& message)
{
    to_upper(message.bytes());
    message.reply(message.bytes().size());
}

} // namespace polyport
