// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "common/error.hpp"

#include <string>
#include <string_view>

namespace polyport::http {

/// Looks at a hash as htpasswd or mkpasswd write it: bcrypt ($2y$, $2b$, $2a$), yescrypt ($y$), SHA-512-crypt
/// ($6$), SHA-256-crypt ($5$) and apr1 are taken. Plain text, {SHA}, DES and MD5-crypt are refused: the
/// problem says how to make a better one.
checked<void> check_password_hash(std::string_view hash);

/// Whether the password is the one that was hashed. Takes as long as the hash is meant to take: some
/// milliseconds to a second. Compares in a time that does not depend on the bytes.
bool verify_password(std::string const& password, std::string const& hash);

/// The apr1 hash of Apache, whole: `$apr1$SALT$…`. Empty if the setting has no salt.
std::string apr1_hash(std::string_view password, std::string_view setting);

} // namespace polyport::http
