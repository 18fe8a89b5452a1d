// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/login_site.hpp"

#include <boost/test/unit_test.hpp>

namespace polyport::integration {

namespace fs = std::filesystem;

std::string login(std::string_view user, std::string_view password)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    auto const both = std::string(user).append(":").append(password);
    std::string text;
    for (std::size_t i = 0; i < both.size(); i += 3) {
        unsigned group = 0;
        for (std::size_t k = i; k < i + 3; ++k)
            group = group << 8U | (k < both.size() ? static_cast<unsigned char>(both[k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            text += i + k > both.size() ? '=' : digits[group >> (18U - 6U * k) & 63U];
    }
    return "Authorization: Basic " + text + "\r\n";
}

login_site::login_site()
{
    fs::create_directories(root / "private");
    write_file(root / "open.txt", "open");
    write_file(root / "private" / "x.txt", "secret");
    write_file(root / "private" / "who",
               "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s %s %s' \"$AUTH_TYPE\" \"$REMOTE_USER\" "
               "\"$HTTP_AUTHORIZATION\"\n");
    fs::permissions(root / "private" / "who", fs::perms::owner_all);
    write_private(passwords, users);
    write_private(groups, "staff: bob\nadmins: alice\n");
}

void login_site::write_private(fs::path const& path, std::string_view content)
{
    write_file(path, content);
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

std::vector<std::string> login_site::arguments(std::vector<std::string> const& rules) const
{
    std::vector<std::string> all{"--http",       "0",
                                 "--http-root",  root.string(),
                                 "--http-users", "/private/=" + passwords.string(),
                                 "--http-realm", "/private/=the cellar"};
    for (auto const& rule : rules) {
        all.emplace_back("--http-access");
        all.push_back(rule);
    }
    return all;
}

std::string login_site::add_slow_user() const
{
    auto const slow = run({"htpasswd", "-nbB", "-C", "10", "slow", "a long one"});
    BOOST_TEST_REQUIRE(slow.status == 0, slow.err);
    write_private(passwords, std::string(users) + slow.out);
    return login("slow", "a long one");
}

} // namespace polyport::integration
