// SPDX-License-Identifier: BSL-1.0
#include "common/connection_json.hpp"
#include "common/connection_table.hpp"
#include "common/json_writer.hpp"
#include "common/option_values.hpp"
#include "common/quoted.hpp"
#include "services/admin/call.hpp"
#include "services/admin/connection_filter.hpp"
#include "services/admin/connection_order.hpp"
#include "services/admin/long_reply.hpp"
#include "services/admin/reply.hpp"

#include <algorithm>
#include <utility>

#include <sys/socket.h>

namespace polyport::admin {
namespace {

// Rows between two turns of the loop: a third of a millisecond, most of it system calls.
constexpr unsigned rows_a_turn = 64;
// Connections that are only looked at and passed over: a tenth of a microsecond each.
constexpr unsigned looks_a_turn = 2048;

struct list_request {
    connection_filter filter;
    connection_order order;
    std::uint32_t limit = usual_limit;
    std::uint64_t after = 0;
    kernel_view tcp = kernel_view::ask;

    /// In looks: see looks_a_turn.
    unsigned filter_cost() const noexcept { return filter.looks_through_texts() ? 10 : 1; }
};

checked<list_request> parse_list(std::vector<parameter> const& parameters)
{
    list_request made;
    for (auto const& one : parameters) {
        auto const filter = take_filter(made.filter, one);
        if (!filter)
            return filter.error();
        if (*filter)
            continue;
        if (one.name == "sort") {
            auto const order = parse_order(one.value);
            if (!order)
                return problem{"sort: " + order.error().text};
            made.order = *order;
        } else if (one.name == "limit") {
            auto const limit = parse_number<std::uint32_t>(one.value, 1, max_limit);
            if (!limit)
                return problem{"limit: " + limit.error().text};
            made.limit = *limit;
        } else if (one.name == "after") {
            auto const after = parse_number<std::uint64_t>(one.value);
            if (!after)
                return problem{"after: " + after.error().text};
            made.after = *after;
        } else if (one.name == "tcp") {
            auto const flag = parse_switch(one.value);
            if (!flag)
                return problem{"tcp: " + flag.error().text};
            made.tcp = kernel_view{*flag};
        } else {
            return problem{"there is no parameter " + quoted(one.name)};
        }
    }
    return made;
}

void append_row(json_writer& json, std::string& text, connection const& c, kernel_view tcp)
{
    text += '\n'; // a line each: easy to look through, and to cut
    json.begin_object();
    append_connection(json, c, coarse_now(), tcp);
    json.end_object();
}

struct walk_result {
    bool alive = true; ///< the asking connection, that is
    std::uint64_t matched = 0;
};

// In the order of the table: nothing is kept, and who leaves meanwhile is not missed.
task<walk_result> write_as_they_came(call& c, list_request const& what, long_reply& out, json_writer& json)
{
    walk_result done;
    auto& table = c.owner.connections();
    unsigned looks = 0;
    auto last = what.after;
    for (auto* one = table.after(last); one; one = table.after(last)) {
        last = one->id;
        bool const fits = what.filter.matches(*one, coarse_now());
        if (fits && ++done.matched <= what.limit)
            append_row(json, out.text(), *one, what.tcp);
        looks += fits && done.matched <= what.limit ? looks_a_turn / rows_a_turn : what.filter_cost();
        if (looks < looks_a_turn)
            continue;
        looks = 0;
        done.alive = co_await out.pause();
        if (!done.alive)
            break;
    }
    co_return done;
}

// Sixteen bytes for each that fits, then the rows in their order, as far as they are still there.
task<walk_result> write_sorted(call& c, list_request const& what, long_reply& out, json_writer& json)
{
    walk_result done;
    auto& table = c.owner.connections();
    std::vector<ordered_connection> found;
    unsigned looks = 0;
    auto last = what.after;
    for (auto* one = table.after(last); one; one = table.after(last)) {
        last = one->id;
        if (what.filter.matches(*one, coarse_now()))
            found.push_back({what.order.key_of(*one, coarse_now()), one->id});
        looks += what.order.asks_kernel() ? looks_a_turn / rows_a_turn : what.filter_cost();
        if (looks < looks_a_turn)
            continue;
        looks = 0;
        done.alive = co_await out.pause();
        if (!done.alive)
            co_return done;
    }
    done.matched = found.size();
    what.order.sort(found, what.limit);
    unsigned rows = 0;
    for (auto const& entry : found) {
        if (auto const* const one = table.find(entry.id))
            append_row(json, out.text(), *one, what.tcp);
        if (++rows % rows_a_turn != 0)
            continue;
        done.alive = co_await out.pause();
        if (!done.alive)
            break;
    }
    co_return done;
}

// Whether it has changed anything.
bool end_one(connection& one, end_mode how)
{
    if (one.ended())
        return false;
    switch (how) {
    case end_mode::finish:
        one.finish(errc::killed);
        return true;
    case end_mode::reset: {
        linger const at_once{1, 0};
        ::setsockopt(one.socket.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        break;
    }
    case end_mode::close:
        break;
    }
    one.end(errc::killed);
    return true;
}

void reply_ended(call& c, std::uint64_t count)
{
    std::string text;
    json_writer json(text);
    json.begin_object().member("ended", count).end_object();
    text += '\n';
    reply(c.x, http::status::ok, json_type, text);
}

} // namespace

task<bool> list_connections(call& c)
{
    auto const what = parse_list(c.parameters);
    if (!what) {
        reply_error(c.x, http::status::bad_request, what.error().text);
        co_return true;
    }
    long_reply out(c.x, json_type);
    json_writer json(out.text());
    json.begin_object().member("total", c.owner.connections().size()).key("connections").begin_array();
    bool const in_order = what->order.is_by_coming();
    auto walk = in_order ? write_as_they_came(c, *what, out, json) : write_sorted(c, *what, out, json);
    auto const done = co_await std::move(walk);
    if (!done.alive)
        co_return false;
    json.end_array().member("matched", done.matched).end_object();
    out.text() += '\n';
    co_return co_await out.finish();
}

task<bool> show_connection(call& c)
{
    if (auto const* const one = c.owner.connections().find(c.id)) {
        std::string text;
        json_writer json(text);
        json.begin_object();
        append_connection(json, *one, coarse_now(), kernel_view::ask);
        json.end_object();
        text += '\n';
        reply(c.x, http::status::ok, json_type, text);
    } else {
        reply_error(c.x, http::status::not_found,
                    "connection " + std::to_string(c.id) + " is not there, or no more");
    }
    co_return true;
}

task<bool> end_connection(call& c)
{
    auto how = end_mode::close;
    for (auto const& one : c.parameters) {
        auto const taken = take_end_mode(how, one);
        if (!taken || !*taken) {
            reply_error(c.x, http::status::bad_request,
                        taken ? "there is no parameter " + quoted(one.name) : taken.error().text);
            co_return true;
        }
    }
    auto* const one = c.owner.connections().find(c.id);
    if (!one) {
        reply_error(c.x, http::status::not_found,
                    "connection " + std::to_string(c.id) + " is not there, or no more");
        co_return true;
    }
    bool const itself = one == &c.x.client.info();
    if (itself) // ends when this is answered
        c.x.keep_alive = false;
    reply_ended(c, itself || end_one(*one, how) ? 1 : 0);
    co_return true;
}

task<bool> end_connections(call& c)
{
    connection_filter filter;
    auto how = end_mode::close;
    std::string refused;
    for (auto const& one : c.parameters) {
        auto const filtered = take_filter(filter, one);
        auto const mode = filtered && !*filtered ? take_end_mode(how, one) : checked<bool>(true);
        if (!filtered)
            refused = filtered.error().text;
        else if (!mode)
            refused = mode.error().text;
        else if (!*mode)
            refused = "there is no parameter " + quoted(one.name);
    }
    if (refused.empty() && !filter.given)
        refused = "no filter is given: say which connections are meant, such as older=0s for all of them";
    if (!refused.empty()) {
        reply_error(c.x, http::status::bad_request, refused);
        co_return true;
    }
    auto& table = c.owner.connections();
    std::uint64_t ended = 0;
    unsigned looks = 0;
    std::uint64_t last = 0;
    auto const newest = table.accepted(); // who comes meanwhile is not meant
    for (auto* one = table.after(last); one && one->id <= newest; one = table.after(last)) {
        last = one->id;
        // Those who steer are meant only where it is said.
        bool const spared = one->service.definition.control && !filter.common.service && !filter.control;
        if (!spared && one != &c.x.client.info() && filter.matches(*one, coarse_now()))
            ended += end_one(*one, how);
        if (++looks % looks_a_turn != 0)
            continue;
        auto const failed = co_await c.x.client.take_turn();
        if (failed)
            co_return false;
    }
    reply_ended(c, ended);
    co_return true;
}

} // namespace polyport::admin
