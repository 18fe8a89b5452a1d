// SPDX-License-Identifier: BSL-1.0
#include "services/http/cgi/gateway.hpp"

#include "services/http/cgi/body_feed.hpp"
#include "services/http/cgi/client_watch.hpp"
#include "services/http/cgi/companion.hpp"
#include "services/http/cgi/gateway_settings.hpp"

#include <array>
#include <utility>

namespace polyport::cgi {
namespace {

constexpr std::array<http::extra_field, 1> retry_soon{http::extra_field{"Retry-After", "1"}};

std::string_view folder_of(std::string_view file)
{
    auto const slash = file.rfind('/');
    return slash == 0 ? file.substr(0, 1) : file.substr(0, slash);
}

std::string_view name_of(std::string_view file)
{
    return file.substr(file.rfind('/') + 1);
}

struct served_client {
    run& program;
    connection const& client;
};

void client_left(void* whom, client_watch::news what)
{
    auto const& [program, client] = *static_cast<served_client*>(whom);
    if (what == client_watch::news::gone)
        program.give_up(cut_by(client.ended()));
    else
        program.client_closed();
}

struct waiting_client {
    admission& in;
    admission::place& at;
};

void waiting_client_left(void* whom, client_watch::news what)
{
    auto const& [in, at] = *static_cast<waiting_client*>(whom);
    if (what == client_watch::news::gone)
        in.cancel(at, errc::killed);
}

task<> feed_all(body_feed& feed, run& program)
{
    co_await feed.feed();
    if (feed.failed())
        program.give_up(cut::bad_input);
}

/// A run for as long as its request is worked on.
class lease {
public:
    lease(connection& of, std::shared_ptr<run> program) noexcept
        : connection_(of), program_(std::move(program))
    {
        if (program_)
            connection_.process = &program_->info();
    }
    lease(lease const&) = delete;
    lease& operator=(lease const&) = delete;
    ~lease()
    {
        connection_.process = nullptr;
        if (program_)
            program_->finish();
    }
    explicit operator bool() const noexcept { return program_ != nullptr; }
    run* get() const noexcept { return program_.get(); }
    run& operator*() const noexcept { return *program_; }

private:
    connection& connection_;
    std::shared_ptr<run> program_;
};

/// The null-terminated array that execve() wants, over texts that live on.
std::vector<char*> pointers_to(std::vector<std::string>& words)
{
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (auto& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

gateway::gateway(runtime& owner, http::cgi_settings const& options, rlim_t initial_files)
    : owner_(owner), options_(options), inherited_(inherited_variables(options.env)),
      supervisor_(owner.context(), owner.sockets(), owner.log(), make_launch_settings(options, initial_files),
                  make_run_limits(options), make_admission_limits(options)),
      metrics_(owner.metrics(), owner.events(), supervisor_.rights())
{
    supervisor_.on_end([this](run const& program, exit_report const& how) { metrics_.ended(program, how); });
}

gateway::~gateway() = default;

void gateway::answer_bad_body(http::exchange& x, error_code reason)
{
    x.keep_alive = false;
    if (reason == errc::body_timeout) {
        x.client.note_reason(errc::body_timeout);
        x.respond_error(http::status::request_timeout, "the body of the request came too slowly");
    } else {
        x.respond_error(x.body.code(), x.body.reason());
    }
}

// False if the body cannot be had; the answer is given then, if there is one who could read it.
task<bool> gateway::spool_body(http::exchange& x, spool& into)
{
    for (;;) {
        auto const piece = co_await x.body.read();
        if (piece.error) {
            answer_bad_body(x, piece.error);
            co_return false;
        }
        if (piece.data.empty())
            co_return true;
        if (auto const failed = into.append(piece.data)) {
            owner_.log().warning("cgi-spool-failed", {{"reason", failed.message()}}, x.client.info().id);
            x.keep_alive = false;
            x.respond_error(http::status::insufficient_storage);
            co_return false;
        }
    }
}

void gateway::refuse(http::exchange& x)
{
    auto const& by = x.client.info();
    owner_.admission().of(by.service).refuse(refusal::programs_busy, by, "http-cgi-max");
    x.respond_error(http::status::service_unavailable, "too many programs run", retry_soon);
}

task<admission::ticket> gateway::wait_for_turn(http::exchange& x, client_watch& watch)
{
    auto& rights = supervisor_.rights();
    std::string peer = options_.max_per_ip > 0 ? x.client.info().remote.host() : std::string();
    auto right = rights.try_enter(peer);
    if (right)
        co_return right;
    if (x.client.info().socket.gone())
        co_return right;
    if (!rights.has_room_to_wait()) {
        refuse(x);
        co_return right;
    }
    admission::place at(std::move(peer));
    waiting_client whom{rights, at};
    if (options_.queue_timeout.count() > 0)
        supervisor_.look_at(std::chrono::steady_clock::now() + options_.queue_timeout);
    auto waiting = rights.async_wait(at, boost::asio::use_awaitable);
    watch.tell(waiting_client_left, &whom);
    auto const waited = co_await std::move(waiting);
    watch.tell_nobody();
    if (!waited)
        right = rights.take(at);
    else if (waited.error == errc::handler_timeout)
        refuse(x);
    co_return right;
}

task<std::shared_ptr<run>> gateway::start(http::exchange& x, program_request const& what,
                                          environment const& variables, body_source& body,
                                          admission::ticket right)
{
    auto words = arguments_for(what);
    auto const arguments = pointers_to(words);
    std::string const folder(folder_of(what.script_filename));
    launch plan;
    plan.program = words.front().c_str();
    plan.arguments = arguments.data();
    plan.environment = variables.data();
    plan.directory = folder.c_str();

    unique_fd file;
    if (body.spooled && body.kept.in_file()) {
        if (auto taken = body.kept.take_file())
            file = std::move(*taken);
        plan.input_file = file.get();
    } else {
        plan.has_input = body.present && body.length != 0;
    }
    std::string program(what.script_filename);
    boost::system::result<std::shared_ptr<run>, start_failure> started = std::shared_ptr<run>();
    if (supervisor_.has_others())
        started =
            co_await supervisor_.start_beside(plan, std::move(program), x.client.info().id, std::move(right));
    else
        started = supervisor_.start(plan, std::move(program), x.client.info().id, std::move(right));
    if (started)
        co_return std::move(*started);
    answer_failed_start(x, what, started.error());
    co_return nullptr;
}

// Of a program of another user that is known only now: the loop did not wait for it.
task<bool> gateway::has_started(http::exchange& x, program_request const& what, run& program)
{
    auto* const report = program.start_report();
    if (!report)
        co_return true;
    co_await report->wait(watched::event::readable);
    auto const failure = program.take_start_report();
    if (failure)
        answer_failed_start(x, what, *failure);
    co_return !failure;
}

void gateway::answer_failed_start(http::exchange& x, program_request const& what,
                                  start_failure const& failure)
{
    auto const executed = what.interpreter.empty() ? what.script_filename : what.interpreter;
    owner_.log().warning("cgi-not-started",
                         {{"message", describe(failure, executed, folder_of(what.script_filename))}},
                         x.client.info().id);
    auto const code = status_of(failure);
    if (code == http::status::service_unavailable)
        x.respond_error(code, "the program cannot be started now", retry_soon);
    else
        x.respond_error(code, "the program cannot be started");
}

task<answered> gateway::serve(http::exchange& x, program_request what, run& program, std::string_view first)
{
    relay output(x, program, static_cast<std::size_t>(options_.max_header_bytes),
                 name_of(what.script_name).starts_with("nph-"));
    body_feed feed(x.client, x.body, program, first);
    std::optional<companion> feeding;
    if (program.input() && !feed.feed_now())
        feeding.emplace(owner_.context(), owner_.sockets(), feed_all(feed, program));
    auto const result = co_await output.run_to_end();
    if (feeding) {
        feed.stop();
        co_await feeding->async_join(boost::asio::use_awaitable);
    }
    answered answer;
    switch (result) {
    case relay::result::done:
        break;
    case relay::result::broken:
        answer.what = answered::kind::broken;
        break;
    case relay::result::redirect:
        answer.what = answered::kind::redirect;
        answer.location = output.location();
        break;
    case relay::result::cut:
        switch (program.was_cut()) {
        case cut::timeout:
        case cut::idle:
            x.respond_error(http::status::gateway_timeout, "the program took too long");
            break;
        case cut::bad_input:
            answer_bad_body(x, feed.error());
            break;
        default:
            answer.what = answered::kind::broken;
            break;
        }
        break;
    }
    co_return answer;
}

task<answered> gateway::answer(http::exchange& x, program_request what)
{
    answered answer;
    body_source body;
    body.present = x.body.present() && !what.redirected;
    if (body.present && x.body.has_length()) {
        body.length = x.body.length();
    } else if (body.present && options_.body == http::cgi_body::automatic) {
        body.spooled = true;
        auto const done = co_await spool_body(x, body.kept);
        if (!done) {
            if (x.client.info().ended())
                answer.what = answered::kind::broken;
            co_return answer;
        }
        body.length = body.kept.size();
    }
    auto const variables = variables_for(x, what, body.length, inherited_);
    if (!variables) {
        x.respond_error(http::status::bad_request,
                        "two fields of the request would become the same variable");
        co_return answer;
    }
    // Responses to earlier requests do not wait for this program.
    if (!x.flush_now()) {
        auto const failed = co_await x.flush();
        if (failed) {
            answer.what = answered::kind::broken;
            co_return answer;
        }
    }
    client_watch watch(x);
    auto const asked = std::chrono::steady_clock::now();
    auto right = co_await wait_for_turn(x, watch);
    if (!right) {
        if (!x.responded())
            answer.what = answered::kind::broken;
        co_return answer;
    }
    auto started = co_await start(x, what, *variables, body, std::move(right));
    lease const program(x.client.info(), std::move(started));
    if (!program)
        co_return answer;
    auto const began = std::chrono::steady_clock::now();
    metrics_.waited(began - asked);
    served_client whom{*program, x.client.info()};
    watch.tell(client_left, &whom);
    bool const runs = co_await has_started(x, what, *program);
    if (!runs) {
        watch.tell_nobody();
        co_return answer;
    }
    metrics_.started(x.client.info(), program.get()->info());
    answer = co_await serve(x, what, *program, body.kept.memory());
    watch.tell_nobody();
    metrics_.answered(x.code, std::chrono::steady_clock::now() - began);
    program.get()->note_status(http::number(x.code));
    co_return answer;
}

} // namespace polyport::cgi
