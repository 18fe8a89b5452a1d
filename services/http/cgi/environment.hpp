// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace polyport::cgi {

struct field_view {
    std::string_view name; ///< as sent
    std::string_view value;
};

/// What a request tells its program. Texts are without NUL; what is empty is absent unless said otherwise.
struct request_facts {
    std::string_view method;   ///< as sent
    std::string_view target;   ///< as sent; after a local redirect that of the redirect
    std::string_view query;    ///< as sent, without '?'
    std::string_view protocol; ///< "HTTP/1.1"

    std::string_view script_name;     ///< decoded, begins with '/'
    std::string_view path_info;       ///< decoded; empty if the path ends with the program
    std::string_view path_translated; ///< path_info as a file's name, through the virtual directories
    std::string_view script_filename; ///< absolute
    std::string_view document_root;

    std::string_view server_name; ///< host the request is for; an IPv6 address in brackets
    std::string_view server_addr;
    std::uint16_t server_port = 0; ///< 0 for UNIX sockets: SERVER_PORT is 80 then
    std::string_view server_software;
    bool https = false;

    std::string_view remote_addr; ///< IPv6 without brackets
    std::string_view remote_host; ///< empty if not known: REMOTE_HOST is the address then
    std::uint16_t remote_port = 0;
    std::string_view auth_type; ///< of the authentication that this server has done, as is remote_user
    std::string_view remote_user;

    std::optional<std::uint64_t> content_length; ///< of the decoded body; none if there is no body
    std::span<field_view const> fields;          ///< all of the request, in order
};

/// The environment of one program: pointers and texts in one allocation.
class environment {
public:
    /// For execve(): ends with a null pointer.
    char* const* data() const noexcept { return reinterpret_cast<char* const*>(block_.get()); }
    std::size_t size() const noexcept { return count_; }
    std::string_view operator[](std::size_t index) const noexcept { return data()[index]; }
    /// The value of a variable; nothing if it is not set.
    std::optional<std::string_view> find(std::string_view name) const noexcept;

private:
    friend class environment_builder;

    std::unique_ptr<char[]> block_;
    std::size_t count_ = 0;
};

/// The meta-variables of RFC 3875 section 4.1, what is customary beside them (REQUEST_URI, SCRIPT_FILENAME,
/// DOCUMENT_ROOT, SERVER_ADDR, REMOTE_PORT, HTTPS, REDIRECT_STATUS), HTTP_* for the request's fields, and
/// `inherited` ("NAME=VALUE") as it is.
///
/// Not passed on: Authorization (section 4.1.18), Proxy and Proxy-* (HTTP_PROXY would choose the proxy of
/// what the program itself asks for), Content-Length and Content-Type (which have variables of their own),
/// fields of the connection (RFC 9110 section 7.6.1) and those that Connection names. Repeated fields are
/// joined with ", ", Cookie with "; ".
///
/// Nothing if two fields of different names would become the same variable (X-A and X_A): which of them a
/// proxy before us has checked cannot be known. The answer is 400.
std::optional<environment> make_environment(request_facts const& request,
                                            std::span<std::string const> inherited);

/// Whether a variable of that name is only ever set from the request: HTTP_*, and those of
/// make_environment().
bool is_meta_variable(std::string_view name) noexcept;

/// "NAME=VALUE" of this process for PATH (with a default if it has none) and for `names`, as far as they are
/// set and are not a meta-variable's name.
std::vector<std::string> inherited_variables(std::span<std::string const> names);

} // namespace polyport::cgi
