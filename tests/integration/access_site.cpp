// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/access_site.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <system_error>

namespace polyport::integration {

bool is_served(unique_fd const& client)
{
    try {
        send_all(client, "x");
        return receive_some(client, 1) == "X";
    } catch (std::system_error const& error) {
        BOOST_TEST((error.code().value() == ECONNRESET || error.code().value() == EPIPE), error.what());
        return false;
    }
}

bool is_answered(unique_fd const& client, std::string const& bytes)
{
    set_limit(client, milliseconds(300));
    try {
        send_datagram(client, bytes);
        return receive_datagram(client).starts_with('X');
    } catch (std::system_error const& error) {
        BOOST_TEST(error.code().value() == EAGAIN, error.what());
        return false;
    }
}

access_site::access_site()
{
    std::filesystem::create_directories(root / "private" / "deep");
    write_file(root / "index.html", "index");
    write_file(root / "open.txt", "open");
    write_file(root / "private" / "x.txt", "secret");
    write_file(root / "private" / "index.html", "secret index");
    write_file(root / "private" / "deep" / "y.txt", "deep secret");
}

std::vector<std::string> access_site::arguments(std::vector<std::string> const& more) const
{
    std::vector<std::string> all{"--http", "0", "--http-root", root.string()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

} // namespace polyport::integration
