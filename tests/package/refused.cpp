// SPDX-License-Identifier: BSL-1.0
// Mistakes that do not compile. Each line with `refused:` must give an error that has these words.
#include <string>

#include <polyport/polyport.hpp>

using namespace polyport;

task<> handler(stream client)
{
    co_await client.read_some();
}
void message_handler(datagram&) {}
task<> wrong_handler(int)
{
    co_return;
}
struct no_service {};
class needs_more final : public stream_service {
public:
    explicit needs_more(int) {}
    task<> serve(stream) override { co_return; }
};

// clang-format off
constexpr service_definition good{"good-1", transports::streams, "fine", handler};
constexpr service_definition a{"Upper", transports::tcp, "x", handler};          // refused: words_in_lower_case
constexpr service_definition b{"two words", transports::tcp, "x", handler};      // refused: words_in_lower_case
constexpr service_definition c{"", transports::tcp, "x", handler};               // refused: words_in_lower_case
constexpr service_definition d{"dot", transports::tcp, "One sentence.", handler}; // refused: without_a_full_stop
constexpr service_definition e{"udp", transports::udp, "x", handler};            // refused: by_tcp_and_unix_stream_alone
constexpr service_definition f{"tcp", transports::tcp, "x", message_handler};    // refused: by_udp_and_unix_datagram_alone
constexpr service_definition g{"type", transports::tcp, "x", wrong_handler};     // refused: no matching function
constexpr service_definition h{"none", transports::tcp, "x", make_service<no_service>};  // refused: constraints not satisfied
constexpr service_definition i{"more", transports::tcp, "x", make_service<needs_more>};  // refused: constraints not satisfied

void captures(int number)
{
    auto const lambda = [number](stream) -> task<> { co_return; };
    service_definition const made{"captures", transports::tcp, "x", lambda}; // refused: no matching function
}
// clang-format on
task<> writes_a_temporary(stream client)
{
    co_await client.write(std::string("gone")); // refused: use of deleted function
}
task<> copies(stream client)
{
    stream other(client); // refused: use of deleted function
    co_await other.read_some();
}
task<> forgets_to_wait(stream client)
{
    client.write("x"); // refused: ignoring returned value
    co_return;
}
