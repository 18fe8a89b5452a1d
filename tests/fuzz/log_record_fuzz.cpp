// SPDX-License-Identifier: BSL-1.0
#include "common/access_record.hpp"
#include "common/log_record.hpp"
#include "common/quoted.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// Whatever bytes a peer sends: each record is one line of valid UTF-8 without any other control byte, and the
// JSON forms parse.

namespace {

using namespace polyport;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void require_one_line(std::string_view line)
{
    require(line.ends_with('\n'));
    line.remove_suffix(1);
    while (!line.empty()) {
        std::size_t const length = utf8_length(line);
        require(length != 0);
        auto const first = static_cast<unsigned char>(line[0]);
        require(first >= 0x20 && first != 0x7f);
        // C1 controls are the two bytes c2 80 to c2 9f.
        require(!(first == 0xc2 && static_cast<unsigned char>(line[1]) < 0xa0));
        line.remove_prefix(length);
    }
}

void require_json(std::string_view line)
{
    boost::json::error_code error;
    boost::json::parse(line, error);
    require(!error);
}

void check_log(std::string_view first, std::string_view second)
{
    std::array<log_field, 3> const fields{log_field("path", first), log_field("agent", second),
                                          log_field(second, first.size())};
    polyport::log_record const record{.time =
                                          std::chrono::system_clock::time_point(std::chrono::milliseconds(1)),
                                      .level = log_level::warning,
                                      .event = first,
                                      .connection = second.size(),
                                      .fields = fields};
    log_time_text time;
    std::string text;
    append_text_record(text, record, time);
    require_one_line(text);

    std::string json;
    append_json_record(json, record, time);
    require_one_line(json);
    require_json(json);
}

void check_access(std::string_view first, std::string_view second)
{
    polyport::access_record record;
    record.remote = second;
    record.user = first;
    record.request = second;
    record.referer = first;
    record.user_agent = second;
    record.service = first;
    access_time_text time;
    for (auto const format :
         {access_log_format::common, access_log_format::combined, access_log_format::json}) {
        std::string line;
        append_access_line(line, format, record, time);
        require_one_line(line);
        if (format == access_log_format::json)
            require_json(line);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    std::string_view const bytes(reinterpret_cast<char const*>(data), size);
    std::size_t const middle = size == 0 ? 0 : data[0] % size;
    check_log(bytes.substr(0, middle), bytes.substr(middle));
    check_access(bytes.substr(0, middle), bytes.substr(middle));
    return 0;
}
