// SPDX-License-Identifier: BSL-1.0
#include "services/http/error_page.hpp"

#include "services/http/html.hpp"

namespace polyport::http {

std::string error_page_body(status code, std::string_view detail)
{
    if (code == status::not_found)
        return "<html><body>request file not found</body></html>";
    std::string page = "<html><body>";
    page += std::to_string(number(code));
    page += ' ';
    append_html(page, reason_phrase(code));
    if (!detail.empty()) {
        page += ": ";
        append_html(page, detail);
    }
    page += "</body></html>";
    return page;
}

} // namespace polyport::http
