// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/exchange.hpp"

#include <span>
#include <string_view>

namespace polyport::admin {

inline constexpr std::string_view json_type = "application/json";

/// Of every response: what is shown now is wrong a moment later.
inline constexpr http::extra_field not_kept{"Cache-Control", "no-store"};

void reply(http::exchange& x, http::status code, std::string_view type, std::string_view content,
           std::span<http::extra_field const> more = {});

/// {"error":SENTENCE}
void reply_error(http::exchange& x, http::status code, std::string_view sentence,
                 std::span<http::extra_field const> more = {});

} // namespace polyport::admin
