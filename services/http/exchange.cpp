// SPDX-License-Identifier: BSL-1.0
#include "services/http/exchange.hpp"

#include "services/http/error_page.hpp"
#include "services/http/responder.hpp"

#include <array>

namespace polyport::http {

bool exchange::flush_now()
{
    if (!out_.empty())
        out_.erase(0, client.write_now(std::span<char const>(out_)).size);
    return out_.empty();
}

task<outcome> exchange::flush()
{
    note_first_byte();
    auto const done = co_await client.write(std::span<char const>(out_));
    out_.clear();
    co_return done;
}

task<outcome> exchange::write(std::span<char const> bytes)
{
    note_first_byte();
    std::array<iovec, 2> parts{iovec{out_.data(), out_.size()},
                               iovec{const_cast<char*>(bytes.data()), bytes.size()}};
    auto const done = co_await client.write(std::span<iovec>(parts));
    out_.clear();
    co_return done;
}

response_head exchange::begin_response(status with, std::string_view reason)
{
    code = with;
    if (!body.done() && !body_in_use_ && !body.skip_now())
        keep_alive = false;
    response_head response(out_);
    response.start(with, host.date(), reason);
    return response;
}

void exchange::respond(status with, std::string_view type, std::string_view content,
                       std::span<extra_field const> fields)
{
    auto response = begin_response(with);
    for (auto const& f : fields)
        response.field(f.name, f.value);
    if (allows_body(with)) {
        if (!type.empty()) {
            response.field("Content-Type", type);
            response.prepared(no_sniffing);
        }
        response.content_length(content.size());
    }
    response.connection(keep_alive, head.minor_version());
    response.finish();
    if (wants_body() && allows_body(with)) {
        out_.append(content);
        sent += content.size();
    }
}

void exchange::respond_error(status with, std::string_view detail, std::span<extra_field const> fields)
{
    if (auto const* const page = host.error_page(*this, with))
        return respond(with, page->type, page->content, fields);
    auto const page = error_page_body(with, detail);
    respond(with, error_page_type, page, fields);
}

} // namespace polyport::http
