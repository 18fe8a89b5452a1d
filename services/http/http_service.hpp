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
#include "services/http/responder.hpp"
#include "services/http/settings.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::cgi {
class gateway;
}

namespace polyport::http {

/// HTTP/1.1 over TCP and UNIX sockets: what all its connections share.
class http_service final : public stream_service, public responder {
public:
    explicit http_service(option_set& options);
    ~http_service() override;

    void check(std::vector<std::string>& problems) const override;
    void start(runtime& owner) override;
    task<> serve(stream client) override;
    task<> stop() override;
    void reopen_logs() override;

    task<bool> answer(exchange& x) override;
    /// Writes the access log's line, if there is one.
    void log_access(exchange const& x) override;
    stored_page const* error_page(status code) const override;

    settings const& options() const noexcept { return settings_; }
    document_root const& root() const noexcept { return *root_; }
    file_cache& files() noexcept { return *files_; }
    content_types const& types() const noexcept { return types_; }

    load_settings const& loading() const noexcept { return loading_; }
    compressor& compression() noexcept { return *compressor_; }
    cgi::gateway& programs() noexcept { return *programs_; }

    /// A file that was asked for lately, and is still the same. `key` is a path as requested; null if there
    /// is none.
    file_cache::entry find_cached(std::string_view key, std::chrono::steady_clock::time_point now);

private:
    settings settings_;
    std::optional<document_root> root_;
    std::optional<file_cache> files_;
    load_settings loading_;
    std::optional<compressor> compressor_;
    std::unique_ptr<cgi::gateway> programs_;
    content_types types_;
    std::map<std::uint16_t, stored_page> error_pages_;
    std::unique_ptr<access_log> access_log_;
};

std::unique_ptr<stream_service> make_http_service(option_set& options);

} // namespace polyport::http
