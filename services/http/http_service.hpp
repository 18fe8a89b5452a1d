// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/access_log.hpp"
#include "common/log_throttle.hpp"
#include "common/runtime.hpp"
#include "common/service.hpp"
#include "services/http/access_control.hpp"
#include "services/http/compressor.hpp"
#include "services/http/exchange.hpp"
#include "services/http/file_cache.hpp"
#include "services/http/location.hpp"
#include "services/http/responder.hpp"
#include "services/http/settings.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::cgi {
class gateway;
}

namespace polyport::http {

/// What a file is known by in the cache: its path, behind the host that is not the default one.
std::string cache_key(location const& place, std::string_view path);

/// HTTP/1.1 over TCP and UNIX sockets: what all its connections share.
class http_service final : public stream_service, public responder {
public:
    explicit http_service(option_set& options);
    ~http_service() override;

    void check(std::vector<std::string>& problems) const override;
    void check_access(access_settings const& access, std::vector<std::string>& problems,
                      std::vector<std::string>& warnings) const override;
    checked<url_prefix> place_of(std::string_view target) const override;
    satisfy_mode satisfy_at(std::string_view host, std::string_view path) const override;
    void start(runtime& owner) override;
    task<> serve(stream client) override;
    task<> stop() override;
    void reopen_logs() override;
    void log_tables() override;

    bool answer_now(exchange& x) override;
    task<bool> answer(exchange& x) override;
    /// Writes the access log's line, if there is one.
    void log_access(exchange const& x) override;
    stored_page const* error_page(exchange const& x, status code) const override;

    settings const& options() const noexcept { return settings_; }
    location_table const& locations() const noexcept { return *locations_; }
    access_control& access() noexcept { return *access_; }
    file_cache& files() noexcept { return *files_; }
    compressor& compression() noexcept { return *compressor_; }
    cgi::gateway& programs() noexcept { return *programs_; }
    /// For the warnings of directories that are too large to be listed.
    log_throttle& cut_listings() noexcept { return cut_listings_; }

    /// A file that was asked for lately at a place, and is still the same; null if there is none.
    file_cache::entry find_cached(location const& place, std::string_view path,
                                  std::chrono::steady_clock::time_point now);

private:
    settings settings_;
    std::optional<location_table> locations_;
    std::optional<access_control> access_;
    std::optional<file_cache> files_;
    std::optional<compressor> compressor_;
    std::unique_ptr<cgi::gateway> programs_;
    std::unique_ptr<access_log> access_log_;
    log_throttle cut_listings_{10};
};

} // namespace polyport::http
