// SPDX-License-Identifier: BSL-1.0
#include "services/http/quality.hpp"

#include "services/http/characters.hpp"
#include "services/http/list.hpp"

namespace polyport::http {
namespace {

/// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ); -1 if it is none.
int parse_quality(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') ||
        (text.size() > 1 && text[1] != '.'))
        return -1;
    int value = (text[0] - '0') * 1000;
    int scale = 100;
    for (std::size_t i = 2; i < text.size(); ++i, scale /= 10) {
        if (!is_a(text[i], digit_char))
            return -1;
        value += (text[i] - '0') * scale;
    }
    return value <= 1000 ? value : -1;
}

} // namespace

bool next_preference(std::string_view& rest, preference& out) noexcept
{
    std::string_view element;
    while (next_element(rest, element)) {
        out = {};
        std::string_view parameters = element;
        next_element(parameters, out.name, ';');
        bool good = !element.starts_with(';');
        std::string_view parameter;
        while (next_element(parameters, parameter, ';'))
            if (parameter.size() >= 2 && to_lower(parameter[0]) == 'q' && parameter[1] == '=') {
                out.quality = parse_quality(parameter.substr(2));
                good = good && out.quality >= 0;
            }
        if (good)
            return true;
    }
    return false;
}

} // namespace polyport::http
