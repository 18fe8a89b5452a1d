// SPDX-License-Identifier: BSL-1.0
#include "services/http/auth/password_file.hpp"

#include "common/access/rule.hpp"
#include "common/quoted.hpp"
#include "common/unique_fd.hpp"
#include "services/http/auth/password_hash.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace polyport::http {
namespace {

/// Calls take(line, number) for each line that says something.
template <class Take>
void for_lines(std::string_view text, Take take)
{
    for (std::size_t number = 1; !text.empty(); ++number) {
        auto const end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        while (line.ends_with('\r') || line.ends_with(' ') || line.ends_with('\t'))
            line.remove_suffix(1);
        if (!line.empty() && !line.starts_with('#'))
            take(line, number);
    }
}

std::string at_line(std::size_t number)
{
    return "line " + std::to_string(number) + ": ";
}

problem cannot_read(std::string const& path, int code)
{
    return problem{quoted(path) +
                   " cannot be read: " + error_code(code, boost::system::system_category()).message() +
                   "; let the user of the daemon read it"};
}

} // namespace

password_table parse_passwords(std::string_view text)
{
    password_table made;
    for_lines(text, [&](std::string_view line, std::size_t number) {
        auto const colon = line.find(':');
        if (colon == 0 || colon == std::string_view::npos) {
            made.problems.push_back(at_line(number) + "is not USER:HASH");
            return;
        }
        std::string user(line.substr(0, colon));
        // Fields that some programs put behind the hash, such as a real name, are nobody's business.
        auto const rest = line.substr(colon + 1);
        std::string hash(rest.substr(0, rest.find(':')));
        if (auto const good = check_password_hash(hash); !good) {
            made.problems.push_back(at_line(number) + "user " + quoted(user) + ": " + good.error().text);
            return;
        }
        if (!made.hashes.emplace(user, std::move(hash)).second)
            made.problems.push_back(at_line(number) + "user " + quoted(user) +
                                    " is there already: the first counts");
    });
    return made;
}

group_table parse_groups(std::string_view text)
{
    group_table made;
    for_lines(text, [&](std::string_view line, std::size_t number) {
        auto const colon = line.find(':');
        if (colon == 0 || colon == std::string_view::npos) {
            made.problems.push_back(at_line(number) + "is not GROUP: USER USER");
            return;
        }
        auto& members = made.members[std::string(line.substr(0, colon))];
        for (auto const user : split_words(line.substr(colon + 1)))
            members.emplace(user);
    });
    return made;
}

std::optional<file_stamp> stamp_of(std::string const& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return file_stamp{std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                      status.st_size, status.st_ino, status.st_mode};
}

checked<std::string> read_small_file(std::string const& path)
{
    unique_fd const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat status{};
    if (!file || ::fstat(file.get(), &status) != 0)
        return cannot_read(path, errno);
    if (!S_ISREG(status.st_mode) || status.st_size > largest_password_file)
        return problem{quoted(path) + " is not a file of at most 4 MiB: name one"};
    std::string content(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t have = 0;
    while (have < content.size()) {
        ssize_t const count = ::read(file.get(), content.data() + have, content.size() - have);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return cannot_read(path, errno);
        if (count == 0)
            break;
        have += static_cast<std::size_t>(count);
    }
    content.resize(have);
    return {boost::system::in_place_value, std::move(content)};
}

} // namespace polyport::http
