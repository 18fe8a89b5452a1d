// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace polyport::http {

/// What passwords have come to lately, so that a client that sends its password with each request pays for
/// the hash once while it comes again within a minute. Neither passwords nor hashes of them that could be
/// tried out elsewhere are kept, but HMAC-SHA-256 under a key of this process. Bounded; the least recently
/// used leaves.
class login_cache {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using digest = std::array<unsigned char, 32>;

    static constexpr std::size_t most = 4096;
    static constexpr std::chrono::seconds kept_for{60}; ///< after its last use

    login_cache();
    login_cache(login_cache const&) = delete;
    login_cache& operator=(login_cache const&) = delete;
    ~login_cache();

    /// What stands for a login: all that its outcome depends on. `realm` and `generation` tell the file of
    /// users, and each of its versions.
    digest key_of(std::uint64_t realm, std::uint64_t generation, std::string_view user,
                  std::string_view password) const;

    /// A number for a name, which nobody outside can work out, and which stays the same.
    std::uint64_t number_of(std::uint64_t realm, std::string_view user) const;

    /// Nothing if it is not there. What is found stays for another while: a login cannot become wrong but
    /// with its file, which is in the key.
    std::optional<bool> find(digest const& key, time_point now);
    void keep(digest const& key, bool good, time_point now);

private:
    struct entry {
        digest key;
        bool good;
        time_point until;
    };
    struct mac;

    std::unique_ptr<mac> mac_;
    std::list<entry> used_; ///< most recently first
    std::map<digest, std::list<entry>::iterator> known_;
};

} // namespace polyport::http
