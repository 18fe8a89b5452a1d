// SPDX-License-Identifier: BSL-1.0
#include "common/keyed_hash.hpp"

#include <boost/test/unit_test.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <set>

using namespace polyport;

BOOST_AUTO_TEST_SUITE(keyed_hash)

BOOST_AUTO_TEST_CASE(folding_is_the_two_halves_of_the_product)
{
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    struct row {
        std::uint64_t a, b, folded;
    };
    for (row const& r : {row{0, 0, 0}, row{1, 1, 1}, row{7, 6, 42}, row{most, 1, most}, row{1, most, most},
                         row{1ULL << 32, 1ULL << 32, 1}, row{1ULL << 63, 2, 1}, row{1ULL << 63, 6, 3},
                         // (2^64-1)^2 = 2^128 - 2^65 + 1: high 2^64-2, low 1
                         row{most, most, most}})
        BOOST_TEST(fold(r.a, r.b) == r.folded, r.a << " and " << r.b);
}

BOOST_AUTO_TEST_CASE(the_keys_are_odd_differ_and_stay)
{
    hash_keys const& keys = process_hash_keys();
    BOOST_TEST(std::set(keys.begin(), keys.end()).size() == keys.size());
    for (std::uint64_t const key : keys)
        BOOST_TEST(key % 2 == 1U);
    hash_keys const copy = keys;
    BOOST_TEST((process_hash_keys() == copy));
    BOOST_TEST(&process_hash_keys() == &keys);
}

// What makes it a keyed hash: addresses that differ in one bit end anywhere.
BOOST_AUTO_TEST_CASE(one_bit_of_the_input_changes_about_half_of_the_output)
{
    hash_keys const& keys = process_hash_keys();
    auto const hash = [&](std::uint64_t value) { return fold(fold(value ^ keys[0], keys[1]), keys[2]); };
    std::uint64_t values = 0, changed = 0;
    for (std::uint64_t value = 0xC0'00'02'00; value < 0xC0'00'02'00 + 64; ++value) {
        for (unsigned bit = 0; bit < 64; ++bit) {
            changed += static_cast<std::uint64_t>(std::popcount(hash(value) ^ hash(value ^ (1ULL << bit))));
            ++values;
        }
    }
    auto const mean = static_cast<double>(changed) / static_cast<double>(values);
    BOOST_TEST(mean > 28.0);
    BOOST_TEST(mean < 36.0);
}

BOOST_AUTO_TEST_SUITE_END()
