// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace polyport::client {

/// What passed between two looks at the daemon.
class rates {
public:
    struct flow {
        double received = 0; ///< bytes a second
        double sent = 0;

        double both() const noexcept { return received + sent; }
    };
    struct service {
        std::string name;
        std::uint64_t open = 0;
        double opened = 0; ///< connections (or messages) a second
        flow bytes;
    };
    struct latency {
        double requests = 0; ///< a second
        double p50 = 0;      ///< seconds
        double p99 = 0;
    };

    /// A look: the daemon's table of connections and its counts. `at` only grows.
    void look(boost::json::object const& table, boost::json::object const& stats,
              std::chrono::steady_clock::time_point at);

    /// Of one connection since the look before, or since it has come.
    flow of(std::uint64_t id) const;
    std::vector<service> const& services() const noexcept { return services_; }
    latency const& requests() const noexcept { return requests_; }
    /// Share of one processor that the daemon took, 0 to 1 (or more).
    double processor() const noexcept { return processor_; }

private:
    struct totals {
        double received = 0;
        double sent = 0;
    };

    void look_at_services(boost::json::object const& stats, double seconds);
    void look_at_metrics(boost::json::object const& stats, double seconds);

    std::chrono::steady_clock::time_point before_{};
    std::unordered_map<std::uint64_t, totals> known_;
    std::unordered_map<std::uint64_t, flow> flows_;
    struct service_totals {
        double opened = 0;
        totals bytes;
    };
    std::unordered_map<std::string, service_totals> known_services_;
    std::vector<service> services_;
    std::vector<double> known_buckets_;
    latency requests_;
    double known_processor_ = 0;
    double processor_ = 0;
};

/// The value below which the share `q` of the observations lies, of histogram buckets (each for itself) with
/// these upper bounds.
double quantile(std::vector<double> const& counts, std::vector<double> const& bounds, double q);

} // namespace polyport::client
