// SPDX-License-Identifier: BSL-1.0
#include "services/to_upper.hpp"

#include <boost/test/unit_test.hpp>

#include <clocale>
#include <cstddef>
#include <string>
#include <string_view>

using namespace polyport;

namespace {

/// Byte by byte, by a table that is written out: nothing in common with what is tested.
char expected(char byte)
{
    static constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
    static constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    auto const at = lower.find(byte);
    return at == lower.npos ? byte : upper[at];
}

std::string expected(std::string_view text)
{
    std::string made;
    for (char const byte : text)
        made += expected(byte);
    return made;
}

/// Every value of a byte, and from there on again: `size` of them, from `first` on.
std::string bytes_from(unsigned first, std::size_t size)
{
    std::string made;
    for (std::size_t i = 0; i < size; ++i)
        made += static_cast<char>(first + i);
    return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(to_upper)

BOOST_AUTO_TEST_CASE(changes_26_of_the_256_bytes)
{
    std::string all = bytes_from(0, 256);
    polyport::to_upper(all);
    std::size_t changed = 0;
    for (unsigned i = 0; i < 256; ++i) {
        BOOST_TEST(all[i] == expected(static_cast<char>(i)), "byte " << i);
        changed += all[i] != static_cast<char>(i);
    }
    BOOST_TEST(changed == 26U);
}

// Vectors have a beginning, a middle and a rest, which depend on where the bytes lie and how many they are.
BOOST_AUTO_TEST_CASE(every_length_at_every_offset_and_not_a_byte_beside_it)
{
    constexpr std::size_t around = 64; // one vector of the widest there is
    for (std::size_t offset = 0; offset < around; ++offset) {
        for (std::size_t size = 0; size <= 200; ++size) {
            std::string const before =
                bytes_from(static_cast<unsigned>(offset + size), offset + size + around);
            std::string after = before;
            polyport::to_upper(std::span(after).subspan(offset, size));
            bool const beside = std::string_view(after).substr(0, offset) == before.substr(0, offset) &&
                                after.substr(offset + size) == before.substr(offset + size);
            bool const inside = after.substr(offset, size) == expected(before.substr(offset, size));
            BOOST_REQUIRE_MESSAGE(beside && inside, size << " bytes at offset " << offset);
        }
    }
}

BOOST_AUTO_TEST_CASE(every_byte_in_every_place_of_a_vector)
{
    for (unsigned first = 0; first < 256; ++first) {
        std::string const before = bytes_from(first, 256 + 64);
        std::string after = before;
        polyport::to_upper(after);
        BOOST_REQUIRE_MESSAGE(after == expected(before), "bytes from " << first);
    }
}

BOOST_AUTO_TEST_CASE(the_locale_changes_nothing)
{
    std::string const before = std::setlocale(LC_ALL, nullptr);
    for (char const* const name : {"C.UTF-8", "tr_TR.UTF-8", "de_DE.ISO-8859-1", "POSIX"}) {
        std::setlocale(LC_ALL, name); // as far as this machine has it
        std::string all = bytes_from(0, 256);
        polyport::to_upper(all);
        BOOST_TEST((all == expected(bytes_from(0, 256))), name);
    }
    std::setlocale(LC_ALL, before.c_str());
}

BOOST_AUTO_TEST_SUITE_END()
