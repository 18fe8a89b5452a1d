// SPDX-License-Identifier: BSL-1.0
#include "common/config_file.hpp"

#include "common/config_text.hpp"
#include "common/quoted.hpp"
#include "common/unique_fd.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

namespace polyport {
namespace {

problem cannot(std::string const& path, char const* what, int error)
{
    std::string const cause = error_code(error, boost::system::system_category()).message();
    return problem{"the configuration file " + quoted(path) + " cannot be " + what + ": " + cause +
                   "; name another with --config FILE"};
}

} // namespace

checked<std::string> read_config_file(std::string const& path)
{
    if (path.empty())
        return problem{"the name of the configuration file is empty: write --config FILE"};
    unique_fd const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file)
        return cannot(path, "opened", errno);
    struct stat status{};
    if (::fstat(file.get(), &status) != 0)
        return cannot(path, "read", errno);
    if (S_ISDIR(status.st_mode))
        return problem{"the configuration file " + quoted(path) +
                       " is a directory: name a file in it with --config FILE"};

    std::string text;
    std::array<char, 16'384> buffer;
    while (true) {
        ssize_t const got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return cannot(path, "read", errno);
        if (got == 0)
            break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > max_config_size)
            return problem{"the configuration file " + quoted(path) + " is larger than " +
                           std::to_string(max_config_size) + " bytes: name another with --config FILE"};
    }
    return {boost::system::in_place_value, std::move(text)};
}

} // namespace polyport
