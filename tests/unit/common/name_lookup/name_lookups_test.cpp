// SPDX-License-Identifier: BSL-1.0
#include "common/name_lookup/name_lookup.hpp"
#include "tests/dns_bytes.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/test/unit_test.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace polyport;
using test::dns_labels;
using test::dns_number;
using namespace std::chrono_literals;
using boost::asio::ip::udp;

namespace {

/// A name server on the loop of the test.
class name_server {
public:
    explicit name_server(boost::asio::io_context& loop)
        : socket_(loop, udp::endpoint(boost::asio::ip::address_v4::loopback(), 0))
    {
        receive();
    }

    socket_address address() const
    {
        auto const at = socket_.local_endpoint();
        return socket_address::from(at.data(), static_cast<socklen_t>(at.size()));
    }
    void add(std::string const& name, dns_type type, std::string data, std::uint32_t lifetime = 60)
    {
        records_[{name, static_cast<int>(type)}] = {std::move(data), lifetime};
    }
    /// 192.0.2.N is called `name`, and `name` has that address.
    void add_host(int n, std::string const& name, std::uint32_t lifetime = 60)
    {
        add(std::to_string(n) + ".2.0.192.in-addr.arpa", dns_type::ptr, dns_labels(name), lifetime);
        add(name, dns_type::a, {'\xC0', '\0', '\2', static_cast<char>(n)}, lifetime);
    }
    void keep_silent() { silent_ = true; }
    int asked() const { return asked_; }

private:
    struct record {
        std::string data;
        std::uint32_t lifetime;
    };

    void receive()
    {
        socket_.async_receive_from(boost::asio::buffer(memory_), from_,
                                   [this](error_code error, std::size_t size) {
                                       if (error)
                                           return;
                                       ++asked_;
                                       if (!silent_)
                                           reply({memory_.data(), size});
                                       receive();
                                   });
    }
    void reply(std::string_view query)
    {
        std::string name;
        std::size_t at = 12;
        while (query[at] != '\0') {
            auto const length = static_cast<std::size_t>(query[at]);
            name += (name.empty() ? "" : ".") + std::string(query.substr(at + 1, length));
            at += length + 1;
        }
        auto const found = records_.find({name, static_cast<int>(static_cast<unsigned char>(query[at + 2]))});
        bool const known = found != records_.end();
        std::string text(query.substr(0, 2));
        text += dns_number(known ? 0x8180 : 0x8183) + dns_number(1) + dns_number(known ? 1 : 0) +
                dns_number(0) + dns_number(0) + std::string(query.substr(12, at + 5 - 12));
        if (known)
            text += "\xC0\x0C" + std::string(query.substr(at + 1, 4)) +
                    dns_number(found->second.lifetime >> 16U) + dns_number(found->second.lifetime & 0xFFFFU) +
                    dns_number(found->second.data.size()) + found->second.data;
        boost::system::error_code ignored;
        socket_.send_to(boost::asio::buffer(text), from_, 0, ignored);
    }

    udp::socket socket_;
    udp::endpoint from_;
    std::array<char, 1500> memory_{};
    std::map<std::pair<std::string, int>, record> records_;
    bool silent_ = false;
    int asked_ = 0;
};

ip_number host(std::uint64_t n)
{
    return {false, 0, 0xC0000200U + n}; // 192.0.2.0
}

struct lookups {
    boost::asio::io_context loop{1};
    name_server server{loop};
    polyport::clock time;
    std::optional<name_lookup> names;

    explicit lookups(std::chrono::milliseconds timeout = 3000ms) : lookups(timeout, {}) {}
    lookups(std::chrono::milliseconds timeout, std::vector<socket_address> before)
    {
        time.simulate();
        dns_settings settings;
        settings.timeout = timeout;
        settings.servers = std::move(before);
        settings.servers.push_back(server.address());
        names.emplace(loop, settings, time);
    }
    ~lookups() { names.reset(); }

