// SPDX-License-Identifier: BSL-1.0
#include "services/http/static_file.hpp"

#include "common/io_faults.hpp"
#include "services/http/byte_range.hpp"
#include "services/http/file_plan.hpp"
#include "services/http/http_service.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>
#include <string>
#include <vector>

#include <sys/sendfile.h>

namespace polyport::http {
namespace {

// Bodies up to here are copied behind their head, and may wait there for more pipelined responses.
constexpr std::size_t copied_size = 16 * 1024;
constexpr std::size_t sendfile_size = 512 * 1024;
constexpr int sendfiles_a_turn = 4;

std::string random_boundary()
{
    static constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::random_device random;
    std::string text(32, '0');
    std::generate(text.begin(), text.end(), [&random] { return letters[random() % letters.size()]; });
    return text;
}

void refuse_range(exchange& x, representation const& form)
{
    auto const range = unsatisfied_range(form.size);
    std::array const fields{extra_field{"Content-Range", range}};
    x.respond_error(status::range_not_satisfiable, {}, fields);
}

void append_not_modified(exchange& x, representation const& form)
{
    auto response = x.begin_response(status::not_modified);
    x.out() += form.validator_fields;
    response.connection(x.keep_alive, x.head.minor_version());
    response.finish();
}

void append_head(exchange& x, file_plan const& p, std::uint64_t size)
{
    auto response = x.begin_response(p.code);
    x.out() += p.form->content_fields;
    x.out() += p.form->validator_fields;
    if (p.code == status::partial_content)
        response.field("Content-Range", content_range(p.ranges.front(), p.form->size));
    response.content_length(size);
    response.connection(x.keep_alive, x.head.minor_version());
    response.finish();
}

// The content type of one part is in the part: only the fields that are about the whole stay.
void append_multipart_head(exchange& x, file_plan const& p, multipart_ranges const& parts)
{
    auto response = x.begin_response(p.code);
    response.field("Content-Type", parts.content_type());
    if (p.form->coding != content_coding::identity)
        response.field("Content-Encoding", coding_name(p.form->coding));
    response.field("Accept-Ranges", "bytes").prepared(no_sniffing);
    x.out() += p.form->validator_fields;
    response.content_length(parts.total_size());
    response.connection(x.keep_alive, x.head.minor_version());
    response.finish();
}

// The kernel moves the bytes from the file to the socket. A file that has become shorter cannot give what the
// head promised: the connection ends, so that the client can tell.
task<bool> send_from_file(exchange& x, int fd, byte_range range)
{
    auto offset = static_cast<off_t>(range.first);
    auto left = range.size();
    int calls = 0;
    while (left > 0) {
        auto const wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, sendfile_size));
        auto allowed = x.client.send_allowance(wanted);
        if (allowed == 0) {
            auto const failed = co_await x.client.wait_writable();
            if (failed)
                co_return false;
            continue;
        }
        if (auto* const faults = x.client.info().faults) [[unlikely]] {
            if (auto const error = faults->before_write(allowed)) {
                x.client.end(error);
                co_return false;
            }
        }
        auto const count = ::sendfile(x.client.info().socket.fd(), fd, &offset, allowed);
        if (count > 0) {
            x.client.count_sent(static_cast<std::size_t>(count));
            x.sent += static_cast<std::uint64_t>(count);
            left -= static_cast<std::uint64_t>(count);
            if (left > 0 && ++calls % sendfiles_a_turn == 0) {
                auto const failed = co_await x.client.take_turn();
                if (failed)
                    co_return false;
            }
        } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            auto const failed = co_await x.client.wait_writable();
            if (failed)
                co_return false;
        } else if (count == 0 || errno != EINTR) {
            x.client.end(count == 0 ? error_code(errc::file_changed)
                                    : error_code(errno, boost::system::system_category()));
            co_return false;
        }
    }
    x.client.written();
    co_return true;
}

// What is in x.out(), then a range of the file.
task<bool> send_range(exchange& x, representation const& form, byte_range range)
{
    if (form.in_memory()) {
        auto const bytes = std::span(form.content).subspan(range.first, range.size());
        auto const failed = co_await x.write(bytes);
        if (failed)
            co_return false;
        x.sent += bytes.size();
        co_return true;
    }
    x.note_first_byte();
    auto const [error, size] = x.client.write_now(x.out(), true);
    x.out().erase(0, size);
    if (error)
        co_return false;
    if (!x.out().empty()) {
        auto const failed = co_await x.flush();
        if (failed)
            co_return false;
    }
    co_return co_await send_from_file(x, form.file->get(), range);
}

task<bool> send_multipart(exchange& x, file_cache::entry file, file_plan p)
{
    multipart_ranges const parts(random_boundary(), file->type, p.form->size, std::move(p.ranges));
    append_multipart_head(x, p, parts);
    if (!x.wants_body())
        co_return true;
    for (std::size_t i = 0; i < parts.ranges().size(); ++i) {
        auto const head = parts.part_head(i);
        x.out() += head;
        x.sent += head.size();
        auto const done = co_await send_range(x, *p.form, parts.ranges()[i]);
        if (!done)
            co_return false;
    }
    auto const tail = parts.tail();
    x.out() += tail;
    x.sent += tail.size();
    co_return true;
}

// True if nothing needs to be waited for: then it is done.
bool answer_now(exchange& x, file_plan const& p)
{
    auto const& form = *p.form;
    switch (p.code) {
    case status::not_modified:
        append_not_modified(x, form);
        return true;
    case status::precondition_failed:
        x.respond_error(p.code);
        return true;
    case status::range_not_satisfiable:
        refuse_range(x, form);
        return true;
    default:
        break;
    }
    if (p.ranges.size() > 1)
        return false;
    auto const first = p.ranges.empty() ? 0 : p.ranges.front().first;
    auto const size = p.ranges.empty() ? form.size : p.ranges.front().size();
    if (x.wants_body() && size > 0 && (!form.in_memory() || size > copied_size))
        return false;
    append_head(x, p, size);
    if (x.wants_body()) {
        x.out().append(form.content, first, size);
        x.sent += size;
    }
    return true;
}

task<bool> answer(http_service& service, exchange& x, file_cache::entry file, file_plan p)
{
    bool done = false;
    if (p.ranges.size() > 1) {
        done = co_await send_multipart(x, file, std::move(p));
    } else {
        byte_range const range = p.ranges.empty() ? byte_range{0, p.form->size - 1} : p.ranges.front();
        append_head(x, p, range.size());
        done = co_await send_range(x, *p.form, range);
    }
    if (!done && x.client.info().ended() == errc::file_changed)
        service.files().forget(*file);
    co_return done;
}

} // namespace

result<file_cache::entry> find_file(http_service& service, location const& place, std::string const& path)
{
    auto const now = coarse_now();
    if (auto known = service.find_cached(place, path, now))
        return known;
    auto loaded = load_file(*place.root, *place.types, place.loading, place.below_root(path));
    if (!loaded)
        return loaded.error();
    service.files().keep(cache_key(place, path), *loaded, now);
    return file_cache::entry(*loaded);
}

bool send_file_now(http_service& service, exchange& x, file_cache::entry const& file)
{
    return answer_now(x, plan_file(service, x, file));
}

task<bool> send_file(http_service& service, exchange& x, file_cache::entry file)
{
    auto p = plan_file(service, x, file);
    if (answer_now(x, p))
        co_return true;
    co_return co_await answer(service, x, std::move(file), std::move(p));
}

} // namespace polyport::http
