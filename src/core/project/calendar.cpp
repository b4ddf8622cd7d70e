#include "core/project/calendar.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace mesh::core::project {

namespace {

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

std::int64_t big_endian(const std::string &data, std::size_t at, std::size_t size) {
    std::uint64_t value = size == 4 && (data[at] & 0x80) ? ~std::uint64_t{0} : 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(data[at + i]);
    return static_cast<std::int64_t>(value);
}

bool sound_name(const std::string &name) {
    return !name.empty() && name[0] != '/' && name.find("..") == std::string::npos &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+'; });
}

// The counts in the header of a TZif block.
struct TzHeader {
    std::size_t utc, standard, leaps, times, types, letters;
};

TzHeader read_header(const std::string &data, std::size_t at) {
    const auto count = [&](std::size_t i) { return static_cast<std::size_t>(big_endian(data, at + 20 + 4 * i, 4)); };
    return {count(0), count(1), count(2), count(3), count(4), count(5)};
}

}  // namespace

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
    year -= month <= 2;
    const std::int64_t era = floor_divide(year, 400), of_era = year - era * 400;
    const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

Civil civil_from_micros(std::int64_t micros) {
    const std::int64_t days = floor_divide(micros, day_us) + 719468;
    std::int64_t rest = micros - floor_divide(micros, day_us) * day_us;
    const std::int64_t era = floor_divide(days, 146097), of_era = days - era * 146097;
    const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100), shifted = (5 * of_year + 2) / 153;
    Civil civil;
    civil.day = static_cast<int>(of_year - (153 * shifted + 2) / 5 + 1);
    civil.month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
    civil.year = year + era * 400 + (civil.month <= 2);
    civil.hour = static_cast<int>(rest / hour_us);
    civil.minute = static_cast<int>(rest / minute_us % 60);
    civil.second = static_cast<int>(rest / second_us % 60);
    civil.micro = static_cast<int>(rest % second_us);
    return civil;
}

std::int64_t micros_from_civil(const Civil &c) {
    return days_from_civil(c.year, c.month, c.day) * day_us + c.hour * hour_us + c.minute * minute_us + c.second * second_us + c.micro;
}

int days_in_month(std::int64_t year, int month) {
    static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

bool valid(const Civil &c) {
    return c.year >= 1 && c.year <= 9999 && c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= days_in_month(c.year, c.month) && c.hour >= 0 &&
           c.hour < 24 && c.minute >= 0 && c.minute < 60 && c.second >= 0 && c.second < 60 && c.micro >= 0 && c.micro < second_us;
}

std::shared_ptr<const Zone> utc_zone() {
    static const auto zone = std::make_shared<const Zone>("UTC", 0);
    return zone;
}

// The second block of a TZif file, with 64-bit times.
std::shared_ptr<const Zone> Zone::load(const std::string &name) {
    if (name == "UTC" || name == "utc") return utc_zone();
    if (!sound_name(name)) return nullptr;
    std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
    const std::string data((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (data.size() < 88 || data.compare(0, 4, "TZif") != 0 || data[4] < '2') return nullptr;
    const TzHeader old = read_header(data, 0);
    const std::size_t at = 44 + old.times * 5 + old.types * 6 + old.letters + old.leaps * 8 + old.standard + old.utc;
    if (at + 44 > data.size()) return nullptr;
    const TzHeader header = read_header(data, at);
    const std::size_t times = at + 44, kinds = times + header.times * 8, types = kinds + header.times, letters = types + header.types * 6;
    if (letters + header.letters > data.size() || header.types == 0) return nullptr;
    auto zone = std::make_shared<Zone>(name, 0);
    const auto add = [&](std::int64_t when, std::size_t type) {
        const std::size_t entry = types + type * 6;
        zone->changes_.push_back({when, floor_divide(big_endian(data, entry, 4) + 30, 60) * 60, std::string(data.c_str() + letters + static_cast<unsigned char>(data[entry + 5]))});
    };
    add(INT64_MIN / 2, 0);
    for (std::size_t i = 0; i < header.times; ++i) add(big_endian(data, times + i * 8, 8), static_cast<unsigned char>(data[kinds + i]));
    return zone;
}

const Zone::Change &Zone::change_at_utc(std::int64_t utc_micros) const {
    const std::int64_t seconds = floor_divide(utc_micros, second_us);
    return *std::prev(std::upper_bound(changes_.begin(), changes_.end(), seconds, [](std::int64_t t, const Change &c) { return t < c.at; }));
}

std::int64_t Zone::offset_at_utc(std::int64_t utc_micros, std::string *abbreviation) const {
    if (fixed()) {
        if (abbreviation) *abbreviation = abbreviation_.empty() ? name_ : abbreviation_;
        return fixed_;
    }
    const Change &now = change_at_utc(utc_micros);
    if (abbreviation) *abbreviation = now.abbreviation;
    return now.offset * second_us;
}

std::int64_t Zone::offset_at_local(std::int64_t local_micros, std::string *abbreviation) const {
    if (fixed()) return offset_at_utc(local_micros, abbreviation);
    const std::int64_t guess = offset_at_utc(local_micros - offset_at_utc(local_micros));
    return offset_at_utc(local_micros - guess, abbreviation);
}

std::shared_ptr<const Zone> Zone::held(const Change &change) const {
    auto zone = std::make_shared<Zone>(name_, change.offset * second_us);
    zone->abbreviation_ = change.abbreviation;
    zone->rules_ = shared_from_this();
    return zone;
}

std::shared_ptr<const Zone> Zone::held_at_utc(std::int64_t utc_micros) const {
    if (rules_) return rules_->held_at_utc(utc_micros);
    return fixed() ? shared_from_this() : held(change_at_utc(utc_micros));
}

std::shared_ptr<const Zone> Zone::held_at_local(std::int64_t local_micros) const {
    if (rules_) return rules_->held_at_local(local_micros);
    return fixed() ? shared_from_this() : held(change_at_utc(local_micros - offset_at_local(local_micros)));
}

std::shared_ptr<const Zone> Zone::held_at_first() const {
    return fixed() ? shared_from_this() : held(changes_.front());
}

}  // namespace mesh::core::project
