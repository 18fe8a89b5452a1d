// SPDX-License-Identifier: BSL-1.0
#include "services/http/accept_encoding.hpp"

#include "services/http/characters.hpp"
#include "services/http/quality.hpp"

#include <array>

namespace polyport::http {
namespace {

constexpr std::array<content_coding, 4> all_codings = {content_coding::identity, content_coding::gzip,
                                                       content_coding::zstd, content_coding::br};

std::optional<content_coding> find_coding(std::string_view name) noexcept
{
    for (content_coding const coding : all_codings)
        if (equals_ignoring_case(name, coding_name(coding)))
            return coding;
    if (equals_ignoring_case(name, "x-gzip")) // RFC 9110 section 8.4.1.3
        return content_coding::gzip;
    return std::nullopt;
}

} // namespace

std::string_view coding_name(content_coding coding) noexcept
{
    constexpr std::array<std::string_view, 4> names = {"identity", "gzip", "zstd", "br"};
    return names[static_cast<std::size_t>(coding)];
}

std::string_view coding_suffix(content_coding coding) noexcept
{
    constexpr std::array<std::string_view, 4> suffixes = {"", ".gz", ".zst", ".br"};
    return suffixes[static_cast<std::size_t>(coding)];
}

std::optional<content_coding> choose_coding(std::string_view accept_encoding, coding_set available) noexcept
{
    constexpr int not_named = -1;
    std::array<int, 4> quality;
    quality.fill(not_named);
    int others = not_named;
    preference wanted;
    while (next_preference(accept_encoding, wanted)) {
        if (wanted.name == "*")
            others = wanted.quality;
        else if (auto const coding = find_coding(wanted.name))
            quality[static_cast<std::size_t>(*coding)] = wanted.quality;
    }
    std::optional<content_coding> best;
    int best_quality = 0;
    for (content_coding const coding : all_codings) {
        int q = quality[static_cast<std::size_t>(coding)];
        if (q == not_named)
            q = others;
        if (available.has(coding) && q > 0 && q >= best_quality) {
            best = coding;
            best_quality = q;
        }
    }
    bool const identity_by_default =
        quality[static_cast<std::size_t>(content_coding::identity)] == not_named && others == not_named;
    if (!best && identity_by_default && available.has(content_coding::identity))
        best = content_coding::identity;
    return best;
}

} // namespace polyport::http
