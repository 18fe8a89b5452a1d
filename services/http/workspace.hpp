// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/request_body.hpp"
#include "services/http/request_head.hpp"
#include "services/http/target.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace polyport::http {

/// The memory that one request takes while it is worked on, lent out by the service. Bounded: the input is an
/// array, and the output is flushed when it is large.
struct workspace {
    static constexpr std::size_t input_size = 64 * 1024;
    /// Pipelined responses gather up to here before they go out.
    static constexpr std::size_t output_high = 48 * 1024;

    request_head head;
    target where;
    std::string output;
    std::array<char, input_size> memory;
    input_window input{memory};

    /// As new, with the capacity that it has.
    void clear() noexcept
    {
        head.clear();
        output.clear();
        input.restart_at(0);
    }
};

} // namespace polyport::http
