// SPDX-License-Identifier: BSL-1.0
// A protocol of fixed fields: twelve bytes with the name of a file, filled up with NUL, then the file's bytes
// until the client shuts its sending side. The answer is one line.
#include "file.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <polyport/polyport.hpp>

using namespace polyport;

class upload final : public stream_service {
public:
    explicit upload(option_set& options)
    {
        options.group("Upload");
        options.add("upload-directory", "DIR", "where the files go", bind_file_name(directory_))
            .with_example("/srv/upload");
        options.add("upload-max", "SIZE", "the largest file that is taken",
                    bind_size(largest_, 1, std::uint64_t{1} << 40));
        options.add("upload-pause", "T", "how long a client may pause",
                    bind_duration(pause_, std::chrono::milliseconds(1), std::chrono::hours(1)));
    }

    /// For --check, too.
    void check(std::vector<std::string>& problems) const override
    {
        if (auto const opened = open_directory(directory_); !opened)
            problems.push_back(opened.error().text);
    }

    void start(runtime& owner) override
    {
        files_ = open_directory(directory_).value(); // throws start_error
        complete_ = &owner.metrics().add_counter("upload_files_total", "Files that came in whole");
        bytes_ = &owner.metrics().add_counter("upload_bytes_total", "Bytes of files that came in whole");
    }

    task<> serve(stream client) override
    {
        std::array<char, 12> field{};
        auto const head = co_await client.read_exactly(field);
        if (head.error)
            co_return;
        auto const name = file_name({field.data(), field.size()});
        auto answer = std::string("refused: the name is not one of a file\n");
        if (name.empty())
            client.note_reason(errc::bad_request);
        else
            answer = co_await receive(client, name);
        client.clear_deadline();
        co_await client.write(answer);
        co_await client.finish(); // or the rest of a file that is refused would cost the client its answer
    }

private:
    // `client` and `name` are the caller's, who waits.
    task<std::string> receive(stream& client, std::string const& name)
    {
        // Shared with the work of the pool, which may outlive this coroutine. It leaves nothing behind unless
        // it gets its name.
        auto const file = std::make_shared<unfinished_file>(files_);
        if (file->failed())
            co_return failed(client, name, file->failed());
        std::uint64_t size = 0;
        for (;;) {
            client.set_deadline(deadline_kind::body, pause_);
            auto const piece = co_await client.read_some();
            if (!piece && piece.error() == errc::end_of_stream)
                break;
            if (!piece)
                co_return "refused: " + piece.error().message() + "\n";
            size += piece->size();
            if (size > largest_) {
                client.note_reason(errc::message_too_large);
                co_return "refused: the file is too large\n";
            }
            auto append = [file, bytes = std::string(*piece)] { return file->append(bytes); };
            auto const written = co_await run_blocking(client.owner(), std::move(append));
            if (written)
                co_return failed(client, name, written);
        }
        auto keep = [file, name] { return file->keep_as(name); };
        auto const kept = co_await run_blocking(client.owner(), std::move(keep));
        if (kept == boost::system::errc::file_exists)
            co_return "refused: there is a file of this name\n";
        if (kept)
            co_return failed(client, name, kept);
        complete_->add();
        bytes_->add(size);
        client.log().info("uploaded", {{"name", name}, {"size", size}});
        co_return "stored " + std::to_string(size) + " bytes\n";
    }

    /// What is wrong here is for the log; the client learns that it is not his fault.
    static std::string failed(stream& client, std::string const& name, error_code why)
    {
        client.log().error("upload-failed", {{"name", name}, {"reason", why.message()}});
        return "failed: the file could not be kept\n";
    }

    std::string directory_;
    std::uint64_t largest_ = 100U << 20;
    std::chrono::milliseconds pause_{10'000};
    descriptor files_;
    counter* complete_ = nullptr;
    counter* bytes_ = nullptr;
};

constexpr service_definition row{"upload", transports::streams, "take files, each by a name of 12 bytes",
                                 make_service<upload>};

int main(int argc, char** argv)
{
    return run(argc, argv, row);
}
