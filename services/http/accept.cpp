// SPDX-License-Identifier: BSL-1.0
#include "services/http/accept.hpp"

#include "services/http/characters.hpp"
#include "services/http/quality.hpp"

namespace polyport::http {
namespace {

/// 0 does not fit, 1 is */*, 2 is type/*, 3 the type itself.
int specificity(std::string_view range, std::string_view type) noexcept
{
    if (equals_ignoring_case(range, type))
        return 3;
    if (range == "*/*")
        return 1;
    return range.ends_with("/*") &&
                   equals_ignoring_case(range.substr(0, range.size() - 1), type.substr(0, type.find('/') + 1))
               ? 2
               : 0;
}

} // namespace

int media_quality(std::string_view accept, std::string_view type) noexcept
{
    if (trim_ows(accept).empty())
        return 1000;
    int best = 0;
    int quality = 0;
    preference wanted;
    while (next_preference(accept, wanted)) {
        int const fit = specificity(wanted.name, type);
        if (fit > best) {
            best = fit;
            quality = wanted.quality;
        }
    }
    return quality;
}

bool prefers_json(std::string_view accept) noexcept
{
    return media_quality(accept, "application/json") > media_quality(accept, "text/html");
}

} // namespace polyport::http
