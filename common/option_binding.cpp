// SPDX-License-Identifier: BSL-1.0
#include "common/option_binding.hpp"

#include "common/quoted.hpp"

namespace polyport {
namespace {

template <class T>
checked<void> store_in_range(checked<T> const& value, T min, T max, T& target, std::string_view text,
                             std::string const& range)
{
    if (!value)
        return value.error();
    if (*value < min || *value > max)
        return problem{quoted(text) + " is out of range: write " + range};
    target = *value;
    return {};
}

} // namespace

problem not_one_of(std::string_view text, std::vector<std::string> const& names)
{
    std::string list;
    for (auto const& name : names)
        list += (list.empty() ? "" : ", ") + name;
    return problem{quoted(text) + " is not one of: " + list};
}

option_binding bind_file_name(std::string& target)
{
    auto const take = [](std::string_view text) -> checked<std::string> {
        if (text.empty())
            return problem{"the name of a file is missing; leave the option out to have none"};
        return {boost::system::in_place_value, text};
    };
    return bind_value(target, take, target.empty() ? std::vector<std::string>{} : std::vector{target});
}

option_binding bind_duration(std::chrono::milliseconds& target, std::chrono::milliseconds min,
                             std::chrono::milliseconds max)
{
    option_binding made;
    made.defaults = {format_duration(target)};
    made.range = format_duration(min) + " to " + format_duration(max);
    made.apply = [&target, min, max, range = made.range](option_value const& value) {
        return store_in_range(parse_duration(value.text), min, max, target, value.text, range);
    };
    return made;
}

option_binding bind_size(std::uint64_t& target, std::uint64_t min, std::uint64_t max)
{
    option_binding made;
    made.defaults = {format_size(target)};
    made.range = format_size(min) + " to " + format_size(max);
    made.apply = [&target, min, max, range = made.range](option_value const& value) {
        return store_in_range(parse_size(value.text), min, max, target, value.text, range);
    };
    return made;
}

option_binding bind_number(std::uint32_t& target, std::uint32_t min, std::uint32_t max)
{
    auto const read = [min, max](std::string_view text) {
        return parse_number<std::uint32_t>(text, min, max);
    };
    option_binding made = bind_value(target, read, {std::to_string(target)});
    made.range = std::to_string(min) + " to " + std::to_string(max);
    return made;
}

option_binding bind_switch(bool& target)
{
    option_binding made = bind_value(target, parse_switch, {target ? "on" : "off"});
    made.range = "on or off";
    return made;
}

option_binding bind_mode(unsigned& target)
{
    return bind_value(target, parse_mode, {format_mode(target)});
}

} // namespace polyport
