// SPDX-License-Identifier: BSL-1.0
#include "client/failure.hpp"

#include "client/wait.hpp"

#include <system_error>

#include <unistd.h>

namespace polyport::client {

std::string cause(int error)
{
    std::string text = std::generic_category().message(error);
    bool const is_word =
        text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z';
    if (is_word)
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

void report(std::string_view sentence)
{
    // One write, so that lines of several processes do not mix.
    std::string const line = "polyport: " + std::string(sentence) + "\n";
    write_all(STDERR_FILENO, line);
}

exit_status report(failure const& what)
{
    if (!what.sentence.empty())
        report(what.sentence);
    return what.status;
}

} // namespace polyport::client