    /// What find() says for each, all asked at once.
    std::vector<std::string> find(std::vector<ip_number> const& addresses)
    {
        std::vector<std::string> found(addresses.size(), "nothing");
        std::size_t left = addresses.size();
        for (std::size_t i = 0; i < addresses.size(); ++i)
            boost::asio::co_spawn(loop, names->find(addresses[i], {}),
                                  [&found, &left, i](std::exception_ptr const&, std::string name) {
                                      found[i] = std::move(name);
                                      --left;
                                  });
        while (left > 0)
            loop.run_one();
        return found;
    }
    std::string find(ip_number const& address) { return find(std::vector{address}).front(); }
    bool knows(ip_number const& address, std::chrono::seconds later)
    {
        return names->cached(address, time.now() + later).has_value();
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(name_lookups)

BOOST_AUTO_TEST_CASE(a_name_is_remembered_as_long_as_its_records_say_within_bounds)
{
    struct row {
        std::uint32_t lifetime;
        std::chrono::seconds kept;
    };
    for (auto const& r : {row{1, 10s}, row{60, 60s}, row{86'400, 3600s}}) {
        lookups at;
        at.server.add_host(1, "a.example.org", r.lifetime);
        BOOST_TEST(at.find(host(1)) == "a.example.org");
        BOOST_TEST(!at.knows(host(1), r.kept)); // which forgets it
        BOOST_TEST(at.find(host(1)) == "a.example.org");
        BOOST_TEST(at.knows(host(1), r.kept - 1s));
        BOOST_TEST(at.names->asked() == 2U);
    }
    // The shortest of the records that were used.
    lookups at;
    at.server.add_host(1, "a.example.org", 600);
    at.server.add("a.example.org", dns_type::a, {'\xC0', '\0', '\2', '\1'}, 20);
    BOOST_TEST(at.find(host(1)) == "a.example.org");
    BOOST_TEST(at.knows(host(1), 19s));
    BOOST_TEST(!at.knows(host(1), 20s));
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_asked_for_again_after_half_a_minute)
{
    lookups at;
    BOOST_TEST(at.find(host(1)) == "");
    at.server.add_host(1, "a.example.org");
    BOOST_TEST(at.find(host(1)) == "");
    BOOST_TEST(at.knows(host(1), 29s));
    at.time.set(at.time.now() + 30s);
    BOOST_TEST(at.find(host(1)) == "a.example.org");
}

BOOST_AUTO_TEST_CASE(who_asks_while_it_is_looked_up_waits_for_the_same_answer)
{
    lookups at;
    at.server.add_host(1, "a.example.org");
    for (auto const& name : at.find(std::vector(20, host(1))))
        BOOST_TEST(name == "a.example.org");
    BOOST_TEST(at.names->asked() == 1U);
    BOOST_TEST(at.server.asked() == 2); // the name, and its address
}

BOOST_AUTO_TEST_CASE(so_many_names_are_remembered)
{
    lookups at;
    std::uint64_t asked = 0;
    for (std::uint64_t n = 0; n < name_lookup::most_remembered + 100; n += 100) {
        std::vector<ip_number> some;
        for (std::uint64_t i = 0; i < 100; ++i)
            some.push_back(host(asked++));
        (void)at.find(some);
    }
    BOOST_TEST(at.names->remembered_names() == name_lookup::most_remembered);
    BOOST_TEST(!at.knows(host(0), 0s)); // the oldest have left
    BOOST_TEST(at.knows(host(asked - 1), 0s));
}

BOOST_AUTO_TEST_CASE(so_many_are_looked_up_at_once_and_others_have_no_name)
{
    lookups at(200ms);
    at.server.keep_silent();
    for (std::uint64_t n = 0; n < name_lookup::most_under_way; ++n)
        at.names->request(host(n));
    at.names->request(host(5)); // is under way
    at.names->request(host(1000));
    BOOST_TEST(at.names->asked() == name_lookup::most_under_way);
    BOOST_TEST(at.find(host(1001)) == ""); // without waiting
    BOOST_TEST(!at.knows(host(1001), 0s));
    BOOST_TEST(at.find(host(7)) == ""); // waits for the time limit
    BOOST_TEST(at.knows(host(7), 29s));
    at.names->request(host(1000));
    BOOST_TEST(at.names->asked() == name_lookup::most_under_way + 1);
    BOOST_TEST(at.find(host(1000)) == "");
}

BOOST_AUTO_TEST_CASE(the_next_server_is_asked_when_one_keeps_silent)
{
    boost::asio::io_context of_silent{1};
    name_server const silent(of_silent); // nobody runs its loop
    lookups at(10s, {silent.address()});
    at.server.add_host(1, "a.example.org");
    BOOST_TEST(at.find(host(1)) == "a.example.org");
}

BOOST_AUTO_TEST_SUITE_END()
