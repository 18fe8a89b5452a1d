// SPDX-License-Identifier: BSL-1.0
#include "client/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

namespace polyport::client {

stop_signals::stop_signals(std::initializer_list<int> numbers)
{
    sigset_t set;
    ::sigemptyset(&set);
    for (int const number : numbers)
        ::sigaddset(&set, number);
    ::sigprocmask(SIG_BLOCK, &set, &before_);
    fd_ = unique_fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

stop_signals::~stop_signals()
{
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

int stop_signals::take() noexcept
{
    signalfd_siginfo info{};
    return ::read(fd_.get(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

} // namespace polyport::client
