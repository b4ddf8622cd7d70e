// Python's datetime and pytz modules.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/jinja/object.h"
#include "core/project/calendar.h"

namespace mesh::core::project {

jinja::Value make_datetime_module();
jinja::Value make_pytz_module();

// From PostgreSQL's ISO text; nullopt when it is no such value (infinity, BC), which then stays text.
std::optional<jinja::Value> read_date(const std::string &text);
std::optional<jinja::Value> read_timestamp(const std::string &text);
std::optional<jinja::Value> read_time(const std::string &text);
std::optional<jinja::Value> read_interval(const std::string &text);

bool is_date(const jinja::Value &value);
bool is_datetime(const jinja::Value &value);

class TimeDelta : public jinja::Object {
public:
    explicit TimeDelta(std::int64_t micros) : micros(micros) {}
    const std::int64_t micros;
    std::string type_name() const override { return "timedelta"; }
    std::string str() const override;
    std::string repr() const override;
    bool truth() const override { return micros != 0; }
    bool equals(const jinja::Object &other) const override { return compare(other) == 0; }
    std::size_t hash() const override { return static_cast<std::size_t>(micros); }
    std::optional<int> compare(const jinja::Object &other) const override;
    std::optional<jinja::Value> attribute(std::string_view name) override;
    std::optional<jinja::Value> operate(std::string_view op, const jinja::Value &other, bool reflected) override;
};

class ZoneObject : public jinja::Object {
public:
    explicit ZoneObject(std::shared_ptr<const Zone> zone) : zone(std::move(zone)) {}
    const std::shared_ptr<const Zone> zone;
    std::string type_name() const override { return "timezone"; }
    std::string str() const override { return zone->name(); }
    std::string repr() const override { return "<" + zone->name() + ">"; }
    bool equals(const jinja::Object &other) const override;
    std::size_t hash() const override { return std::hash<std::string>()(zone->name()); }
    std::optional<jinja::Value> attribute(std::string_view name) override;
};

// A date, a datetime with or without a zone, or a time of day.
class Moment : public jinja::Object {
public:
    enum class Kind { date, datetime, time };
    Moment(Kind kind, std::int64_t local_micros, std::shared_ptr<const Zone> zone = nullptr)
        : kind(kind), micros(local_micros), zone(std::move(zone)) {}
    const Kind kind;
    const std::int64_t micros;  // of the wall clock since 1970-01-01, of a time since midnight
    const std::shared_ptr<const Zone> zone;

    Civil civil() const { return civil_from_micros(micros); }
    std::optional<std::int64_t> offset(std::string *abbreviation = nullptr) const;
    std::int64_t utc() const { return micros - offset().value_or(0); }
    std::string iso(char separator, bool short_form = false) const;

    std::string type_name() const override;
    std::string str() const override { return iso(' '); }
    std::string repr() const override;
    std::string format(std::string_view spec) const override;
    bool equals(const jinja::Object &other) const override;
    std::size_t hash() const override { return static_cast<std::size_t>(utc()); }
    std::optional<int> compare(const jinja::Object &other) const override;
    std::optional<jinja::Value> attribute(std::string_view name) override;
    std::optional<jinja::Value> operate(std::string_view op, const jinja::Value &other, bool reflected) override;
};

std::int64_t whole_micros(double micros);         // INT64_MAX: more than a timedelta may have
jinja::Value time_delta(std::int64_t micros);     // OverflowError for more than it may have
std::shared_ptr<const Zone> zone_of(const jinja::Value &value);  // nullptr when it is none
std::shared_ptr<const Zone> tzinfo(const jinja::Value &value);   // the zone of a datetime that is made with it
jinja::Value make_moment(Moment::Kind kind, std::int64_t micros, std::shared_ptr<const Zone> zone = nullptr);
jinja::Value at_utc(std::int64_t utc_micros, const Zone &zone);  // a datetime on that zone's clock

}  // namespace mesh::core::project
