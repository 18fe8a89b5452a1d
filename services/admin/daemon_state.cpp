// SPDX-License-Identifier: BSL-1.0
#include "common/json_writer.hpp"
#include "common/log_record.hpp"
#include "common/quoted.hpp"
#include "services/admin/call.hpp"
#include "services/admin/reply.hpp"

#include <boost/json/parse.hpp>

#include <optional>
#include <string>
#include <utility>

namespace polyport::admin {
namespace {

constexpr std::size_t max_body = 1024;

void reply_object(call& c, http::status code, std::string_view name, auto const& value)
{
    std::string text;
    json_writer json(text);
    json.begin_object().member(name, value).end_object();
    text += '\n';
    reply(c.x, code, json_type, text);
}

// The whole body, if it is one of a few words. Nothing after an answer that says why not.
task<std::optional<std::string>> read_body(call& c)
{
    std::string all;
    for (;;) {
        auto const piece = co_await c.x.body.read();
        if (piece.error && !c.x.body.failed())
            co_return std::nullopt;
        if (piece.error || all.size() + piece.data.size() > max_body) {
            c.x.keep_alive = false;
            reply_error(c.x, piece.error ? c.x.body.code() : http::status::content_too_large,
                        piece.error ? c.x.body.reason() : "one word is all that is expected");
            co_return std::nullopt;
        }
        if (piece.data.empty())
            break;
        all += piece.data;
    }
    co_return all;
}

// `debug`, "debug", or {"level":"debug"}.
std::string level_in(std::string_view body)
{
    namespace json = boost::json;
    boost::system::error_code error;
    auto const read = json::parse(json::string_view(body.data(), body.size()), error);
    json::value const* found = &read;
    if (!error && read.is_object()) {
        found = read.as_object().if_contains("level");
        if (!found)
            return {};
    }
    if (!error && found->is_string())
        return std::string(found->as_string());
    auto const first = body.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos
               ? std::string()
               : std::string(body.substr(first, body.find_last_not_of(" \t\r\n") - first + 1));
}

} // namespace

task<bool> show_health(call& c)
{
    reply_object(c, http::status::ok, "healthy", true);
    co_return true;
}

task<bool> show_readiness(call& c)
{
    bool const ready = !c.owner.connections().draining();
    reply_object(c, ready ? http::status::ok : http::status::service_unavailable, "ready", ready);
    co_return true;
}

task<bool> show_configuration(call& c)
{
    std::string text;
    json_writer json(text);
    json.begin_object().key("options").begin_array();
    for (auto const& one : c.control().configuration()) {
        text += '\n';
        json.begin_object().member("name", one.name).key("values").begin_array();
        for (auto const& value : one.values)
            json.value(value);
        json.end_array().member("origin", one.origin);
        if (one.secret)
            json.member("secret", true);
        json.end_object();
    }
    json.end_array().end_object();
    text += '\n';
    reply(c.x, http::status::ok, json_type, text);
    co_return true;
}

task<bool> show_log_level(call& c)
{
    reply_object(c, http::status::ok, "level", to_string(c.owner.log().level()));
    co_return true;
}

task<bool> set_log_level(call& c)
{
    auto const body = co_await read_body(c);
    if (!body)
        co_return c.x.responded();
    auto const word = level_in(*body);
    auto const level = parse_log_level(word);
    if (!level) {
        reply_error(c.x, http::status::bad_request,
                    "level: " + quoted(word) + " is not one of trace, debug, info, warning, error");
        co_return true;
    }
    c.owner.log().set_level(*level);
    reply_object(c, http::status::ok, "level", to_string(*level));
    co_return true;
}

// The answer goes out first, so that who asks learns that it was taken.
task<bool> begin_drain(call& c)
{
    c.x.keep_alive = false;
    reply_object(c, http::status::accepted, "draining", true);
    auto const failed = co_await c.x.flush();
    c.control().drain("asked for at the control interface");
    co_return !failed;
}

task<bool> reopen_logs(call& c)
{
    c.control().reopen_logs();
    reply_object(c, http::status::ok, "reopened", true);
    co_return true;
}

} // namespace polyport::admin
