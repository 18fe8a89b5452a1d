// SPDX-License-Identifier: BSL-1.0
#include "common/json_writer.hpp"
#include "common/version.hpp"
#include "services/admin/call.hpp"
#include "services/admin/page_text.hpp"
#include "services/admin/reply.hpp"
#include "services/http/accept.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <sys/random.h>

namespace polyport::admin {
namespace {

// For the Content-Security-Policy: what a page's script may be, and nothing that anybody puts into the page.
std::string make_nonce()
{
    static constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, 16> random{};
    if (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
        return {}; // cannot happen for so few; then the browser runs nothing
    std::string text;
    for (auto const byte : random) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

void put(std::string& page, std::string_view mark, std::string_view content)
{
    for (auto at = page.find(mark); at != std::string::npos; at = page.find(mark, at + content.size()))
        page.replace(at, mark.size(), content);
}

void answer_with_page(call& c)
{
    auto const nonce = make_nonce();
    std::string page(page_html);
    put(page, "{{nonce}}", nonce);
    put(page, "{{version}}", version);
    put(page, "{{style}}", page_css);
    put(page, "{{script}}", page_js);
    auto const policy = "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" + nonce +
                        "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                        "frame-ancestors 'none'";
    std::array const fields{http::extra_field{"Content-Security-Policy", policy},
                            http::extra_field{"Referrer-Policy", "no-referrer"},
                            http::extra_field{"X-Frame-Options", "DENY"},
                            http::extra_field{"Vary", "Accept"}};
    reply(c.x, http::status::ok, "text/html; charset=utf-8", page, fields);
}

void answer_with_index(call& c)
{
    std::string text;
    json_writer json(text);
    json.begin_object().member("name", "polyport").member("version", version).key("paths").begin_array();
    for (auto const* const path :
         {"/connections", "/connections/ID", "/flows", "/stats", "/metrics", "/events", "/config",
          "/log-level", "/drain", "/reopen-logs", "/healthz", "/readyz"})
        json.value(path);
    json.end_array().end_object();
    text += '\n';
    std::array const fields{http::extra_field{"Vary", "Accept"}};
    reply(c.x, http::status::ok, json_type, text, fields);
}

} // namespace

task<bool> show_page(call& c)
{
    std::string scratch;
    auto const accepted = c.x.head.combined(http::known_field::accept, scratch);
    // Named by its own name only: programs that take anything get JSON.
    if (http::media_quality(accepted, "text/html") > http::media_quality(accepted, json_type))
        answer_with_page(c);
    else
        answer_with_index(c);
    co_return true;
}

} // namespace polyport::admin
