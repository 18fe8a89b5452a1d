// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace polyport::http {

/// Within the page, so that a listing is one response. Colours follow the browser's light or dark scheme.
inline constexpr std::string_view listing_style =
    ":root{color-scheme:light dark;--line:#8884;--dim:#777;--link:#0a58ca}"
    "@media(prefers-color-scheme:dark){:root{--dim:#999;--link:#6ea8fe}}"
    "*{box-sizing:border-box}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}"
    "h1{font-size:1.25rem;overflow-wrap:anywhere}"
    "a{color:var(--link);text-decoration:none}a:hover,a:focus{text-decoration:underline}"
    "table{width:100%;border-collapse:collapse}"
    "th,td{padding:.4rem .6rem;text-align:left;border-bottom:1px solid var(--line)}"
    "td:first-child{overflow-wrap:anywhere}"
    "th:nth-child(2),td:nth-child(2){text-align:right}"
    "th:nth-child(n+2),td:nth-child(n+2){white-space:nowrap;width:1%}"
    "td:nth-child(n+2){color:var(--dim);font-variant-numeric:tabular-nums}"
    "tbody tr:hover{background:#8882}.d a{font-weight:600}"
    "@media(max-width:34rem){body{padding:.5rem}th,td{padding:.5rem .3rem}"
    "th:nth-child(3),td:nth-child(3){display:none}}";

} // namespace polyport::http
