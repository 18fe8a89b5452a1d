// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/cgi_site.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace polyport::integration {
namespace {

std::vector<std::string> arguments(std::initializer_list<std::string> more)
{
    std::vector<std::string> all{"--http", "0", "--http-root", POLYPORT_CGI_ROOT, "--http-cgi", "/cgi-bin/"};
    all.insert(all.end(), more);
    return all;
}

} // namespace

cgi_site::cgi_site(std::initializer_list<std::string> more_arguments) : server(arguments(more_arguments)) {}

unique_fd cgi_site::ask(std::string_view program, std::string_view more_fields, std::string const& from) const
{
    unique_fd client = connect_tcp(port(), "127.0.0.1", from);
    send_all(client, get_request("/cgi-bin/" + std::string(program), more_fields));
    return client;
}

pid_t cgi_site::noted(std::string_view name) const
{
    auto const path = directory / name;
    bool const there =
        eventually([&] { return std::filesystem::exists(path) && read_file(path).ends_with('\n'); });
    if (!there)
        throw std::runtime_error("the program has not written its number; log:\n" + server.log().text());
    return std::stoi(read_file(path));
}

log_line cgi_site::ended(std::string_view program, std::size_t n) const
{
    std::size_t seen = 0;
    auto const found = server.log().wait_for([&](log_line const& line) {
        return line.event() == "cgi-ended" && line.field("program").ends_with(program) && ++seen >= n;
    });
    if (!found)
        throw std::runtime_error("no record says that " + std::string(program) + " has ended; log:\n" +
                                 server.log().text());
    return *found;
}

bool cgi_site::has_no_children() const
{
    // A program is the child of the thread that has started it. Threads come and go.
    std::filesystem::path const threads = "/proc/" + std::to_string(server.pid()) + "/task";
    return eventually([&] {
        for (auto const& thread : std::filesystem::directory_iterator(threads)) {
            std::string children;
            if (std::getline(std::ifstream(thread.path() / "children"), children) && !children.empty())
                return false;
        }
        return true;
    });
}

bool has_ended(pid_t pid)
{
    std::filesystem::path const stat = "/proc/" + std::to_string(pid) + "/stat";
    return eventually([&] {
        std::string const text = std::filesystem::exists(stat) ? read_file(stat) : std::string();
        return text.empty() || text.find(") Z ") != text.npos || text.find(") X ") != text.npos;
    });
}

bool is_stopped_by(log_line const& ended, std::string_view signal)
{
    return ended.field("status").find(signal) != std::string::npos;
}

std::string cgi_post(std::string_view program, std::string_view fields, std::string_view body)
{
    return "POST /cgi-bin/" + std::string(program) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
           "\r\n" + std::string(body);
}

std::string length_field(std::size_t size)
{
    return "Content-Length: " + std::to_string(size) + "\r\n";
}

std::string chunks_of(std::string_view body)
{
    std::string text;
    char size[32];
    for (std::size_t next = 1; !body.empty(); next = next * 3 + 1) {
        auto const part = body.substr(0, std::min<std::size_t>(next, 40'000));
        std::snprintf(size, sizeof size, "%zx;a=b\r\n", part.size());
        text.append(size).append(part).append("\r\n");
        body.remove_prefix(part.size());
    }
    return text + "0\r\nX-Trailer: t\r\n\r\n";
}

} // namespace polyport::integration
