// SPDX-License-Identifier: BSL-1.0
#include "services/admin/long_reply.hpp"

#include "services/admin/reply.hpp"

#include <array>
#include <charconv>

namespace polyport::admin {

// A client of HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
void long_reply::begin()
{
    begun_ = true;
    chunked_ = x_.head.minor_version() > 0;
    if (!chunked_)
        x_.keep_alive = false;
    auto response = x_.begin_response(http::status::ok);
    response.field(not_kept.name, not_kept.value);
    response.field("Content-Type", type_).prepared(http::no_sniffing);
    if (chunked_)
        response.chunked();
    response.connection(x_.keep_alive, x_.head.minor_version());
    response.finish();
}

task<bool> long_reply::send()
{
    if (!begun_)
        begin();
    if (!x_.wants_body())
        text_.clear();
    if (!text_.empty()) {
        auto& out = x_.out();
        if (chunked_) {
            std::array<char, 16> size;
            auto const end = std::to_chars(size.data(), size.data() + size.size(), text_.size(), 16).ptr;
            out.append(size.data(), end).append("\r\n");
        }
        out += text_;
        if (chunked_)
            out += "\r\n";
        x_.sent += text_.size();
        text_.clear();
    }
    auto const failed = co_await x_.flush();
    co_return !failed;
}

task<bool> long_reply::pause()
{
    if (text_.size() >= piece) {
        bool const sent = co_await send();
        if (!sent)
            co_return false;
    }
    auto const failed = co_await x_.client.take_turn();
    co_return !failed;
}

task<bool> long_reply::finish()
{
    if (!begun_) {
        reply(x_, http::status::ok, type_, text_);
        co_return true;
    }
    bool const sent = co_await send();
    if (sent && chunked_ && x_.wants_body())
        x_.out() += "0\r\n\r\n";
    co_return sent;
}

} // namespace polyport::admin
