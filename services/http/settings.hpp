// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access/rate.hpp"
#include "common/access/rule_set.hpp"
#include "common/error.hpp"
#include "common/options.hpp"
#include "common/url_prefix.hpp"
#include "services/http/cgi_rule.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::http {

enum class symlink_policy : std::uint8_t {
    inside, ///< links are followed as long as they stay below the root
    follow, ///< links lead wherever they lead
};

/// `.EXT=TYPE`
struct mime_override {
    std::string extension; ///< with its dot, in lower case
    std::string type;      ///< a media type, possibly with parameters

    friend bool operator==(mime_override const&, mime_override const&) = default;
};

/// `CODE=FILE`
struct error_page {
    std::uint16_t status = 0; ///< 400 to 599
    std::string file;

    friend bool operator==(error_page const&, error_page const&) = default;
};

checked<mime_override> parse_mime_override(std::string_view text);
checked<error_page> parse_error_page(std::string_view text);
/// A name of a file, without a slash, `.` and `..`.
checked<std::string> parse_index_name(std::string_view text);
/// The name of an environment variable: letters, digits and `_`, not beginning with a digit.
checked<std::string> parse_variable_name(std::string_view text);
/// The same, but none that a program has from the request.
checked<std::string> parse_passed_variable(std::string_view text);
/// A directory that exists and that this process can open. Looks at the file system.
checked<std::string> parse_directory(std::string_view text);

/// Limits of requests; each has the option of its name, with `http-` before it.
struct request_limits {
    std::uint64_t max_header_bytes = 16ULL << 10; ///< request line and fields
    std::uint32_t max_header_fields = 100;        ///< at most 200: what a request_head has room for
    std::uint64_t max_target = 8ULL << 10;        ///< bytes of the request target
    std::uint32_t max_requests = 10'000;          ///< on one connection; 0: no limit
    std::uint64_t max_body = 16ULL << 20;         ///< bytes
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds body_timeout{30'000}; ///< without a byte
    std::uint64_t min_body_rate = 256;              ///< bytes a second; 0: no limit
    std::chrono::milliseconds keep_alive_timeout{15'000};
};

enum class cgi_body : std::uint8_t {
    automatic, ///< spool a body of unknown length, stream one of known length
    stream,    ///< always stream, both ways at once
};

/// How CGI programs are run; each has the option of its name, with `http-cgi-` before it.
struct cgi_settings {
    std::vector<cgi_rule> rules{cgi_rule{}}; ///< in the order given
    std::vector<std::string> env;            ///< variables of the daemon's environment to pass on
    cgi_body body = cgi_body::automatic;
    std::uint64_t max_header_bytes = 16ULL << 10; ///< of the program's response

    std::chrono::milliseconds timeout{60'000};      ///< wall clock of a run; 0: no limit
    std::chrono::milliseconds idle_timeout{30'000}; ///< without a byte either way; 0: no limit
    std::chrono::milliseconds kill_grace{2'000};    ///< from SIGTERM to SIGKILL
    std::chrono::milliseconds output_grace{500};    ///< how long output stays open after the program's exit

    std::uint32_t max = 0; ///< programs at a time; 0: by the number of processors
    std::uint32_t max_per_ip = 0;
    std::uint32_t queue = 64; ///< requests that wait for their turn
    std::chrono::milliseconds queue_timeout{10'000};

    std::chrono::milliseconds cpu{0}; ///< RLIMIT_CPU, whole seconds; 0: as the daemon
    std::uint64_t memory = 0;         ///< RLIMIT_AS in bytes; 0: as the daemon
    std::uint32_t files = 0;          ///< RLIMIT_NOFILE; 0: as the daemon was started
    std::uint32_t processes = 0;      ///< RLIMIT_NPROC; 0: as the daemon
    unsigned umask = 022;
    std::string user;  ///< empty: as the daemon
    std::string group; ///< empty: the user's own
};

/// What is set for the URLs below one prefix. What is not set is as for the next shorter prefix.
struct directory_settings {
    std::optional<std::string> directory; ///< http-alias: what the prefix stands for
    std::optional<std::vector<std::string>> index;
    std::optional<bool> listing;
    std::optional<symlink_policy> symlinks;
    std::optional<bool> hidden;
    std::optional<bool> compress;
    std::optional<std::string> cache_control;
    std::optional<std::vector<mime_override>> mime_types; ///< besides those of shorter prefixes
    std::optional<std::vector<error_page>> error_pages;   ///< besides those of shorter prefixes
    std::optional<std::vector<cgi_rule>> cgi_rules;
    std::optional<std::string> users;
    std::optional<std::string> groups;
    std::optional<std::string> realm;
    std::optional<satisfy_mode> satisfy;
    std::optional<rate> request_rate;
};

using prefix_settings = std::map<url_prefix, directory_settings>;

struct settings {
    std::string root; ///< empty: not given
    std::vector<std::string> index{"index.html"};
    bool listing = false;
    symlink_policy symlinks = symlink_policy::inside;
    bool hidden = false;
    bool compress = true;
    std::uint64_t file_cache = 32ULL << 20; ///< bytes; 0: none
    std::string cache_control;              ///< empty: no such field
    std::vector<mime_override> mime_types;
    std::vector<error_page> error_pages;
    std::string users;  ///< the file of user names and hashed passwords; empty: nobody can log in
    std::string groups; ///< the file of groups; empty: there are none
    std::string realm = "restricted";
    satisfy_mode satisfy = satisfy_mode::any;
    rate request_rate;     ///< of one source
    prefix_settings below; ///< what differs below a prefix

    request_limits limits;
    cgi_settings cgi;
};

/// Adds the options of `settings`, which must outlive the set, in the groups HTTP, HTTP limits and CGI.
void declare(option_set& options, settings& settings);
/// The part of it about files and where they are.
void declare_files(option_set& options, settings& http);
/// The part of it about users and the rate of requests.
void declare_access(option_set& options, settings& http);

/// The file of the old texts: `Port=80` is `http = *:80`, `Directory=DIR` is `http-root = DIR`. Call it when
/// the services and declare() have added those two.
void declare_old_names(option_set& options);

} // namespace polyport::http
