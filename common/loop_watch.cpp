// SPDX-License-Identifier: BSL-1.0
#include "common/loop_watch.hpp"

#include "common/readiness.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace polyport {
namespace {

// A turn may begin between two ticks: only the second one that finds no progress proves anything.
constexpr std::uint64_t first_report = 2;
constexpr std::uint64_t next_report_after = 4; ///< times as many periods

/// A line in memory of its own: a signal handler must not allocate.
class fixed_line {
public:
    void add(std::string_view text) noexcept
    {
        for (char const c : text) {
            if (size_ < text_.size())
                text_[size_++] = c;
        }
    }
    void add(std::uint64_t number) noexcept
    {
        std::array<char, 20> digits;
        auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        add({digits.data(), static_cast<std::size_t>(end - digits.data())});
    }
    void add(unsigned number, std::size_t width) noexcept
    {
        std::array<char, 4> digits{};
        for (std::size_t i = width; i-- > 0; number /= 10)
            digits[i] = static_cast<char>('0' + number % 10);
        add({digits.data(), width});
    }
    /// As in the other records. No gmtime_r(), which is not meant for signal handlers.
    void add_time() noexcept
    {
        using namespace std::chrono;
        auto const now = floor<milliseconds>(system_clock::now());
        auto const day = floor<days>(now);
        year_month_day const date(day);
        hh_mm_ss const time(now - day);
        add(static_cast<unsigned>(static_cast<int>(date.year())), 4);
        add("-");
        add(static_cast<unsigned>(date.month()), 2);
        add("-");
        add(static_cast<unsigned>(date.day()), 2);
        add("T");
        add(static_cast<unsigned>(time.hours().count()), 2);
        add(":");
        add(static_cast<unsigned>(time.minutes().count()), 2);
        add(":");
        add(static_cast<unsigned>(time.seconds().count()), 2);
        add(".");
        add(static_cast<unsigned>(time.subseconds().count()), 3);
        add("Z");
    }
    void write_to(int fd) const noexcept
    {
        [[maybe_unused]] auto const written = ::write(fd, text_.data(), size_);
    }

private:
    std::array<char, 320> text_;
    std::size_t size_ = 0;
};

} // namespace

loop_watch::loop_watch(readiness& set, log_settings const& log, std::chrono::milliseconds period)
    : set_(set), progress_(set.progress()), file_(log.file), format_(log.format), period_(period)
{
    struct sigaction action{};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigfillset(&action.sa_mask);
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID; // no other thread's calls are interrupted
    event.sigev_signo = SIGRTMIN;
    event.sigev_value.sival_ptr = this;
    event._sigev_un._tid = ::gettid();
    has_timer_ =
        ::sigaction(SIGRTMIN, &action, nullptr) == 0 && ::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
    if (has_timer_)
        set_.watch_with(this);
}

loop_watch::~loop_watch()
{
    if (!has_timer_)
        return;
    set_.watch_with(nullptr);
    ::timer_delete(timer_);
    ::signal(SIGRTMIN, SIG_IGN); // one that is pending goes, too
}

void loop_watch::on_signal(int, siginfo_t* info, void*)
{
    if (info->si_code == SI_TIMER)
        static_cast<loop_watch*>(info->si_value.sival_ptr)->tick();
}

bool loop_watch::set_timer(std::chrono::milliseconds period) noexcept
{
    using namespace std::chrono;
    auto const whole = duration_cast<seconds>(period);
    itimerspec each{};
    each.it_interval = {static_cast<time_t>(whole.count()),
                        static_cast<long>(nanoseconds(period - whole).count())};
    each.it_value = each.it_interval;
    return ::timer_settime(timer_, 0, &each, nullptr) == 0;
}

void loop_watch::begin() noexcept
{
    ticking_.store(set_timer(period_), std::memory_order_relaxed);
}

// Interrupts the thread of the loop, wherever it is: nothing may be touched but what is atomic or its own.
void loop_watch::tick() noexcept
{
    int const code = errno;
    auto const resumed = progress_.resumed.load(std::memory_order_relaxed);
    if (resumed != seen_) {
        seen_ = resumed;
        periods_ = 0;
        next_report_ = first_report;
    } else if (!progress_.running.load(std::memory_order_relaxed)) {
        set_timer(std::chrono::milliseconds(0));
        ticking_.store(false, std::memory_order_relaxed);
        periods_ = 0;
    } else if (++periods_ == next_report_) {
        report(periods_ - 1);
        next_report_ *= next_report_after;
    }
    errno = code;
}

void loop_watch::report(std::uint64_t periods) const noexcept
{
    constexpr std::string_view remedy = "what computes or blocks for long belongs into run_blocking()";
    auto const at_work = progress_.at_work.load(std::memory_order_relaxed);
    bool const flow = (at_work & loop_progress::is_flow) != 0;
    auto const held = periods * static_cast<std::uint64_t>(period_.count());
    bool const json = format_ == log_format::json;
    fixed_line line;
    line.add(json ? "{\"time\":\"" : "");
    line.add_time();
    line.add(json ? "\",\"level\":\"warning\",\"event\":\"loop-held\"" : " warn  loop-held");
    if (at_work != 0) {
        line.add(json ? ",\"" : " ");
        line.add(flow ? "flow" : "connection");
        line.add(json ? "\":" : "=");
        line.add(at_work & ~loop_progress::is_flow);
    }
    line.add(json ? ",\"milliseconds\":" : " milliseconds=");
    line.add(held);
    line.add(json ? ",\"still\":true,\"remedy\":\"" : " still=true remedy=\"");
    line.add(remedy);
    line.add(json ? "\"}\n" : "\"\n");
    int fd = STDERR_FILENO;
    if (!file_.empty()) // not the logger's, which may be waited for
        fd = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    line.write_to(fd);
    if (!file_.empty())
        ::close(fd);
}

} // namespace polyport
