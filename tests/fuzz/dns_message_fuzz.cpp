// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/dns_message.hpp"
#include "common/name_lookup/resolv_conf.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// Any bytes from the network, as replies to questions that polyport asks: names that come out are ones that
/// may stand in a rule and in REMOTE_HOST, and there are not too many.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using namespace polyport;
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    (void)servers_of(bytes);
    auto const id = size < 2 ? std::uint16_t{0} : static_cast<std::uint16_t>(data[0] << 8 | data[1]);
    std::array const questions{reverse_question({false, 0, 0xC0000207}), reverse_question({true, 1, 2}),
                               dns_question{"host.example.org", dns_type::a},
                               dns_question{"host.example.org", dns_type::aaaa}};
    for (auto const& question : questions) {
        auto const reply = read_dns_reply(bytes, question, id);
        bool const has = !reply.names.empty() || !reply.addresses.empty();
        if (has && reply.what != dns_reply::kind::answered && reply.what != dns_reply::kind::failed)
            std::abort();
        if (reply.names.size() + reply.addresses.size() > most_dns_records)
            std::abort();
        for (auto const& name : reply.names) {
            bool const plain = std::all_of(name.begin(), name.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
            });
            dns_question const forward{name, dns_type::a};
            if (!plain || name.empty() || name.size() > 253)
                std::abort();
            (void)make_dns_query(forward, id);
        }
    }
    return 0;
}
