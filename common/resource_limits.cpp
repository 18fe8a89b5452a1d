// SPDX-License-Identifier: BSL-1.0
#include "common/resource_limits.hpp"

#include <cerrno>

namespace polyport {

namespace {

error_code last_error() noexcept
{
    return error_code(errno, boost::system::system_category());
}

} // namespace

result<descriptor_limit> raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return last_error();
    rlim_t const initial = limit.rlim_cur;
    if (initial != limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
            return last_error();
    }
    return descriptor_limit{initial, limit.rlim_cur};
}

result<void> set_descriptor_limit(rlim_t soft)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return last_error();
    limit.rlim_cur = soft;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return last_error();
    return {};
}

} // namespace polyport
