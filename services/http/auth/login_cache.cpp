// SPDX-License-Identifier: BSL-1.0
#include "services/http/auth/login_cache.hpp"

#include "common/error.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cstring>

namespace polyport::http {

/// A context that holds the key; each sum starts from a copy, which is cheaper than to set it up anew.
struct login_cache::mac {
    std::unique_ptr<EVP_MAC, decltype(&::EVP_MAC_free)> algorithm{::EVP_MAC_fetch(nullptr, "HMAC", nullptr),
                                                                  &::EVP_MAC_free};
    std::unique_ptr<EVP_MAC_CTX, decltype(&::EVP_MAC_CTX_free)> ready{nullptr, &::EVP_MAC_CTX_free};

    mac()
    {
        digest key{};
        std::string name = "SHA256";
        std::array<OSSL_PARAM, 2> const parameters{
            ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
            ::OSSL_PARAM_construct_end()};
        if (algorithm)
            ready.reset(::EVP_MAC_CTX_new(algorithm.get()));
        if (!ready || ::RAND_bytes(key.data(), static_cast<int>(key.size())) != 1 ||
            ::EVP_MAC_init(ready.get(), key.data(), key.size(), parameters.data()) != 1)
            throw start_error("http-users: OpenSSL has no HMAC with SHA-256; check its installation");
    }
};

login_cache::login_cache() : mac_(std::make_unique<mac>()) {}
login_cache::~login_cache() = default;

login_cache::digest login_cache::key_of(std::uint64_t realm, std::uint64_t generation, std::string_view user,
                                        std::string_view password) const
{
    // The length of the user's name parts it from the password.
    std::array<std::uint64_t, 3> const numbers{realm, generation, user.size()};
    std::unique_ptr<EVP_MAC_CTX, decltype(&::EVP_MAC_CTX_free)> const sum(
        ::EVP_MAC_CTX_dup(mac_->ready.get()), &::EVP_MAC_CTX_free);
    auto const add = [&](void const* bytes, std::size_t size) {
        return ::EVP_MAC_update(sum.get(), static_cast<unsigned char const*>(bytes), size) == 1;
    };
    digest made{};
    std::size_t size = 0;
    bool const done = sum && add(numbers.data(), sizeof numbers) && add(user.data(), user.size()) &&
                      add(password.data(), password.size()) &&
                      ::EVP_MAC_final(sum.get(), made.data(), &size, made.size()) == 1;
    if (!done)
        throw std::bad_alloc(); // nothing else can fail here
    return made;
}

std::uint64_t login_cache::number_of(std::uint64_t realm, std::string_view user) const
{
    auto const sum = key_of(realm, 0, user, {});
    std::uint64_t number = 0;
    std::memcpy(&number, sum.data(), sizeof number);
    return number;
}

std::optional<bool> login_cache::find(digest const& key, time_point now)
{
    auto const found = known_.find(key);
    if (found == known_.end())
        return std::nullopt;
    if (found->second->until <= now) {
        used_.erase(found->second);
        known_.erase(found);
        return std::nullopt;
    }
    found->second->until = now + kept_for;
    used_.splice(used_.begin(), used_, found->second);
    return found->second->good;
}

void login_cache::keep(digest const& key, bool good, time_point now)
{
    if (known_.contains(key))
        return;
    if (known_.size() >= most) {
        known_.erase(used_.back().key);
        used_.pop_back();
    }
    used_.push_front({key, good, now + kept_for});
    known_.emplace(key, used_.begin());
}

} // namespace polyport::http
