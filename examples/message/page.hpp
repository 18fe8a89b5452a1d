// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

/// The beginning of a request such as a browser sends, whose head has not ended.
inline bool begins_http_request(std::string_view message)
{
    bool const method = message.starts_with("GET /") || message.starts_with("HEAD /") ||
                        message.starts_with("POST /") || message.starts_with("OPTIONS /");
    return method && message.find("\r\n\r\n") == message.npos;
}

/// The head of a request of HTTP/1, such as a browser sends.
inline bool is_http_request(std::string_view message)
{
    auto const line = message.substr(0, message.find("\r\n"));
    return line.size() < message.size() && (line.ends_with(" HTTP/1.1") || line.ends_with(" HTTP/1.0"));
}

/// A response whose page shows the text. What a browser sent is shown, and never run: markup is escaped.
inline std::string page_with(std::string_view text)
{
    std::string page = "<!DOCTYPE html><meta charset=\"utf-8\"><title>server recv success</title>"
                       "<h1>server recv success</h1><p>Your browser has sent:</p><pre>";
    for (char const c : text) {
        switch (c) {
        case '<':
            page += "&lt;";
            break;
        case '&':
            page += "&amp;";
            break;
        default:
            page += c;
        }
    }
    page += "</pre>\n";
    return "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
           "X-Content-Type-Options: nosniff\r\nContent-Length: " +
           std::to_string(page.size()) + "\r\n\r\n" + page;
}
