// SPDX-License-Identifier: BSL-1.0
#include "common/endpoint_spec.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// What is read must print to a text that is read as the same; what is refused must say why in one line.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    using namespace polyport;
    auto const read = parse_endpoint({reinterpret_cast<char const*>(data), size});
    if (!read) {
        if (read.error().text.empty() || read.error().text.find('\n') != std::string::npos)
            std::abort();
        return 0;
    }
    if (read->path.size() > 255 || (read->is_unix() && read->path.size() > max_unix_path))
        std::abort();
    auto const again = parse_endpoint(to_string(*read));
    if (!again || !(*again == *read))
        std::abort();
    return 0;
}
