// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace polyport {

/// A coroutine of polyport. Parameters go in by value (or by reference to what outlives the runtime).
/// Trap: GCC 12 destroys some temporaries of a full expression with co_await twice; give capturing lambdas,
/// aggregates with non-trivial members and braced lists of strings a name first. And no co_await within the
/// condition of an `if` or `while`, nor behind &&, || or ?: (measured: a corrupted frame); name what it came
/// to:
///     auto const failed = co_await client.write(bytes);
///     if (failed) …
template <class T = void>
using task = boost::asio::awaitable<T>;

/// Completion token for Asio operations: errors come back as the first element, never as exceptions.
inline constexpr auto as_tuple_awaitable = boost::asio::as_tuple(boost::asio::use_awaitable);

} // namespace polyport
