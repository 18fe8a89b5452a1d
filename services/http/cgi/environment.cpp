// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/environment.hpp"

#include "services/http/cgi/field_variables.hpp"
#include "services/http/characters.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace polyport::cgi {
namespace {

// All but HTTP_*.
constexpr std::array<std::string_view, 26> meta_variables{
    "AUTH_TYPE",       "CONTENT_LENGTH", "CONTENT_TYPE", "DOCUMENT_ROOT",   "GATEWAY_INTERFACE",
    "HTTPS",           "PATH",           "PATH_INFO",    "PATH_TRANSLATED", "QUERY_STRING",
    "REDIRECT_STATUS", "REMOTE_ADDR",    "REMOTE_HOST",  "REMOTE_IDENT",    "REMOTE_PORT",
    "REMOTE_USER",     "REQUEST_METHOD", "REQUEST_URI",  "SCRIPT_FILENAME", "SCRIPT_NAME",
    "SERVER_ADDR",     "SERVER_NAME",    "SERVER_PORT",  "SERVER_PROTOCOL", "SERVER_SOFTWARE",
    "REQUEST_SCHEME",
};

class decimal {
public:
    explicit decimal(std::uint64_t value) noexcept
    {
        end_ = std::to_chars(text_.data(), text_.data() + text_.size(), value).ptr;
    }
    std::string_view view() const noexcept
    {
        return {text_.data(), static_cast<std::size_t>(end_ - text_.data())};
    }

private:
    std::array<char, 20> text_;
    char* end_;
};

// Room for names, '=', NUL and numbers of the variables that are not of a field.
constexpr std::size_t fixed_names_bytes = 640;

} // namespace

/// Fills one block: the pointers at its front, the texts behind. Sizes are bounds, known beforehand.
class environment_builder {
public:
    environment_builder(std::size_t most_variables, std::size_t most_bytes)
    {
        auto const pointers = (most_variables + 1) * sizeof(char*);
        made_.block_ = std::make_unique_for_overwrite<char[]>(pointers + most_bytes);
        next_ = made_.block_.get() + pointers;
    }

    void add(std::string_view name, std::string_view value) noexcept
    {
        begin();
        text(name);
        *next_++ = '=';
        text(value);
        end();
    }

    void begin() noexcept
    {
        std::memcpy(made_.block_.get() + made_.count_++ * sizeof(char*), static_cast<void const*>(&next_),
                    sizeof next_);
    }
    void text(std::string_view bytes) noexcept
    {
        // copy_n and not memcpy: an empty view may hold a null pointer.
        next_ = std::copy_n(bytes.data(), bytes.size(), next_);
    }
    void variable_name(std::string_view field_name) noexcept
    {
        next_ = std::transform(field_name.begin(), field_name.end(), next_, variable_char);
    }
    void end() noexcept { *next_++ = '\0'; }

    environment finish() && noexcept
    {
        char* const last = nullptr;
        std::memcpy(made_.block_.get() + made_.count_ * sizeof(char*), static_cast<void const*>(&last),
                    sizeof last);
        return std::move(made_);
    }

private:
    environment made_;
    char* next_;
};

