// SPDX-License-Identifier: BSL-1.0
#include "tests/integration/stage.hpp"

#include "tests/integration/documents.hpp"

#include <boost/algorithm/string/replace.hpp>

#include <cstdlib>
#include <regex>
#include <utility>

namespace polyport::integration {
namespace {

namespace fs = std::filesystem;

} // namespace

stage::stage()
{
    for (char const* const made : {"build/release/bin", "etc/polyport", "run/polyport", "srv/git",
                                   "srv/example", "usr/lib/cgi-bin", "usr/share/icons", "var/www"})
        fs::create_directories(directory_ / made);
    fs::create_symlink(daemon_program(), directory_ / "build/release/bin/polyportd");
    fs::create_symlink(client_program(), directory_ / "build/release/bin/polyport");
    fs::create_directory_symlink(source_tree() / "config", directory_ / "config");
    fs::create_directory_symlink(source_tree() / "scripts", directory_ / "scripts");
    // Not a link: what is shown may put files there.
    fs::copy(source_tree() / "config/www", directory_ / "srv/www", fs::copy_options::recursive);
    write_file(directory_ / "in", "standard input");
    write_file(directory_ / "etc/myhttpd.conf", staged("Port=80\nDirectory=/var/www\n"));
    write_file(directory_ / "etc/polyport/polyport.conf", staged("http = 8080\nhttp-root = /srv/www\n"));
    // `alice` with the password `open sesame`.
    write_file(directory_ / "etc/polyport/htpasswd",
               "alice:$2y$04$4SXrrexiPJeOICpiOXKmK.8ATRYoNAk7LlyZZiz3duUKBeZtxastW\n");
    write_file(directory_ / "etc/polyport/groups", "staff: alice\n");
    for (char const* const file : {"etc/polyport/htpasswd", "etc/polyport/groups"})
        fs::permissions(directory_ / file, fs::perms::owner_read | fs::perms::owner_write);
}

std::string stage::staged(std::string const& text) const
{
    static std::regex const named(
        R"((^|[\s=:'"])(/(srv|etc|run)/|/var/www|/usr/lib/cgi-bin|/usr/share/icons))");
    return std::regex_replace(text, named, "$1" + directory_.path().string() + "$2");
}

std::vector<std::string> stage::shell(std::string const& command) const
{
    return {"/bin/bash", "-e", "-o", "pipefail", "-c", staged(command)};
}

launch_options stage::installed(std::vector<std::string> environment) const
{
    launch_options options;
    options.directory = directory_.path().string();
    options.environment = std::move(environment);
    options.environment.push_back("PATH=" + (directory_ / "build/release/bin").string() + ":" +
                                  std::getenv("PATH"));
    return options;
}

outcome stage::run(std::string const& command, std::string_view input) const
{
    launch_options options;
    options.directory = directory_.path().string();
    return integration::run(shell(command), input, options);
}

outcome stage::run_installed(std::string const& command, std::vector<std::string> environment) const
{
    return integration::run(shell(command), {}, installed(std::move(environment)));
}

child_process stage::start_installed(std::string const& command, std::vector<std::string> environment) const
{
    return child_process(shell(command), installed(std::move(environment)));
}

demonstration::demonstration()
    : server_({"--tcp-uppercase", "0", "--udp-uppercase", "0", "--udp-uppercase", "[::1]:0", "--local-stream",
               (place_ / "run/polyport.sock").string(), "--local-datagram",
               (place_ / "datagram.sock").string(), "--http", "0", "--http-root",
               (source_tree() / "config/www").string(), "--admin",
               (place_ / "run/polyport/admin.sock").string()})
{
}

std::string demonstration::localized(std::string command) const
{
    auto const put = [&](std::string const& before, char const* from, std::uint16_t port) {
        boost::algorithm::replace_all(command, before + from, before + std::to_string(port));
    };
    auto const udp = server_.port("udp-uppercase");
    put("udp://[::1]:", "8000", server_.port("udp-uppercase", 1));
    put("udp://localhost:", "8000", udp);
    put("udp://127.0.0.1:", "8000", udp);
    put("ncat -u -w 1 127.0.0.1 ", "8000", udp);
    for (std::string const before : {"127.0.0.1:", "127.0.0.1 ", "send ", "chat "}) {
        put(before, "8000", server_.port("tcp-uppercase"));
        put(before, "8080", server_.port("http"));
    }
    return command;
}

std::vector<std::string> demonstration::environment() const
{
    return {"POLYPORT_ADMIN=" + (place_ / "run/polyport/admin.sock").string()};
}

outcome demonstration::run(std::string const& command) const
{
    return place_.run_installed(localized(command), environment());
}

outcome demonstration::run_not_installed(std::string const& command, std::string_view input) const
{
    return place_.run(localized(command), input);
}

child_process demonstration::start(std::string const& command) const
{
    return place_.start_installed(localized(command), environment());
}

} // namespace polyport::integration
