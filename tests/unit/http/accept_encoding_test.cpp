// SPDX-License-Identifier: BSL-1.0
#include "services/http/accept_encoding.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>
#include <vector>

using namespace polyport::http;

namespace {

std::string_view judge(std::string_view field, coding_set available)
{
    auto const chosen = choose_coding(field, available);
    return chosen ? coding_name(*chosen) : "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(accept_encoding)

BOOST_AUTO_TEST_CASE(verdicts)
{
    coding_set const all = coding_set()
                               .add(content_coding::identity)
                               .add(content_coding::gzip)
                               .add(content_coding::zstd)
                               .add(content_coding::br);
    coding_set const gzip = coding_set().add(content_coding::identity).add(content_coding::gzip);
    struct row {
        std::string_view field;
        std::string_view of_all;
        std::string_view of_gzip; ///< and identity
    };
    std::vector<row> const rows = {
        {"", "identity", "identity"},
        {"gzip", "gzip", "gzip"},
        {"GZip", "gzip", "gzip"},
        {"x-gzip", "gzip", "gzip"},
        {"br", "br", "identity"},
        {"zstd", "zstd", "identity"},
        {"gzip, deflate, br, zstd", "br", "gzip"},
        {"gzip, deflate, zstd", "zstd", "gzip"},
        {"gzip;q=1.0, br;q=0.5", "gzip", "gzip"},
        {"gzip;q=0.001", "gzip", "gzip"},
        {"gzip ; q=0.5 , br ; Q=0.7", "br", "gzip"},
        {"gzip;q=0", "identity", "identity"},
        {"gzip;q=0.000, br;q=0", "identity", "identity"},
        {"identity", "identity", "identity"},
        {"identity, gzip", "gzip", "gzip"},
        {"identity;q=1, gzip;q=0.5", "identity", "identity"},
        {"identity;q=0.5, gzip;q=0.6", "gzip", "gzip"},
        {"identity;q=0", "none", "none"},
        {"identity;q=0, br", "br", "none"},
        {"*", "br", "gzip"},
        {"*;q=0", "none", "none"},
        {"*;q=0, gzip", "gzip", "gzip"},
        {"*;q=0, identity", "identity", "identity"},
        {"br;q=0, *", "zstd", "gzip"},
        {"gzip, *;q=0.5", "gzip", "gzip"},
        {"gzip;q=0.5, *;q=0.1", "gzip", "gzip"},
        {"deflate", "identity", "identity"},
        {"compress, bzip2", "identity", "identity"},
        // What is malformed is not there.
        {"gzip;q=2", "identity", "identity"},
        {"gzip;q=1.001", "identity", "identity"},
        {"gzip;q=0.1234", "identity", "identity"},
        {"gzip;q=-1", "identity", "identity"},
        {"gzip;q=", "identity", "identity"},
        {"gzip;q=x, br", "br", "identity"},
        {"gzip;q=.5", "identity", "identity"},
        {"gzip;q=0.", "identity", "identity"},
        {"gzip;q=1.", "gzip", "gzip"},
        {"gzip;q=1.000", "gzip", "gzip"},
        {";q=1", "identity", "identity"},
        {",,gzip,,", "gzip", "gzip"},
        {"gzip br", "identity", "identity"},
    };
    for (row const& r : rows) {
        BOOST_TEST(judge(r.field, all) == r.of_all, r.field << " → " << judge(r.field, all));
        BOOST_TEST(judge(r.field, gzip) == r.of_gzip, r.field << " → " << judge(r.field, gzip));
    }
    BOOST_TEST(judge("identity", coding_set().add(content_coding::gzip)) == "none");
    BOOST_TEST(judge("", coding_set()) == "none");
}

BOOST_AUTO_TEST_CASE(names)
{
    BOOST_TEST(coding_name(content_coding::zstd) == "zstd");
    BOOST_TEST(coding_suffix(content_coding::identity) == "");
    BOOST_TEST(coding_suffix(content_coding::gzip) == ".gz");
    BOOST_TEST(coding_suffix(content_coding::zstd) == ".zst");
    BOOST_TEST(coding_suffix(content_coding::br) == ".br");
}

BOOST_AUTO_TEST_SUITE_END()
