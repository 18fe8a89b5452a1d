// SPDX-License-Identifier: BSL-1.0
#include "services/http/date.hpp"

#include "services/http/characters.hpp"

#include <algorithm>
#include <cstring>

namespace polyport::http {
namespace {

constexpr std::string_view short_days = "SunMonTueWedThuFriSat";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::array<std::string_view, 7> long_days = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::int64_t day_seconds = 86400;

/// Days since 1970-01-01 in the Gregorian calendar. Years begin in March here, so that the leap day is the
/// last of its year and the days before each month follow one formula.
constexpr std::int64_t days_from_civil(std::int64_t year, int month, int day) noexcept
{
    year -= month <= 2 ? 1 : 0;
    std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
    std::int64_t const year_of_era = year - era * 400;
    std::int64_t const day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    std::int64_t const day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

constexpr std::int64_t first_second = days_from_civil(1, 1, 1) * day_seconds;
constexpr std::int64_t last_second = days_from_civil(10000, 1, 1) * day_seconds - 1;

constexpr int days_in_month(int year, int month) noexcept
{
    if (month == 2)
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

void put_two(char* out, int value) noexcept
{
    out[0] = static_cast<char>('0' + value / 10);
    out[1] = static_cast<char>('0' + value % 10);
}

/// Reads from the front of a text; after the first thing that does not fit, everything fails.
class reader {
public:
    explicit reader(std::string_view text) noexcept : text_(text) {}

    bool literal(std::string_view expected) noexcept
    {
        if (!text_.starts_with(expected))
            return ok_ = false;
        text_.remove_prefix(expected.size());
        return true;
    }

    int digits(std::size_t count) noexcept
    {
        int value = 0;
        if (text_.size() < count || !all_are(text_.substr(0, count), digit_char)) {
            ok_ = false;
            return 0;
        }
        for (char const c : text_.substr(0, count))
            value = value * 10 + (c - '0');
        text_.remove_prefix(count);
        return value;
    }

    /// 1 for the first name of three letters in names.
    int name(std::string_view names) noexcept
    {
        if (text_.size() >= 3)
            for (std::size_t i = 0; i < names.size(); i += 3)
                if (literal_if(names.substr(i, 3)))
                    return static_cast<int>(i / 3) + 1;
        ok_ = false;
        return 0;
    }

    bool literal_if(std::string_view expected) noexcept
    {
        return text_.starts_with(expected) && literal(expected);
    }
    bool at_end() const noexcept { return ok_ && text_.empty(); }

private:
    std::string_view text_;
    bool ok_ = true;
};

void read_time(reader& in, civil_time& t) noexcept
{
    t.hour = in.digits(2);
    in.literal(":");
    t.minute = in.digits(2);
    in.literal(":");
    t.second = in.digits(2);
}

bool read_imf(std::string_view text, civil_time& t) noexcept
{
    reader in(text);
    in.name(short_days);
    in.literal(", ");
    t.day = in.digits(2);
    in.literal(" ");
    t.month = in.name(months);
    in.literal(" ");
    t.year = in.digits(4);
    in.literal(" ");
    read_time(in, t);
    in.literal(" GMT");
    return in.at_end();
}

/// The year keeps its two digits.
bool read_rfc850(std::string_view text, civil_time& t) noexcept
{
    reader in(text);
    if (std::none_of(long_days.begin(), long_days.end(), [&in](auto day) { return in.literal_if(day); }))
        return false;
    in.literal(", ");
    t.day = in.digits(2);
    in.literal("-");
    t.month = in.name(months);
    in.literal("-");
    t.year = in.digits(2);
    in.literal(" ");
    read_time(in, t);
    in.literal(" GMT");
    return in.at_end();
}

bool read_asctime(std::string_view text, civil_time& t) noexcept
{
    reader in(text);
    in.name(short_days);
    in.literal(" ");
    t.month = in.name(months);
    in.literal(" ");
    t.day = in.literal_if(" ") ? in.digits(1) : in.digits(2);
    in.literal(" ");
    read_time(in, t);
    in.literal(" ");
    t.year = in.digits(4);
    return in.at_end();
}

std::optional<std::int64_t> to_seconds(civil_time const& t) noexcept
{
    // A second of 60 is in the grammar; it counts as the first one of the next minute.
    if (t.year < 1 || t.day < 1 || t.day > days_in_month(t.year, t.month) || t.hour > 23 || t.minute > 59 ||
        t.second > 60)
        return std::nullopt;
    return days_from_civil(t.year, t.month, t.day) * day_seconds + t.hour * 3600LL + t.minute * 60LL +
           t.second;
}

} // namespace

civil_time to_civil(std::int64_t seconds) noexcept
{
    seconds = std::clamp(seconds, first_second, last_second);
    std::int64_t const days = (seconds >= 0 ? seconds : seconds - (day_seconds - 1)) / day_seconds;
    auto const rest = static_cast<int>(seconds - days * day_seconds);
    std::int64_t const shifted = days + 719468;
    std::int64_t const era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    std::int64_t const day_of_era = shifted - era * 146097;
    std::int64_t const year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    std::int64_t const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    std::int64_t const march_month = (5 * day_of_year + 2) / 153;
    civil_time t{};
    t.month = static_cast<int>(march_month < 10 ? march_month + 3 : march_month - 9);
    t.year = static_cast<int>(year_of_era + era * 400 + (t.month <= 2 ? 1 : 0));
    t.day = static_cast<int>(day_of_year - (153 * march_month + 2) / 5 + 1);
    t.hour = rest / 3600;
    t.minute = rest / 60 % 60;
    t.second = rest % 60;
    t.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
    return t;
}

date_text::date_text(std::int64_t seconds) noexcept
{
    civil_time const t = to_civil(seconds);
    std::memcpy(text_.data(), "Sun, 06 Nov 1994 08:49:37 GMT", date_size);
    std::memcpy(text_.data(), &short_days[static_cast<std::size_t>(t.weekday) * 3], 3);
    put_two(&text_[5], t.day);
    std::memcpy(&text_[8], &months[static_cast<std::size_t>(t.month - 1) * 3], 3);
    put_two(&text_[12], t.year / 100);
    put_two(&text_[14], t.year % 100);
    put_two(&text_[17], t.hour);
    put_two(&text_[20], t.minute);
    put_two(&text_[23], t.second);
}

std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now) noexcept
{
    civil_time t{};
    if (read_imf(text, t) || read_asctime(text, t))
        return to_seconds(t);
    if (!read_rfc850(text, t))
        return std::nullopt;
    int const this_year = to_civil(now).year;
    t.year += this_year / 100 * 100;
    if (t.year > this_year + 50)
        t.year -= 100;
    else if (t.year <= this_year - 50)
        t.year += 100;
    return to_seconds(t);
}

} // namespace polyport::http
