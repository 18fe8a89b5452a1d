// SPDX-License-Identifier: BSL-1.0
#include "services/http/percent.hpp"
#include "services/http/target.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace polyport::http;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const input(reinterpret_cast<char const*>(data), size);
    target out;
    target_verdict const verdict = parse_target(input, out);
    if (verdict.refused) {
        require(!verdict.reason.empty());
        return 0;
    }
    require(out.path.starts_with('/') && out.path.size() <= input.size() + 1);
    require(out.path.ends_with('/') == out.directory);
    std::string const walled = out.path + "/";
    require(out.path.find("//") == std::string::npos);
    require(walled.find("/./") == std::string::npos && walled.find("/../") == std::string::npos);
    for (char const c : out.path)
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    require(out.hidden || out.path.find("/.", 1) == std::string::npos);

    // Written as a URL again, it names the same.
    std::string url;
    append_encoded_path(url, out.path);
    target again;
    require(!parse_target(url, again).refused);
    require(again.path == out.path && again.directory == out.directory && again.hidden == out.hidden);
    return 0;
}
