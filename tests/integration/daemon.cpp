// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/daemon.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace polyport::integration {
namespace {

// Above the descriptors that a service manager hands over (3, 4, …), below every limit that a test sets.
constexpr int ready_descriptor = 20;

std::string program_from(char const* variable, [[maybe_unused]] char const* built)
{
    char const* const named = std::getenv(variable);
    return named && *named ? named : built;
}

std::vector<std::string> command(std::vector<std::string> arguments, std::string const& program)
{
    arguments.insert(arguments.begin(), program.empty() ? daemon_program() : program);
    return arguments;
}

bool is_sanitizer_report(std::string_view line)
{
    return line.find("Sanitizer") != line.npos || line.find("runtime error:") != line.npos;
}

} // namespace

std::string daemon_program()
{
    return program_from("POLYPORTD", POLYPORTD_PATH);
}

std::string client_program()
{
    return program_from("POLYPORT", POLYPORT_PATH);
}

std::string log_line::field(std::string_view name) const
{
    boost::json::value const* const found = fields.if_contains(name);
    if (!found)
        return {};
    return found->is_string() ? std::string(found->get_string()) : boost::json::serialize(*found);
}

log_capture::log_capture(unique_fd from) : from_(std::move(from)), reader_([this] { read_all(); }) {}

log_capture::~log_capture()
{
    finish();
}

void log_capture::finish()
{
    if (reader_.joinable())
        reader_.join();
}

void log_capture::read_all()
{
    std::array<char, 65536> bytes;
    std::string rest;
    for (;;) {
        ssize_t const count = ::read(from_.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count > 0)
            rest.append(bytes.data(), static_cast<std::size_t>(count));
        else if (!rest.empty() && !rest.ends_with('\n'))
            rest += '\n';
        std::lock_guard const lock(mutex_);
        std::size_t from = 0;
        for (std::size_t end; (end = rest.find('\n', from)) != rest.npos; from = end + 1) {
            log_line line{rest.substr(from, end - from), {}};
            boost::system::error_code problem;
            boost::json::value parsed = boost::json::parse(line.text, problem);
            if (!problem && parsed.is_object())
                line.fields = std::move(parsed.get_object());
            lines_.push_back(std::move(line));
        }
        rest.erase(0, from);
        ended_ = count <= 0;
        changed_.notify_all();
        if (ended_)
            return;
    }
}

std::vector<log_line> log_capture::lines() const
{
    std::lock_guard const lock(mutex_);
    return lines_;
}

std::string log_capture::text() const
{
    std::lock_guard const lock(mutex_);
    std::string result;
    for (log_line const& line : lines_)
        result += line.text + '\n';
    return result;
}

std::optional<log_line> log_capture::wait_for(std::function<bool(log_line const&)> const& fits,
                                              milliseconds limit) const
{
    std::unique_lock lock(mutex_);
    std::size_t next = 0;
    std::optional<log_line> found;
    changed_.wait_for(lock, limit, [&] {
        for (; next < lines_.size() && !found; ++next)
            if (fits(lines_[next]))
                found = lines_[next];
        return found || ended_;
    });
    return found;
}

std::size_t log_capture::count(std::string_view event) const
{
    std::lock_guard const lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        lines_.begin(), lines_.end(), [&](log_line const& line) { return line.event() == event; }));
}

bool log_capture::wait_for_count(std::string_view event, std::size_t wanted) const
{
    std::size_t seen = 0;
    return wait_for([&](log_line const& line) { return line.event() == event && ++seen >= wanted; })
        .has_value();
}

daemon_process::daemon_process(std::vector<std::string> arguments, launch_options options)
{
    pipe_ends report = make_pipe();
    pipe_ends errors = make_pipe();
    // Behind the test's own, which may ask for another level or format: the last one counts, if it is said
    // twice.
    auto const add = [&](std::string const& name, std::string const& value) {
        if (std::find(arguments.begin(), arguments.end(), name) == arguments.end())
            arguments.insert(arguments.end(), {name, value});
    };
    add("--ready-fd", std::to_string(ready_descriptor));
    add("--log-format", "json");
    add("--log-level", "info");
    options.descriptors.emplace_back(report.write.get(), ready_descriptor);
    options.descriptors.emplace_back(errors.write.get(), 2);
    child_.emplace(command(std::move(arguments), options.program), options);
    report.write.reset();
    errors.write.reset();
    log_ = std::make_unique<log_capture>(std::move(errors.read));
    try {
        read_report(report.read);
    } catch (...) {
        child_.reset(); // ends the process, and so the stream that the reader waits on
        throw;
    }
}

