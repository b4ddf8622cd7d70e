// Days, clocks and zones, as Python's datetime counts them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mesh::core::project {

constexpr std::int64_t second_us = 1000000, minute_us = 60 * second_us, hour_us = 60 * minute_us, day_us = 24 * hour_us;

struct Civil {
    std::int64_t year = 1970;
    int month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0;
};

std::int64_t days_from_civil(std::int64_t year, int month, int day);  // since 1970-01-01
Civil civil_from_micros(std::int64_t micros);                         // of a wall clock, since 1970-01-01 00:00
std::int64_t micros_from_civil(const Civil &civil);
bool valid(const Civil &civil);  // a real date of the years 1 to 9999 and time
int days_in_month(std::int64_t year, int month);

// A zone: fixed, or with the rules of the time zone database; as in pytz a datetime keeps the offset that it once got of the rules,
// whatever is added to it. Offsets are whole minutes, as pytz has them.
class Zone : public std::enable_shared_from_this<Zone> {
public:
    Zone(std::string name, std::int64_t offset_us) : name_(std::move(name)), fixed_(offset_us) {}
    // nullptr when the machine's time zone database has no such zone.
    static std::shared_ptr<const Zone> load(const std::string &name);

    const std::string &name() const { return name_; }
    bool fixed() const { return changes_.empty(); }
    std::int64_t offset_at_utc(std::int64_t utc_micros, std::string *abbreviation = nullptr) const;
    // For a wall clock; of two possible offsets the later one in the year's course, standard time.
    std::int64_t offset_at_local(std::int64_t local_micros, std::string *abbreviation = nullptr) const;
    // The zone with the offset that its rules give at a moment; a fixed one stays itself.
    std::shared_ptr<const Zone> held_at_utc(std::int64_t utc_micros) const;
    std::shared_ptr<const Zone> held_at_local(std::int64_t local_micros) const;
    // The zone as a datetime gets it that is not localized: with its first offset, in most zones the local mean time.
    std::shared_ptr<const Zone> held_at_first() const;

private:
    struct Change {
        std::int64_t at, offset;  // seconds since 1970 UTC, offset in seconds
        std::string abbreviation;
    };

    const Change &change_at_utc(std::int64_t utc_micros) const;
    std::shared_ptr<const Zone> held(const Change &change) const;

    std::string name_, abbreviation_;
    std::int64_t fixed_ = 0;
    std::vector<Change> changes_;        // in order; the first holds before all
    std::shared_ptr<const Zone> rules_;  // of a zone that holds one of its offsets
};

std::shared_ptr<const Zone> utc_zone();

// date.strftime; abbreviation and offset only when the clock has a zone.
std::string format_time(const std::string &format, const Civil &civil, const std::optional<std::int64_t> &offset_us, const std::string &zone_name);

struct ParsedTime {
    Civil civil;
    std::optional<std::int64_t> offset_us;
};
// datetime.strptime: nullopt when the text is not of the format.
std::optional<ParsedTime> parse_time(const std::string &text, const std::string &format);
// ISO 8601 and PostgreSQL's form: date, or date and time with an optional zone.
std::optional<ParsedTime> parse_iso(const std::string &text);

std::string offset_text(std::int64_t offset_us, bool colon);  // "+02:00"

}  // namespace mesh::core::project
