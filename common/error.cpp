// SPDX-License-Identifier: BSL-1.0
#include "common/error.hpp"

namespace polyport {
namespace {

class category final : public boost::system::error_category {
public:
    char const* name() const noexcept override { return "polyport"; }

    std::string message(int value) const override
    {
        switch (static_cast<errc>(value)) {
        case errc::end_of_stream:
            return "end of stream";
        case errc::header_timeout:
            return "header time-out";
        case errc::body_timeout:
            return "body time-out";
        case errc::idle_timeout:
            return "idle time-out";
        case errc::write_timeout:
            return "write time-out";
        case errc::handler_timeout:
            return "handler time-out";
        case errc::drain_timeout:
            return "drain time-out";
        case errc::draining:
            return "draining";
        case errc::killed:
            return "killed by the operator";
        case errc::message_too_large:
            return "message too large";
        case errc::bad_request:
            return "bad request";
        case errc::file_changed:
            return "the file became shorter while it was sent";
        case errc::events_missed:
            return "did not keep up with the events";
        case errc::too_slow:
            return "too slow a reader";
        case errc::handler_failed:
            return "handler failed";
        case errc::handler_returned:
            return "done";
        }
        return "unknown error " + std::to_string(value);
    }
};

} // namespace

error_code make_error_code(errc value) noexcept
{
    static category const instance;
    return {static_cast<int>(value), instance};
}

} // namespace polyport
