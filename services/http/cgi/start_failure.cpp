// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/start_failure.hpp"

#include "common/unique_fd.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace polyport::cgi {
namespace {

// binfmt_script looks at as many bytes (BINPRM_BUF_SIZE).
constexpr std::size_t shebang_bytes = 256;

std::string quote(std::string_view text)
{
    return "'" + std::string(text) + "'";
}

std::string first_bytes_of(std::string const& path)
{
    unique_fd const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file)
        return {};
    std::array<char, shebang_bytes> bytes;
    ssize_t const count = ::read(file.get(), bytes.data(), bytes.size());
    return {bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

bool is_there(std::string const& path) noexcept
{
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0;
}

std::string why_not_found(std::string const& program)
{
    if (!is_there(program))
        return "no such file";
    std::string const head = first_bytes_of(program);
    std::string_view const interpreter = interpreter_in(head);
    if (interpreter.empty())
        return "the loader of the program does not exist (a program for another system?)";
    // "\r" at its end is the classic: a script that was written on Windows.
    if (interpreter.ends_with('\r'))
        return "its first line ends with a carriage return, so that the interpreter " +
               quote(interpreter.substr(0, interpreter.size() - 1)) +
               " is not found; save it with UNIX line ends";
    return "its interpreter " + quote(interpreter) + " does not exist";
}

std::string why_not_executable(std::string const& program)
{
    std::string const head = first_bytes_of(program);
    if (head.empty())
        return "the file is empty or cannot be read";
    if (head.starts_with("\x7f"
                         "ELF"))
        return "it is a program for another kind of machine";
    return "it has no '#!' line that names an interpreter; add one, as in #!/bin/sh";
}

std::string why_denied(std::string const& program)
{
    struct stat info{};
    if (::stat(program.c_str(), &info) != 0)
        return "permission denied on its directory";
    if (!S_ISREG(info.st_mode))
        return "it is not a regular file";
    std::string const head = first_bytes_of(program);
    std::string_view const interpreter = interpreter_in(head);
    if (!interpreter.empty() && ::access(std::string(interpreter).c_str(), X_OK) != 0)
        return "its interpreter " + quote(interpreter) + " may not be executed";
    return "permission denied; give it execute permission for the user that programs run as, on a file "
           "system that is not mounted noexec";
}

std::string why_not_executed(int code, std::string const& program)
{
    switch (code) {
    case ENOENT:
        return why_not_found(program);
    case ENOEXEC:
        return why_not_executable(program);
    case EACCES:
        return why_denied(program);
    case E2BIG:
        return "arguments and environment are too large";
    case ETXTBSY:
        return "it is being written to";
    case ELOOP:
        return "too many interpreters call each other";
    default:
        return {};
    }
}

} // namespace

http::status status_of(start_failure const& failure) noexcept
{
    switch (failure.error.value()) {
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case ETXTBSY:
        return http::status::service_unavailable;
    default:
        return http::status::internal_server_error;
    }
}

std::string describe(start_failure const& failure, std::string_view program, std::string_view directory)
{
    std::string const path(program);
    std::string text = quote(program) + " cannot be started: ";
    std::string const cause = failure.error.message();
    switch (failure.at) {
    case start_failure::step::pipes:
        return text + "no pipes for it: " + cause;
    case start_failure::step::fork:
        return text + "no process for it: " + cause;
    case start_failure::step::directory:
        return text + "its directory " + quote(directory) + ": " + cause;
    case start_failure::step::limits:
        return text + "its resource limits cannot be set: " + cause;
    case start_failure::step::identity:
        return text + "its user or group cannot be set: " + cause;
    case start_failure::step::input:
        return text + "its descriptors cannot be set: " + cause;
    case start_failure::step::execute:
        break;
    }
    std::string const why = why_not_executed(failure.error.value(), path);
    return text + (why.empty() ? cause : why);
}

std::string_view interpreter_in(std::string_view first_bytes) noexcept
{
    if (!first_bytes.starts_with("#!"))
        return {};
    first_bytes.remove_prefix(2);
    first_bytes = first_bytes.substr(0, first_bytes.find('\n'));
    auto const begin = first_bytes.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    first_bytes.remove_prefix(begin);
    return first_bytes.substr(0, first_bytes.find_first_of(std::string_view(" \t\0", 3)));
}

} // namespace polyport::cgi