void daemon_process::read_report(unique_fd const& from)
{
    std::array<char, 65536> bytes;
    pollfd watched{from.get(), POLLIN, 0};
    for (;;) {
        int const ready = ::poll(&watched, 1, static_cast<int>(patience.count()));
        if (ready < 0 && errno == EINTR)
            continue;
        ssize_t const count = ready > 0 ? ::read(from.get(), bytes.data(), bytes.size()) : -1;
        if (count == 0 && ready_text_.ends_with('\n'))
            break; // it has closed the descriptor, as the contract says
        if (count <= 0) {
            auto const status = child_->wait(ready > 0 ? patience : milliseconds(0));
            if (status)
                log_->finish();
            throw std::runtime_error(
                (status ? "the daemon ended with status " + std::to_string(*status) : "the daemon hangs") +
                " before it was ready; report: '" + ready_text_ + "'; log:\n" + log_->text());
        }
        ready_text_.append(bytes.data(), static_cast<std::size_t>(count));
    }
    ready_ = boost::json::parse(ready_text_).as_object();
}

daemon_process::~daemon_process()
{
    if (!child_)
        return;
    int const status = stop();
    BOOST_CHECK_MESSAGE(status == status_expected_,
                        "the daemon's exit status is " << status << ", not " << status_expected_);
    for (log_line const& line : log_->lines()) {
        bool const bad = is_sanitizer_report(line.text) ||
                         (!errors_expected_ && (line.level() == "error" || line.level() == "critical"));
        BOOST_CHECK_MESSAGE(!bad, "the daemon said: " << line.text);
        if (is_sanitizer_report(line.text)) {
            BOOST_TEST_MESSAGE(log_->text());
            break;
        }
    }
}

int daemon_process::stop()
{
    if (!child_->wait(milliseconds(0)))
        child_->signal(SIGTERM);
    auto const status = child_->wait();
    if (!status) {
        BOOST_ERROR("the daemon did not end after SIGTERM; log:\n" << log_->text());
        child_->signal(SIGKILL);
    }
    int const result = child_->wait().value_or(-1);
    log_->finish();
    return result;
}

boost::json::object const& daemon_process::endpoint(std::string_view service, std::size_t n) const
{
    for (boost::json::value const& entry : ready_.at("endpoints").as_array()) {
        boost::json::object const& endpoint = entry.as_object();
        if (endpoint.at("service").as_string() == service && n-- == 0)
            return endpoint;
    }
    throw std::out_of_range("the launch report names no such endpoint: " + std::string(service) + " in " +
                            ready_text_);
}

void daemon_process::hold() const
{
    signal(SIGSTOP);
    BOOST_TEST_REQUIRE(eventually([this] {
        auto const stat = read_file("/proc/" + std::to_string(pid()) + "/stat"); // proc(5)
        return stat.find(") T ") != stat.npos;
    }));
}

std::uint16_t daemon_process::port(std::string_view service, std::size_t n) const
{
    return static_cast<std::uint16_t>(endpoint(service, n).at("port").as_int64());
}

std::size_t descriptor_check::count() const
{
    std::vector<std::string> const all = of_.descriptors();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](std::string const& target) { return target[0] != '/'; }));
}

descriptor_check::~descriptor_check()
{
    if (eventually([this] { return count() == before_; }, milliseconds(10'000)))
        return;
    std::string now;
    for (std::string const& target : of_.descriptors())
        now += " " + target;
    BOOST_ERROR("the daemon held " << before_ << " sockets and pipes before, and has these open now:" << now);
}

outcome refused_start(std::vector<std::string> const& arguments, launch_options options)
{
    auto words = command(arguments, options.program);
    return run(std::move(words), {}, std::move(options));
}

} // namespace polyport::integration
