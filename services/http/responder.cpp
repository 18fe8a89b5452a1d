// SPDX-License-Identifier: BSL-1.0
#include "services/http/responder.hpp"

#include "services/http/workspace.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <utility>

namespace polyport::http {
namespace {

constexpr std::size_t workspaces_kept = 64;

} // namespace

responder::responder() = default;
responder::~responder() = default;

void responder::begin(runtime& owner, request_limits const& requests, std::string_view service)
{
    owner_ = &owner;
    requests_ = &requests;
    limits_.head_bytes = static_cast<std::size_t>(requests.max_header_bytes);
    limits_.target_bytes = static_cast<std::size_t>(requests.max_target);
    limits_.fields = std::min<std::size_t>(requests.max_header_fields, request_head::max_fields);
    limits_.body_bytes = requests.max_body;
    metrics_.emplace(owner.metrics(), service);
}

void responder::finished(exchange const& x)
{
    metrics_->observe(x.code, x.time_to_first_byte(), x.ended - x.started);
    log_access(x);
}

std::int64_t responder::now()
{
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return time.tv_sec;
}

std::string_view responder::date()
{
    if (auto const second = now(); second != date_second_) {
        date_second_ = second;
        date_.emplace(date_second_);
    }
    return date_->view();
}

std::unique_ptr<workspace> responder::borrow_workspace()
{
    if (idle_workspaces_.empty())
        return std::make_unique_for_overwrite<workspace>();
    auto lent = std::move(idle_workspaces_.back());
    idle_workspaces_.pop_back();
    return lent;
}

void responder::give_back(std::unique_ptr<workspace> used)
{
    if (idle_workspaces_.size() >= workspaces_kept)
        return;
    used->clear();
    idle_workspaces_.push_back(std::move(used));
}

} // namespace polyport::http
