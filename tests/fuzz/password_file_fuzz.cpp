// SPDX-License-Identifier: BSL-1.0
#include "services/http/auth/password_file.hpp"
#include "services/http/auth/password_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// Files of users and groups: what is taken are hashes of the forms that are, and each problem is one line.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using namespace polyport::http;
    std::string_view const text(reinterpret_cast<char const*>(data), size);
    auto const users = parse_passwords(text);
    auto const groups = parse_groups(text);
    for (auto const* problems : {&users.problems, &groups.problems})
        for (auto const& problem : *problems)
            if (!problem.starts_with("line ") || problem.find('\n') != std::string::npos)
                std::abort();
    for (auto const& [user, hash] : users.hashes) {
        if (user.empty() || !check_password_hash(hash))
            std::abort();
        if (hash.starts_with("$apr1$")) // the one that is computed here
            (void)apr1_hash("a password", hash);
    }
    return 0;
}
