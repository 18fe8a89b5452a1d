// SPDX-License-Identifier: BSL-1.0
#include "common/connection_json.hpp"
#include "common/json_writer.hpp"
#include "common/metrics_text.hpp"
#include "common/service.hpp"
#include "common/version.hpp"
#include "services/admin/call.hpp"
#include "services/admin/long_reply.hpp"
#include "services/admin/reply.hpp"
#include "services/http/accept.hpp"

#include <string>
#include <variant>

#include <unistd.h>

namespace polyport::admin {
namespace {

constexpr std::string_view openmetrics_type = "application/openmetrics-text";

void append_services(json_writer& json, daemon_control const& control)
{
    json.key("services").begin_array();
    for (auto const& one : control.services()) {
        if (!one.started)
            continue;
        auto const& s = one.stats;
        json.begin_object().member("name", one.name());
        if (std::holds_alternative<datagram_handler>(one.definition.implementation)) {
            json.member("messages_received", s.messages_received)
                .member("messages_sent", s.messages_sent)
                .member("lost_answers", s.lost_answers);
        } else {
            json.member("open", s.opened - s.closed).member("opened", s.opened);
        }
        json.member("received", s.received).member("sent", s.sent);
        if (one.definition.control)
            json.member("control", true);
        json.end_object();
    }
    json.end_array();
}

void append_endpoints(json_writer& json, daemon_control const& control)
{
    json.key("endpoints").begin_array();
    for (auto const& one : control.endpoints())
        json.begin_object()
            .member("service", one.service)
            .member("transport", one.transport)
            .member("address", one.address.raw())
            .end_object();
    json.end_array();
}

void append_histogram(json_writer& json, histogram const& all)
{
    json.member("count", all.count())
        .member("sum", static_cast<double>(all.sum()) / all.shape().divisor)
        .member("p50", all.quantile(0.5))
        .member("p90", all.quantile(0.9))
        .member("p99", all.quantile(0.99));
    // For differences between two looks: what came in between.
    json.key("buckets").begin_array();
    for (auto const count : all.counts())
        json.value(count);
    json.end_array().key("bounds").begin_array();
    for (auto const bound : all.shape().bounds)
        json.value(static_cast<double>(bound) / all.shape().divisor);
    json.end_array();
}

void append_value(json_writer& json, metrics_registry::series const& one)
{
    if (auto const* const all = std::get_if<histogram>(&one.value))
        append_histogram(json, *all);
    else if (auto const* const counted = std::get_if<counter>(&one.value))
        json.member("value", counted->value());
    else if (auto const* const level = std::get_if<gauge>(&one.value))
        json.member("value", level->value());
    else
        json.member("value", std::get<metrics_registry::read_value>(one.value)());
}

void append_metrics(json_writer& json, metrics_registry const& from)
{
    json.key("metrics").begin_array();
    for (auto const& family : from.families()) {
        for (auto const& one : family.all) {
            // Most classes of status never occur: what is empty is left out.
            if (auto const* const all = std::get_if<histogram>(&one.value); all && all->count() == 0)
                continue;
            json.begin_object().member("name", family.name).key("labels").begin_object();
            for (auto const& [label, value] : one.labels)
                json.member(label, value);
            json.end_object();
            append_value(json, one);
            json.end_object();
        }
    }
    json.end_array();
}

} // namespace

void append_stats(std::string& out, runtime& owner)
{
    auto& table = owner.connections();
    json_writer json(out);
    json.begin_object()
        .member("version", version)
        .member("pid", ::getpid())
        .member("uptime", seconds(coarse_now() - owner.started()))
        .member("draining", table.draining())
        .member("log_level", to_string(owner.log().level()));
    json.key("connections")
        .begin_object()
        .member("open", table.size() - table.control())
        .member("limit", table.limit())
        .member("accepted", table.accepted())
        .member("control", table.control())
        .end_object();
    json.key("events")
        .begin_object()
        .member("subscribers", owner.events().subscribers())
        .member("published", owner.events().published())
        .member("subscribers_dropped", owner.events().dropped())
        .end_object();
    append_services(json, *owner.control());
    append_endpoints(json, *owner.control());
    append_metrics(json, owner.metrics());
    json.end_object();
}

task<bool> show_stats(call& c)
{
    std::string text;
    append_stats(text, c.owner);
    text += '\n';
    reply(c.x, http::status::ok, json_type, text);
    co_return true;
}

// Prometheus asks for OpenMetrics with a higher weight; who says nothing gets the older format.
task<bool> show_metrics(call& c)
{
    std::string scratch;
    auto const accepted = c.x.head.combined(http::known_field::accept, scratch);
    bool const open = !accepted.empty() && http::media_quality(accepted, openmetrics_type) >
                                               http::media_quality(accepted, "text/plain");
    auto const format = open ? metrics_format::openmetrics : metrics_format::prometheus;
    long_reply out(c.x, media_type(format));
    metrics_text text(c.owner.metrics(), format);
    while (text.append_some(out.text(), long_reply::piece)) {
        bool const alive = co_await out.pause();
        if (!alive)
            co_return false;
    }
    co_return co_await out.finish();
}

} // namespace polyport::admin
