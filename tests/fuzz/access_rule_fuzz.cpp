// SPDX-License-Identifier: BSL-1.0
#include "common/access/rule.hpp"
#include "common/access/rule_check.hpp"
#include "common/access/rule_set.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace polyport;

void expect(bool good)
{
    if (!good)
        std::abort();
}

bool is_meant(access_rule const& rule, ip_number const& address)
{
    for (auto const& subject : rule.subjects)
        if (subject.what == access_subject::kind::everyone ||
            (subject.what == access_subject::kind::address && subject.range.contains({address, address})))
            return true;
    return false;
}

} // namespace

/// One rule a line. What is read is read again from its text as the same; what is refused says why in one
/// line; and the look-up tables decide as going through the list does.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    static std::vector<known_service> const services{{"tcp-uppercase"}, {"http", true}};
    std::string_view text(reinterpret_cast<char const*>(data), size);
    std::vector<access_rule> rules;
    std::vector<access_rule> of_addresses;
    while (!text.empty() && rules.size() < 64) {
        auto const end = std::min(text.find('\n'), text.size());
        auto const line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        (void)rule_of_http(line);
        auto rule = parse_access_rule(line, services);
        if (!rule) {
            expect(!rule.error().text.empty() && rule.error().text.find('\n') == std::string::npos);
            continue;
        }
        auto const again = parse_access_rule(rule->text, services);
        expect(again && again->allow == rule->allow && again->service == rule->service &&
               again->place == rule->place && again->subjects == rule->subjects);
        rule->origin = "line";
        if (!rule->place && rule->service.empty())
            of_addresses.push_back(*rule);
        rules.push_back(std::move(*rule));
    }
    (void)check_rules(rules, true);

    service_rules const made(rules, "http", true);
    service_rules const simple(of_addresses, "tcp-uppercase", true);
    std::vector<ip_number> clients{{false, 0, 0}, {false, 0, 0xC0000207}, {true, 0, 1}};
    for (auto const& rule : of_addresses)
        for (auto const& subject : rule.subjects)
            if (subject.what == access_subject::kind::address)
                clients.insert(clients.end(), {subject.range.first, subject.range.last});
    for (auto const& client : clients) {
        access_facts facts;
        facts.address = client;
        (void)made.at_connection(facts, true);
        (void)made.at_request(facts, "example.org", "/private/x", satisfy_mode::all);
        auto expected = access_verdict::by_default;
        bool decided = true;
        for (std::uint32_t i = 0; i < of_addresses.size() && expected == access_verdict::by_default; ++i) {
            for (auto const& subject : of_addresses[i].subjects) // what is not known denies
                decided = decided && subject.what != access_subject::kind::name;
            if (is_meant(of_addresses[i], client))
                expected = i;
        }
        if (decided)
            expect(simple.at_connection(facts, false).rule == expected);
    }
    return 0;
}