namespace {

void add_request(environment_builder& to, request_facts const& request)
{
    to.add("GATEWAY_INTERFACE", "CGI/1.1");
    to.add("SERVER_SOFTWARE", request.server_software);
    to.add("SERVER_PROTOCOL", request.protocol);
    to.add("SERVER_NAME", request.server_name);
    to.add("SERVER_PORT", decimal(request.server_port == 0 ? 80 : request.server_port).view());
    if (!request.server_addr.empty())
        to.add("SERVER_ADDR", request.server_addr);
    if (request.https)
        to.add("HTTPS", "on");
    to.add("REQUEST_METHOD", request.method);
    to.add("REQUEST_URI", request.target);
    to.add("QUERY_STRING", request.query);
    to.add("DOCUMENT_ROOT", request.document_root);
    to.add("SCRIPT_NAME", request.script_name);
    to.add("SCRIPT_FILENAME", request.script_filename);
    if (!request.path_info.empty()) {
        to.add("PATH_INFO", request.path_info);
        to.add("PATH_TRANSLATED", request.path_translated);
    }
    // php-cgi refuses to run without it: any value tells that a server has chosen the script.
    to.add("REDIRECT_STATUS", "200");
    to.add("REMOTE_ADDR", request.remote_addr);
    to.add("REMOTE_HOST", request.remote_host.empty() ? request.remote_addr : request.remote_host);
    if (request.remote_port != 0)
        to.add("REMOTE_PORT", decimal(request.remote_port).view());
    if (!request.auth_type.empty())
        to.add("AUTH_TYPE", request.auth_type);
    if (!request.remote_user.empty())
        to.add("REMOTE_USER", request.remote_user);
    if (request.content_length)
        to.add("CONTENT_LENGTH", decimal(*request.content_length).view());
    for (auto const& field : request.fields) {
        if (http::equals_ignoring_case(field.name, "content-type")) {
            to.add("CONTENT_TYPE", field.value);
            break;
        }
    }
}

void add_field(environment_builder& to, std::span<field_view const> fields, std::size_t index)
{
    auto const& first = fields[index];
    auto const separator = http::equals_ignoring_case(first.name, "cookie") ? "; " : ", ";
    to.begin();
    to.text("HTTP_");
    to.variable_name(first.name);
    to.text("=");
    to.text(first.value);
    for (auto const& later : fields.subspan(index + 1)) {
        if (http::equals_ignoring_case(later.name, first.name)) {
            to.text(separator);
            to.text(later.value);
        }
    }
    to.end();
}

std::size_t text_bytes(request_facts const& request, std::span<std::string const> inherited) noexcept
{
    std::size_t bytes = fixed_names_bytes;
    for (auto const text :
         {request.method, request.target, request.query, request.protocol, request.script_name,
          request.path_info, request.path_translated, request.script_filename, request.document_root,
          request.server_name, request.server_addr, request.server_software, request.remote_addr,
          request.remote_addr, request.remote_host, request.auth_type, request.remote_user})
        bytes += text.size();
    // "HTTP_", '=', NUL; or a separator. Content-Type may be counted for nothing.
    for (auto const& field : request.fields)
        bytes += field.name.size() + field.value.size() + 8;
    for (auto const& variable : inherited)
        bytes += variable.size() + 1;
    return bytes;
}

} // namespace

std::optional<std::string_view> environment::find(std::string_view name) const noexcept
{
    for (std::size_t i = 0; i < count_; ++i) {
        std::string_view const variable = (*this)[i];
        if (variable.size() > name.size() && variable.starts_with(name) && variable[name.size()] == '=')
            return variable.substr(name.size() + 1);
    }
    return std::nullopt;
}

std::optional<environment> make_environment(request_facts const& request,
                                            std::span<std::string const> inherited)
{
    field_filter const filter(request.fields);
    auto const most_variables = meta_variables.size() + request.fields.size() + inherited.size();
    environment_builder builder(most_variables, text_bytes(request, inherited));
    add_request(builder, request);
    for (std::size_t i = 0; i < request.fields.size(); ++i) {
        switch (filter.judge(i)) {
        case field_filter::verdict::drop:
        case field_filter::verdict::joined:
            break;
        case field_filter::verdict::pass:
            add_field(builder, request.fields, i);
            break;
        case field_filter::verdict::clash:
            return std::nullopt;
        }
    }
    for (auto const& variable : inherited) {
        builder.begin();
        builder.text(variable);
        builder.end();
    }
    return std::move(builder).finish();
}

bool is_meta_variable(std::string_view name) noexcept
{
    return name.starts_with("HTTP_") || std::ranges::count(meta_variables, name) > 0;
}

std::vector<std::string> inherited_variables(std::span<std::string const> names)
{
    std::vector<std::string> variables;
    char const* const path = std::getenv("PATH");
    variables.push_back(std::string("PATH=") + (path ? path : "/usr/local/bin:/usr/bin:/bin"));
    for (auto const& name : names) {
        char const* const value = std::getenv(name.c_str());
        if (value && !is_meta_variable(name))
            variables.push_back(name + "=" + value);
    }
    return variables;
}

} // namespace polyport::cgi
