// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "services/http/cgi_rule.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace polyport::cgi {

enum class path_kind : std::uint8_t {
    missing,      ///< no such name (ENOENT)
    below_a_file, ///< goes on after a name that is no directory (ENOTDIR)
    directory,
    file,       ///< a regular file that may not be executed
    executable, ///< a regular file that may be executed
    other,      ///< neither, or refused: a socket, a link out of the root, no permission
};

/// The file system as requests see it.
class path_probe {
public:
    /// What a path names: decoded, absolute below the virtual root, without dot segments.
    virtual path_kind look_at(std::string_view path) = 0;

protected:
    ~path_probe() = default;
};

/// What answers a path. Views point into the path and the rules.
struct lookup_result {
    enum class verdict : std::uint8_t {
        not_cgi,   ///< the rules do not speak of it: a file, a directory, or missing
        program,   ///< to be run
        forbidden, ///< inside a prefix, but cannot be run: 403, and never its bytes
        not_found, ///< inside a prefix: 404
    };

    verdict what = verdict::not_cgi;
    bool inside_prefix = false;   ///< also with not_cgi (a directory): no listing of it, no file of it
    std::string_view script_name; ///< SCRIPT_NAME: the path up to the program's end
    std::string_view path_info;   ///< PATH_INFO: what follows; empty or begins with '/'
    std::string_view interpreter; ///< program: runs the file; empty if the file itself is executed
};

/// The rules of --http-cgi.
class program_rules {
public:
    /// Copies the rules; `off` anywhere switches all off.
    explicit program_rules(std::span<http::cgi_rule const> rules);

    bool enabled() const noexcept { return executable_ || !prefixes_.empty() || !extensions_.empty(); }

    /// Finds the program for a path by walking along it. The probe is asked once, for the whole path, unless
    /// the path goes on after a file; not at all where no rule can apply. `path` is decoded, begins with '/',
    /// and has no dot segments; doubled slashes are harmless. It outlives the result, as do the rules.
    lookup_result find(std::string_view path, path_probe& probe) const;

private:
    bool in_prefix(std::string_view path) const noexcept;
    bool may_apply(std::string_view path) const noexcept;
    http::cgi_rule const* extension_rule(std::string_view path) const noexcept;
    void judge(path_kind kind, lookup_result& result) const noexcept;

    bool executable_ = false;
    std::vector<http::cgi_rule> prefixes_;
    std::vector<http::cgi_rule> extensions_;
};

} // namespace polyport::cgi
