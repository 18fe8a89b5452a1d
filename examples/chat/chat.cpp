// SPDX-License-Identifier: BSL-1.0
// A room in which lines are passed on to everybody. The first line that somebody sends is their name.
#include <algorithm>
#include <list>
#include <string>
#include <string_view>

#include <polyport/polyport.hpp>

using namespace polyport;

namespace {

constexpr std::size_t longest_name = 32;
constexpr std::size_t longest_line = 1000;

/// Without what a terminal would obey.
std::string printable(std::string_view text)
{
    std::string result(text);
    std::erase_if(result, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    return result;
}

} // namespace

class chat final : public stream_service {
public:
    explicit chat(option_set& options)
    {
        options.group("Chat");
        options.add("chat-queue", "SIZE", "how much may wait for somebody who reads slowly",
                    bind_size(queue_, 1024, 16U << 20));
        options.add("chat-idle", "T", "how long somebody may be silent",
                    bind_duration(idle_, std::chrono::seconds(1), std::chrono::hours(24)));
    }

    task<> serve(stream client) override
    {
        client.set_post_limit(queue_);
        client.post("Your name?\n");
        auto const line = co_await client.read_line(longest_name);
        if (!line)
            co_return;
        client.set_idle_timeout(idle_);
        presence const here(*this, client, printable(*line));
        if (here.name().empty())
            co_return;
        for (;;) {
            auto const said = co_await client.read_line(longest_line);
            if (!said)
                break;
            tell_everybody(here.name() + ": " + printable(*said), &client);
        }
    }

private:
    /// Somebody is in the room for as long as this object lives, which is in the frame of their handler.
    class presence {
    public:
        presence(chat& room, stream& client, std::string name)
            : room_(room), client_(client), name_(std::move(name))
        {
            if (name_.empty())
                return;
            room_.tell_everybody("* " + name_ + " has come", nullptr);
            room_.present_.push_back(&client_);
        }
        presence(presence const&) = delete;
        presence& operator=(presence const&) = delete;
        ~presence()
        {
            if (std::erase(room_.present_, &client_) > 0)
                room_.tell_everybody("* " + name_ + " has gone", nullptr);
        }
        std::string const& name() const noexcept { return name_; }

    private:
        chat& room_;
        stream& client_;
        std::string name_;
    };

    /// Nobody is waited for: whoever reads too slowly is dropped by post().
    void tell_everybody(std::string const& text, stream const* but)
    {
        for (auto* const client : present_) {
            if (client != but)
                client->post(text + "\n");
        }
    }

    std::list<stream*> present_;
    std::uint64_t queue_ = 64U << 10;
    std::chrono::milliseconds idle_ = std::chrono::minutes(10);
};

constexpr service_definition row{"chat", transports::streams, "a room for lines of text", make_service<chat>};

int main(int argc, char** argv)
{
    return run(argc, argv, row);
}
