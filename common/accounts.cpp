// SPDX-License-Identifier: BSL-1.0
#include "common/accounts.hpp"

#include "common/option_values.hpp"
#include "common/quoted.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <grp.h>
#include <pwd.h>

namespace polyport {
namespace {

bool all_digits(std::string_view text) noexcept
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Calls getpwnam_r or getgrnam_r, with a larger buffer as long as it asks for one. 0 or an errno; `found` is
/// null when there is no such name.
template <class Entry, class Function>
int look_up(Function function, char const* name, Entry& entry, Entry*& found, std::vector<char>& buffer)
{
    buffer.resize(4096);
    while (true) {
        found = nullptr;
        int const error = function(name, &entry, buffer.data(), buffer.size(), &found);
        if (error == EINTR)
            continue;
        if (error != ERANGE || buffer.size() >= (1U << 20))
            return error;
        buffer.resize(buffer.size() * 2);
    }
}

/// (uid_t)-1 means "leave as it is" to chown(2), so it is nobody's number.
template <class Id>
checked<Id> parse_id(std::string_view text)
{
    return parse_number<Id>(text, 0, static_cast<Id>(-2));
}

} // namespace

checked<uid_t> user_id(std::string_view name_or_number)
{
    if (name_or_number.empty() || name_or_number.find('\0') != std::string_view::npos)
        return problem{quoted(name_or_number) + " is not the name of a user"};
    if (all_digits(name_or_number))
        return parse_id<uid_t>(name_or_number);
    passwd entry;
    passwd* found = nullptr;
    std::vector<char> buffer;
    look_up(getpwnam_r, std::string(name_or_number).c_str(), entry, found, buffer);
    if (found == nullptr)
        return problem{quoted(name_or_number) + " is not a user of this machine: create it or name another"};
    return found->pw_uid;
}

checked<gid_t> group_id(std::string_view name_or_number)
{
    if (name_or_number.empty() || name_or_number.find('\0') != std::string_view::npos)
        return problem{quoted(name_or_number) + " is not the name of a group"};
    if (all_digits(name_or_number))
        return parse_id<gid_t>(name_or_number);
    ::group entry;
    ::group* found = nullptr;
    std::vector<char> buffer;
    look_up(getgrnam_r, std::string(name_or_number).c_str(), entry, found, buffer);
    if (found == nullptr)
        return problem{quoted(name_or_number) + " is not a group of this machine: create it or name another"};
    return found->gr_gid;
}

checked<file_owner> parse_owner(std::string_view text)
{
    auto const colon = text.find(':');
    std::string_view const user = text.substr(0, colon);
    file_owner made;
    if (text.empty() || text == ":")
        return problem{quoted(text) + " is not an owner: write USER, USER:GROUP or :GROUP"};
    if (!user.empty()) {
        auto const id = user_id(user);
        if (!id)
            return id.error();
        made.user = *id;
    }
    if (colon != std::string_view::npos) {
        auto const id = group_id(text.substr(colon + 1));
        if (!id)
            return id.error();
        made.group = *id;
    }
    return made;
}

} // namespace polyport
