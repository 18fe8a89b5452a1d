// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/address_range.hpp"
#include "common/clock.hpp"
#include "common/name_lookup/dns_client.hpp"
#include "common/name_lookup/dns_settings.hpp"
#include "common/task.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace polyport {

/// The domain names of clients: what the address is called, confirmed by asking for the addresses of that
/// name. So nobody can pass for another by what his own reverse zone says.
///
/// Remembered as long as the records say, within bounds of time and number; what is not known (no name, a
/// name that is not confirmed, no answer in time) is remembered for half a minute. Who asks while an address
/// is looked up waits for the same answer. When too many are under way, the name is not known.
class name_lookup {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::size_t most_remembered = 4096;
    static constexpr std::size_t most_under_way = 128;
    static constexpr std::size_t most_names = 4; ///< of one address, that are tried

    /// Both references outlive it. `time` tells how long answers are remembered.
    name_lookup(boost::asio::io_context& loop, dns_settings const& settings, clock const& time);
    name_lookup(name_lookup const&) = delete;
    name_lookup& operator=(name_lookup const&) = delete;

    /// The confirmed name in lower case, empty if it is not known; nothing if nobody has asked yet. The view
    /// holds until the next call.
    std::optional<std::string_view> cached(ip_number const& address, time_point now);

    /// Looks an address up if need be, and waits. `slot` ends the wait.
    task<std::string> find(ip_number address, boost::asio::cancellation_slot slot);

    /// Begins to look an address up, for who asks again later.
    void request(ip_number const& address);

    std::uint64_t asked() const noexcept { return asked_; }
    std::size_t remembered_names() const noexcept { return known_.size(); }

private:
    struct waiting {
        explicit waiting(boost::asio::io_context& loop) : done(loop, time_point::max()) {}
        boost::asio::steady_timer done; ///< cancelled when the answer is there
    };
    struct remembered {
        ip_number address;
        std::string name;
        time_point until;
    };

    task<> look_up(ip_number address);
    void remember(ip_number const& address, std::string name, std::chrono::seconds lifetime);

    boost::asio::io_context& loop_;
    clock const& time_;
    dns_client client_;
    std::chrono::milliseconds const timeout_;
    std::list<remembered> newest_first_;
    std::map<ip_number, std::list<remembered>::iterator> known_;
    std::map<ip_number, std::shared_ptr<waiting>> under_way_;
    std::uint64_t asked_ = 0;
};

} // namespace polyport
