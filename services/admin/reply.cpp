// SPDX-License-Identifier: BSL-1.0
#include "services/admin/reply.hpp"

#include "common/json_writer.hpp"

#include <string>
#include <vector>

namespace polyport::admin {

void reply(http::exchange& x, http::status code, std::string_view type, std::string_view content,
           std::span<http::extra_field const> more)
{
    std::vector<http::extra_field> fields{not_kept};
    fields.insert(fields.end(), more.begin(), more.end());
    x.respond(code, type, content, fields);
}

void reply_error(http::exchange& x, http::status code, std::string_view sentence,
                 std::span<http::extra_field const> more)
{
    std::string text;
    json_writer json(text);
    json.begin_object().member("error", sentence).end_object();
    text += '\n';
    reply(x, code, json_type, text, more);
}

} // namespace polyport::admin
