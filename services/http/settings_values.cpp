// SPDX-License-Identifier: BSL-1.0
#include "common/option_values.hpp"
#include "common/quoted.hpp"
#include "common/unique_fd.hpp"
#include "services/http/cgi/environment.hpp"
#include "services/http/settings.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace polyport::http {
namespace {

bool is_alphanumeric(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) noexcept
{
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
    });
}

bool is_field_text(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
}

/// `type/subtype`, and parameters after a semicolon (RFC 9110, section 8.3.1); those only as far as they can
/// do no harm in a field.
bool is_media_type(std::string_view text) noexcept
{
    auto const semicolon = text.find(';');
    std::string_view type = text.substr(0, semicolon);
    while (type.ends_with(' '))
        type.remove_suffix(1);
    auto const slash = type.find('/');
    return slash != std::string_view::npos && is_token(type.substr(0, slash)) &&
           is_token(type.substr(slash + 1)) && is_field_text(text);
}

} // namespace

checked<mime_override> parse_mime_override(std::string_view text)
{
    auto const equals = text.find('=');
    std::string_view const extension = text.substr(0, equals);
    if (equals == std::string_view::npos || extension.size() < 2 || extension.front() != '.' ||
        !std::all_of(extension.begin() + 1, extension.end(),
                     [](char c) { return c > ' ' && c < 0x7F && c != '/' && c != '.'; }))
        return problem{quoted(text) + " is not a content type for an extension: write .EXT=TYPE, such as "
                                      ".md=text/markdown"};
    std::string_view const type = text.substr(equals + 1);
    if (!is_media_type(type))
        return problem{quoted(type) + " is not a media type: write one such as text/markdown or "
                                      "'text/plain; charset=utf-8'"};
    mime_override made;
    made.extension = extension;
    for (char& c : made.extension)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + ('a' - 'A'));
    made.type = type;
    return made;
}

checked<error_page> parse_error_page(std::string_view text)
{
    auto const equals = text.find('=');
    auto const status = parse_number<std::uint16_t>(text.substr(0, equals), 400, 599);
    if (equals == std::string_view::npos || !status)
        return problem{quoted(text) +
                       " is not an error page: write CODE=FILE with a code from 400 to 599, such as "
                       "404=/srv/errors/404.html"};
    error_page made;
    made.status = *status;
    made.file = text.substr(equals + 1);
    unique_fd const file(::open(made.file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat what{};
    if (file && (::fstat(file.get(), &what) != 0 || !S_ISREG(what.st_mode)))
        return problem{quoted(text) + ": the file is not a regular file: name one"};
    if (!file)
        return problem{quoted(text) + ": the file cannot be opened: " +
                       error_code(errno, boost::system::system_category()).message() +
                       "; create it or name another"};
    return made;
}

checked<std::string> parse_index_name(std::string_view text)
{
    bool const good = !text.empty() && text != "." && text != ".." && text.size() <= 255 &&
                      std::all_of(text.begin(), text.end(), [](char c) {
                          return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '/';
                      });
    if (!good)
        return problem{quoted(text) +
                       " is not the name of a file in a directory: write one such as index.html"};
    return {boost::system::in_place_value, text};
}

checked<std::string> parse_variable_name(std::string_view text)
{
    bool const good =
        !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
        std::all_of(text.begin(), text.end(), [](char c) { return is_alphanumeric(c) || c == '_'; });
    if (!good)
        return problem{quoted(text) +
                       " is not the name of an environment variable: write letters, digits and _"};
    return {boost::system::in_place_value, text};
}

checked<std::string> parse_passed_variable(std::string_view text)
{
    auto name = parse_variable_name(text);
    if (name && cgi::is_meta_variable(*name) && *name != "PATH") // which is passed on anyway
        return problem{quoted(text) + " is a variable that programs have from the request, never from the "
                                      "daemon's environment: leave it out, or give it another name"};
    return name;
}

checked<std::string> parse_directory(std::string_view text)
{
    std::string made(text);
    if (made.empty())
        return problem{"the name of the directory is empty: write one such as /srv/www"};
    if (made.find('\0') != std::string::npos)
        return problem{quoted(text) + " is not the name of a directory"};
    unique_fd const directory(::open(made.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    int const error = errno;
    if (directory && ::faccessat(directory.get(), ".", X_OK, AT_EACCESS) == 0)
        return {boost::system::in_place_value, std::move(made)};
    switch (directory ? EACCES : error) {
    case ENOENT:
        return problem{quoted(text) + " cannot be opened: no such directory; create it or name another"};
    case ENOTDIR:
        return problem{quoted(text) + " is not a directory: name one"};
    case EACCES:
        return problem{quoted(text) + " cannot be opened: permission denied; give this user read and search "
                                      "permission, or name another"};
    default:
        return problem{quoted(text) + " cannot be opened: " +
                       error_code(error, boost::system::system_category()).message() + "; name another"};
    }
}

} // namespace polyport::http
