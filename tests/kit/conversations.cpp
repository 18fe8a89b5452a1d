// SPDX-License-Identifier: BSL-1.0
// Whole conversations with a service, whatever happens on the way.
#include "tests/kit/harness.hpp"

#include <boost/asio/error.hpp>

#include <utility>

namespace polyport::testing {
namespace {

void expect(bool holds, std::string const& what, harness const& test)
{
    if (!holds)
        throw failure(what + "; the log:\n" + test.log());
}

/// The answer to pieces that come one after the other.
std::string answer_to(harness& test, std::vector<std::string_view> const& pieces)
{
    auto client = test.connect();
    for (auto const piece : pieces)
        client.send(piece);
    client.shut_sending();
    auto answer = client.received();
    expect(client.ended(), "the connection has not ended with the input", test);
    return answer;
}

} // namespace

std::string converse(harness& with, std::string_view input)
{
    return answer_to(with, {input});
}

std::size_t fail_everywhere(service_definition const& row, std::string_view input,
                            std::vector<std::string> const& options)
{
    for (std::size_t n = 0;; ++n) {
        fail_nth faults(n, boost::asio::error::connection_reset);
        harness test(row, options);
        test.inject(faults);
        {
            auto client = test.connect();
            client.send(input);
            client.shut_sending();
            client.received();
        }
        test.settle();
        auto const which = "after attempt " + std::to_string(n) + " to read or write failed ";
        expect(test.connections() == 0, which + "the connection has not ended", test);
        expect(!test.logged("\"level\":\"error\""), which + "an error was logged", test);
        if (faults.attempts() <= n)
            return n;
    }
}

std::string cut_everywhere(service_definition const& row, std::string_view input,
                           std::vector<std::string> const& options,
                           std::function<std::string(std::string)> const& of_answer)
{
    auto const part = [&of_answer](std::string answer) {
        return of_answer ? of_answer(std::move(answer)) : answer;
    };
    harness test(row, options);
    auto const whole = part(answer_to(test, {input}));
    auto const same = [&](std::string const& got, std::string const& how) {
        auto const answer = part(got);
        expect(answer == whole, "cut " + how + ", the answer is '" + answer + "' instead of '" + whole + "'",
               test);
    };
    for (std::size_t cut = 1; cut < input.size(); ++cut)
        same(answer_to(test, {input.substr(0, cut), input.substr(cut)}),
             "after " + std::to_string(cut) + " bytes");
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < input.size(); ++i)
        bytes.push_back(input.substr(i, 1));
    same(answer_to(test, bytes), "after every byte");

    short_transfers one_by_one(1);
    harness slow(row, options);
    slow.inject(one_by_one);
    expect(part(answer_to(slow, {input})) == whole,
           "with a kernel that takes single bytes the answer is another", slow);
    return whole;
}

} // namespace polyport::testing
