// SPDX-License-Identifier: BSL-1.0
#include "services/http/auth/password_hash.hpp"

#include "common/quoted.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include <crypt.h>

namespace polyport::http {
namespace {

constexpr std::string_view apr1_magic = "$apr1$";
constexpr std::string_view advice = "make it anew with htpasswd -B FILE USER";

struct format {
    std::string_view prefix;
    std::size_t least; ///< bytes of a whole hash
};

constexpr std::array formats{format{"$2y$", 60}, format{"$2b$", 60}, format{"$2a$", 60},    format{"$y$", 50},
                             format{"$6$", 90},  format{"$5$", 47},  format{apr1_magic, 30}};

using md5 = std::array<unsigned char, 16>;

/// A digest that is fed piece by piece.
class md5_sum {
public:
    md5_sum() : context_(::EVP_MD_CTX_new(), &::EVP_MD_CTX_free)
    {
        ok_ = context_ && ::EVP_DigestInit_ex(context_.get(), ::EVP_md5(), nullptr) == 1;
    }
    void add(std::string_view bytes)
    {
        ok_ = ok_ && ::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
    }
    void add(md5 const& bytes, std::size_t size = 16)
    {
        add({reinterpret_cast<char const*>(bytes.data()), size});
    }
    bool finish(md5& into) { return ok_ && ::EVP_DigestFinal_ex(context_.get(), into.data(), nullptr) == 1; }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&::EVP_MD_CTX_free)> context_;
    bool ok_;
};

// Groups of three bytes as four letters, the lowest six bits first.
void append_letters(std::string& to, unsigned value, int count)
{
    static constexpr std::string_view letters =
        "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    for (; count > 0; --count, value >>= 6)
        to += letters[value & 0x3F];
}

bool equal(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && !a.empty() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace

// Poul-Henning Kamp's MD5-crypt with another magic, as apr_md5_encode() of APR-util has it.
std::string apr1_hash(std::string_view password, std::string_view setting)
{
    if (!setting.starts_with(apr1_magic))
        return {};
    auto salt = setting.substr(apr1_magic.size());
    salt = salt.substr(0, std::min<std::size_t>(salt.find('$'), 8));
    if (salt.empty())
        return {};

    md5 sum{};
    md5_sum twice;
    twice.add(password);
    twice.add(salt);
    twice.add(password);
    bool ok = twice.finish(sum);

    md5_sum first;
    first.add(password);
    first.add(apr1_magic);
    first.add(salt);
    for (auto left = password.size(); left > 0; left -= std::min<std::size_t>(left, 16))
        first.add(sum, std::min<std::size_t>(left, 16));
    for (auto bits = password.size(); bits > 0; bits >>= 1)
        first.add((bits & 1U) != 0 ? std::string_view("\0", 1) : password.substr(0, 1));
    ok = first.finish(sum) && ok;

    for (unsigned round = 0; round < 1000 && ok; ++round) {
        md5_sum next;
        if (round % 2 != 0)
            next.add(password);
        else
            next.add(sum);
        if (round % 3 != 0)
            next.add(salt);
        if (round % 7 != 0)
            next.add(password);
        if (round % 2 != 0)
            next.add(sum);
        else
            next.add(password);
        ok = next.finish(sum);
    }
    if (!ok)
        return {};
    std::string made(apr1_magic);
    made.append(salt).append(1, '$');
    for (std::size_t i = 0; i < 5; ++i)
        append_letters(made,
                       static_cast<unsigned>(sum[i]) << 16 | static_cast<unsigned>(sum[i + 6]) << 8 |
                           sum[i == 4 ? 5 : i + 12],
                       4);
    append_letters(made, sum[11], 2);
    return made;
}

checked<void> check_password_hash(std::string_view hash)
{
    if (hash.starts_with("{SHA}"))
        return problem{"{SHA} has no salt, and is guessed at once; " + std::string(advice)};
    if (hash.starts_with("$1$"))
        return problem{"MD5-crypt is guessed too quickly; " + std::string(advice)};
    for (auto const& known : formats) {
        if (!hash.starts_with(known.prefix))
            continue;
        if (hash.size() >= known.least)
            return {};
        return problem{"the hash is cut off; " + std::string(advice)};
    }
    if (hash.empty())
        return problem{"the hash is missing; " + std::string(advice)};
    return problem{"it is no hash that is taken (plain text and DES are not); " + std::string(advice)};
}

bool verify_password(std::string const& password, std::string const& hash)
{
    if (password.find('\0') != std::string::npos)
        return false;
    if (hash.starts_with(apr1_magic))
        return equal(apr1_hash(password, hash), hash);
    auto const memory = std::make_unique<crypt_data>(); // 32 KiB
    char const* const made = ::crypt_rn(password.c_str(), hash.c_str(), memory.get(), sizeof *memory);
    bool const same = made && equal(made, hash);
    ::OPENSSL_cleanse(memory.get(), sizeof *memory);
    return same;
}

} // namespace polyport::http
