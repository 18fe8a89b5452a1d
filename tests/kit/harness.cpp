// SPDX-License-Identifier: BSL-1.0
#include "tests/kit/harness.hpp"

#include "common/daemon_metrics.hpp"
#include "common/exception_text.hpp"
#include "common/runtime.hpp"
#include "common/settings.hpp"
#include "common/worker_pool.hpp"

#include <boost/asio/co_spawn.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <list>
#include <span>
#include <system_error>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace polyport::testing {
namespace {

constexpr std::size_t largest_datagram = 65'535;

/// The log goes to memory.
unique_fd memory()
{
    unique_fd fd(::memfd_create("log", MFD_CLOEXEC));
    if (!fd)
        throw std::system_error(errno, std::generic_category(), "memfd_create");
    return fd;
}

server_settings settings_with_log(int fd)
{
    server_settings made;
    made.log.file = "/proc/self/fd/" + std::to_string(fd);
    made.log.format = log_format::json;
    made.log.level = log_level::debug;
    return made;
}

socket_address abstract(std::string_view name)
{
    return socket_address::from_unix(std::string(1, '\0').append(name));
}

service_instance instance_with(service_definition const& row, server_settings& server,
                               std::vector<std::string> const& words)
{
    option_set options;
    declare(options, server);
    auto made = make_instance(row, options);
    std::vector<char const*> argv{"test"};
    for (auto const& word : words)
        argv.push_back(word.c_str());
    auto const given = options.parse(static_cast<int>(argv.size()), argv.data());
    if (!given.problems.empty())
        throw failure(given.problems.front());
    return made;
}

std::list<service_instance> only(service_instance one)
{
    std::list<service_instance> all;
    all.push_back(std::move(one));
    return all;
}

/// What a service that steers the daemon is told of it: there is this service, and no socket.
class control_of_one final : public daemon_control {
public:
    control_of_one(runtime& owner, std::list<service_instance> const& services)
        : owner_(owner), services_(services)
    {
        owner_.set_control(this);
    }
    ~control_of_one() override { owner_.set_control(nullptr); }

    void drain(std::string_view) override { owner_.connections().drain(); }
    void reopen_logs() override {}
    std::vector<ready_endpoint> endpoints() const override { return {}; }
    std::list<service_instance> const& services() const override { return services_; }
    std::span<option_in_force const> configuration() const override { return {}; }

private:
    runtime& owner_;
    std::list<service_instance> const& services_;
};

ucred ourselves()
{
    return {::getpid(), ::geteuid(), ::getegid()};
}

} // namespace

struct harness::state {
    state(service_definition const& row, std::vector<std::string> const& options)
        : settings(settings_with_log(log_file.get())), services(only(instance_with(row, settings, options))),
          log(settings.log), owner(settings, log, RLIM_INFINITY)
    {
        owner.time().simulate();
    }

    unique_fd log_file = memory();
    server_settings settings;
    std::list<service_instance> services;
    service_instance& service = services.front();
    mutable logger log;
    mutable runtime owner;
    control_of_one control{owner, services};
    io_faults* faults = nullptr;
};

harness::harness(service_definition const& row, std::vector<std::string> options)
    : state_(std::make_unique<state>(row, options))
{
    auto& service = state_->service;
    (void)state_->owner.admission().of(service);
    service.started = true;
    add_service_metrics(state_->owner.metrics(), service);
    if (!service.implementation)
        return;
    std::vector<std::string> problems;
    service.implementation->check(problems);
    if (!problems.empty())
        throw failure(problems.front());
    service.implementation->start(state_->owner);
}

harness::~harness()
{
    auto& owner = state_->owner;
    owner.connections().drain();
    owner.connections().end_all(errc::drain_timeout);
    settle();
    if (state_->service.implementation) {
        boost::asio::co_spawn(owner.context(), state_->service.implementation->stop(),
                              [](std::exception_ptr const&) {});
        settle();
    }
}

peer harness::connect()
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw std::system_error(errno, std::generic_category(), "socketpair");
    unique_fd client(ends[0]);
    unique_fd server(ends[1]);
    auto& owner = state_->owner;
    // Who steers is asked who he is, which a UNIX socket tells.
    auto const& row = state_->service.definition;
    bool const tcp = contains(row.reached_by, transport::tcp) && !row.control;
    auto const kind = tcp ? transport::tcp : transport::unix_stream;
    connection_ptr c(new connection(owner.connections(), state_->service, kind, owner.sockets(),
                                    std::move(server), abstract("service"), abstract("client")));
    c->faults = state_->faults;
    if (!tcp)
        c->peer = ourselves();
    owner.announce(*c);
    owner.spawn(state_->service, std::move(c));
    settle();
    return {*this, std::move(client)};
}

std::optional<std::string> harness::ask(std::string_view message, std::string_view from)
{
    auto& s = *state_;
    auto& known = s.owner.flows().touch(s.service, transport::unix_datagram, abstract("service"),
                                        abstract(from), s.owner.time().now());
    ++known.messages_received;
    known.received += message.size();
    std::vector<char> room(largest_datagram);
    auto const size = message.copy(room.data(), room.size());
    datagram made(room, size, known, {s.log, s.service.name(), known.remote, 0, known.id});
    try {
        s.service.handle(made);
    } catch (...) { // as the daemon does
        s.log.error("handler-failed", {{"service", s.service.name()},
                                       {"flow", known.id},
                                       {"remote", known.remote.raw()},
                                       {"exception", text_of(std::current_exception())}});
        settle();
        return std::nullopt;
    }
    settle();
    if (!made.answer())
        return std::nullopt;
    ++known.messages_sent;
    return std::string(room.data(), *made.answer());
}

void harness::settle()
{
    auto& owner = state_->owner;
    auto& context = owner.context();
    for (;;) {
        context.restart();
        if (context.poll() > 0)
            continue;
        if (owner.background().jobs() == 0)
            return;
        context.run_one();
    }
}

void harness::advance(std::chrono::milliseconds by)
{
    auto& owner = state_->owner;
    auto& clock = owner.time();
    auto const until = clock.now() + by;
    for (;;) {
        owner.connections().sweep(clock.now());
        settle();
        // Once more: who was woken may have gone to sleep again.
        auto const next = owner.connections().sweep(clock.now());
        if (next > until)
            break;
        clock.set(next);
    }
    clock.set(until);
    owner.connections().sweep(until);
    settle();
}

void harness::drain()
{
    state_->owner.connections().drain();
    settle();
}

std::size_t harness::connections() const
{
    return state_->owner.connections().size();
}

std::string harness::log() const
{
    state_->log.flush();
    std::string text;
    std::array<char, 16384> bytes;
    for (;;) {
        auto const count =
            ::pread(state_->log_file.get(), bytes.data(), bytes.size(), static_cast<off_t>(text.size()));
        if (count <= 0)
            return text;
        text.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

runtime& harness::owner() noexcept
{
    return state_->owner;
}

void harness::inject(io_faults& faults) noexcept
{
    state_->faults = &faults;
}

} // namespace polyport::testing
