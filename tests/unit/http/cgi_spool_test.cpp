// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/spool.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using polyport::cgi::spool;

namespace {

std::string read_all(int fd)
{
    std::string all;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(fd, buffer, sizeof buffer)) > 0;)
        all.append(buffer, static_cast<std::size_t>(count));
    return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgi_spool)

BOOST_AUTO_TEST_CASE(a_small_body_stays_in_memory)
{
    spool kept;
    BOOST_TEST(kept.size() == 0U);
    BOOST_TEST(!kept.append("one").failed());
    BOOST_TEST(!kept.append(std::string(spool::in_memory - 3, 'x')).failed());
    BOOST_TEST(!kept.in_file());
    BOOST_TEST(kept.size() == spool::in_memory);
    BOOST_TEST(kept.memory().starts_with("onex"));
}

BOOST_AUTO_TEST_CASE(a_large_body_goes_to_a_file_without_a_name)
{
    spool kept;
    std::string all;
    for (char c = 'a'; c <= 'z'; ++c) {
        std::string const piece(10'000, c);
        BOOST_TEST(!kept.append(piece).failed());
        all += piece;
    }
    BOOST_TEST(kept.in_file());
    BOOST_TEST(kept.memory().empty());
    BOOST_TEST(kept.size() == all.size());
    auto const file = kept.take_file();
    BOOST_REQUIRE(file.has_value());
    struct stat info{};
    BOOST_TEST(::fstat(file->get(), &info) == 0);
    BOOST_TEST(info.st_nlink == 0U);
    BOOST_TEST((info.st_mode & 0077) == 0U);
    BOOST_TEST((::fcntl(file->get(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST((read_all(file->get()) == all));
}

BOOST_AUTO_TEST_SUITE_END()
