// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/search_words.hpp"

#include "services/http/characters.hpp"

#include <optional>

namespace polyport::cgi {
namespace {

std::optional<std::string> decode(std::string_view encoded)
{
    std::string word;
    word.reserve(encoded.size());
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        char c = encoded[i];
        if (c == '%') {
            if (i + 2 >= encoded.size())
                return std::nullopt;
            int const high = http::hex_value(encoded[i + 1]);
            int const low = http::hex_value(encoded[i + 2]);
            if (high < 0 || low < 0 || high + low == 0)
                return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        word.push_back(c);
    }
    return word;
}

} // namespace

std::vector<std::string> search_words(std::string_view query)
{
    std::vector<std::string> words;
    if (query.empty() || query.find('=') != std::string_view::npos)
        return words;
    for (;;) {
        auto const plus = query.find('+');
        auto word = decode(query.substr(0, plus));
        if (!word || word->empty() || word->front() == '-')
            return {};
        words.push_back(std::move(*word));
        if (plus == std::string_view::npos)
            return words;
        query.remove_prefix(plus + 1);
    }
}

} // namespace polyport::cgi
