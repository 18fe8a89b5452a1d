// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/http_client.hpp"

#include <algorithm>
#include <stdexcept>

namespace polyport::integration {
namespace {

[[noreturn]] void broken(std::string const& what)
{
    throw std::runtime_error("not HTTP: " + what);
}

std::string line(unique_fd const& connection)
{
    std::string text = receive_until(connection, "\r\n");
    text.resize(text.size() - 2);
    return text;
}

std::string lowered(std::string text)
{
    for (char& c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string trimmed(std::string const& text)
{
    auto const first = text.find_first_not_of(" \t");
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string chunked_body(unique_fd const& connection)
{
    std::string body;
    for (;;) {
        std::string const size_text = line(connection);
        std::size_t used = 0;
        std::size_t const size = std::stoul(size_text, &used, 16);
        if (used != size_text.size())
            broken("size of a chunk: " + size_text);
        if (size == 0)
            break;
        body += receive_exactly(connection, size);
        if (receive_exactly(connection, 2) != "\r\n")
            broken("end of a chunk");
    }
    while (!line(connection).empty())
        ;
    return body;
}

} // namespace

std::string http_reply::field(std::string_view name) const
{
    for (auto const& [key, value] : fields)
        if (key == name)
            return value;
    return {};
}

std::size_t http_reply::count(std::string_view name) const
{
    return static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(), [&](auto const& entry) { return entry.first == name; }));
}

http_reply receive_reply(unique_fd const& connection, body_expected body)
{
    http_reply reply;
    reply.status_line = line(connection);
    // RFC 9112, section 4: the space behind the code is there even without a reason.
    if (!reply.status_line.starts_with("HTTP/1.1 ") || reply.status_line.size() < 13 ||
        reply.status_line[12] != ' ')
        broken(reply.status_line);
    reply.status = std::stoi(reply.status_line.substr(9, 3));
    for (std::string text; !(text = line(connection)).empty();) {
        auto const colon = text.find(':');
        if (colon == text.npos || colon == 0 || text.find_first_of(" \t") < colon)
            broken(text);
        reply.fields.emplace_back(lowered(text.substr(0, colon)), trimmed(text.substr(colon + 1)));
    }
    for (char const* once : {"content-length", "transfer-encoding", "content-type", "date", "connection"})
        if (reply.count(once) > 1)
            broken(std::string("more than one ") + once);
    std::string const length = reply.field("content-length");
    reply.chunked = lowered(reply.field("transfer-encoding")) == "chunked";
    if (reply.chunked && !length.empty())
        broken("a length beside chunks");
    if (body == body_expected::no || reply.status == 204 || reply.status == 304 || reply.status < 200)
        return reply;
    if (reply.chunked) {
        reply.body = chunked_body(connection);
    } else if (!length.empty()) {
        reply.body = receive_exactly(connection, std::stoul(length));
    } else {
        reply.to_end = true;
        reply.body = receive_to_end(connection);
    }
    return reply;
}

std::string get_request(std::string_view target, std::string_view more_fields)
{
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more_fields) +
           "\r\n";
}

http_reply http_get(std::uint16_t port, std::string_view target, std::string_view more_fields)
{
    unique_fd const connection = connect_tcp(port);
    send_all(connection, get_request(target, more_fields));
    return receive_reply(connection);
}

} // namespace polyport::integration
