// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/metrics.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyport {

enum class metrics_format : std::uint8_t {
    prometheus,  ///< text format 0.0.4
    openmetrics, ///< OpenMetrics 1.0
};

/// The Content-Type of each.
std::string_view media_type(metrics_format format) noexcept;

/// Writes all that a registry has, a piece at a time: between two pieces others have their turn. What is
/// added meanwhile may or may not be in it.
class metrics_text {
public:
    /// `from` outlives it.
    metrics_text(metrics_registry const& from, metrics_format format) noexcept : from_(from), format_(format)
    {
    }

    /// Appends whole series until `out` has grown by `enough` (above 0) bytes. False once all is written.
    bool append_some(std::string& out, std::size_t enough);

private:
    void append_head(std::string& out, metrics_registry::family const& of) const;

    metrics_registry const& from_;
    metrics_format format_;
    std::size_t family_ = 0;
    std::size_t series_ = 0;
    bool done_ = false;
};

} // namespace polyport
