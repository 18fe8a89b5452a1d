// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "client/failure.hpp"
#include "client/printer.hpp"
#include "client/talk_options.hpp"

namespace polyport::client {

/// Each line of standard input is one datagram, without its line end; its answer is a line. A line that gets
/// no answer is reported, and the chat goes on; in the end the first such failure is what counts.
outcome<> chat_datagram(talk_options const& options, printer& out);

} // namespace polyport::client
