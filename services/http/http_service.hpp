// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access_log.hpp"
#include "common/runtime.hpp"
#include "common/service.hpp"
#include "services/http/compressor.hpp"
#include "services/http/content_type.hpp"
#include "services/http/document_root.hpp"
#include "services/http/exchange.hpp"
#include "services/http/file_cache.hpp"
#include "services/http/request_parser.hpp"
#include "services/http/settings.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::http {

struct workspace;

} // namespace polyport::http

namespace polyport::cgi {
class gateway;
}

namespace polyport::http {

/// A page for an error, read at start.
struct stored_page {
    std::string type;
    std::string content;
};

/// HTTP/1.1 over TCP and UNIX sockets: what all its connections share.
class http_service final : public stream_service {
public:
    explicit http_service(option_set& options);
    ~http_service() override;

    void start(runtime& owner) override;
    task<> serve(stream client) override;
    task<> stop() override;
    void reopen_logs() override;

    settings const& options() const noexcept { return settings_; }
    head_limits const& limits() const noexcept { return limits_; }
    runtime& owner() const noexcept { return *owner_; }
    document_root const& root() const noexcept { return *root_; }
    file_cache& files() noexcept { return *files_; }
    content_types const& types() const noexcept { return types_; }

    load_settings const& loading() const noexcept { return loading_; }
    compressor& compression() noexcept { return *compressor_; }
    cgi::gateway& programs() noexcept { return *programs_; }

    /// A file that was asked for lately, and is still the same. `key` is a path as requested; null if there
    /// is none.
    file_cache::entry find_cached(std::string_view key, std::chrono::steady_clock::time_point now);

    /// Seconds since 1970.
    std::int64_t now();

    /// The Date field's value, made once a second.
    std::string_view date();
    /// The user's own page for a status; null if there is none.
    stored_page const* error_page(status code) const;

    /// What a request needs while it is worked on; idle connections have none.
    std::unique_ptr<workspace> borrow_workspace();
    void give_back(std::unique_ptr<workspace> used);

    /// Writes the access log's line, if there is one.
    void log_access(exchange const& x);

private:
    settings settings_;
    head_limits limits_;
    runtime* owner_ = nullptr;
    std::optional<document_root> root_;
    std::optional<file_cache> files_;
    load_settings loading_;
    std::optional<compressor> compressor_;
    std::unique_ptr<cgi::gateway> programs_;
    content_types types_;
    std::map<std::uint16_t, stored_page> error_pages_;
    std::unique_ptr<access_log> access_log_;
    std::vector<std::unique_ptr<workspace>> idle_workspaces_;
    std::int64_t date_second_ = -1;
    std::optional<date_text> date_;
};

std::unique_ptr<stream_service> make_http_service(option_set& options);

} // namespace polyport::http
