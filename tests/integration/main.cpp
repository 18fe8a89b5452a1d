// SPDX-License-Identifier: BSL-1.0
// Tests of the real programs: each starts its own polyportd and talks to it over real sockets.
#define BOOST_TEST_MODULE polyport_integration
#include <boost/test/unit_test.hpp>

#include <csignal>

#include <sys/resource.h>

namespace {

struct process_wide {
    process_wide()
    {
        std::signal(SIGPIPE, SIG_IGN);
        rlimit limit{};
        getrlimit(RLIMIT_NOFILE, &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(process_wide);
