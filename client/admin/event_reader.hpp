// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace polyport::client {

struct event_text {
    std::string name;
    std::string data;
};

/// Cuts a stream of server-sent events (HTML standard, section 9.2) into events; comments and other fields
/// are passed over.
class event_reader {
public:
    void feed(std::string_view bytes) { held_ += bytes; }
    std::optional<event_text> next();

private:
    std::string held_;
};

} // namespace polyport::client
