// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/exchange.hpp"

#include <array>
#include <span>
#include <string_view>

namespace polyport::admin {

inline constexpr std::string_view json_type = "application/json";

/// Fields of every response: what is shown now is wrong a moment later, and nothing of it is to be guessed.
inline constexpr std::array reply_fields{http::extra_field{"Cache-Control", "no-store"},
                                         http::extra_field{"X-Content-Type-Options", "nosniff"}};

void reply(http::exchange& x, http::status code, std::string_view type, std::string_view content,
           std::span<http::extra_field const> more = {});

/// {"error":SENTENCE}
void reply_error(http::exchange& x, http::status code, std::string_view sentence,
                 std::span<http::extra_field const> more = {});

} // namespace polyport::admin
