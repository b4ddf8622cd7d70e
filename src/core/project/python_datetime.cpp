#include "core/project/python_datetime.h"

#include <cmath>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Ptr;
using jinja::Value;

namespace {

Value integer(std::int64_t value) {
    return Value(value);
}

std::string two(std::int64_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
}

std::string six(std::int64_t value) {
    const std::string text = std::to_string(value);
    return std::string(6 - std::min<std::size_t>(text.size(), 6), '0') + text;
}

std::int64_t days_of(std::int64_t micros) {
    return micros / day_us - (micros % day_us < 0);
}

Value sum(std::int64_t a, std::int64_t b) {
    std::int64_t micros;
    if (__builtin_add_overflow(a, b, &micros)) micros = INT64_MAX;
    return time_delta(micros);
}

// replace(year=..., month=..., tzinfo=...)
Value replace(const Moment &moment, Arguments &a) {
    Civil c = moment.civil();
    auto zone = moment.zone;
    for (const auto &[name, value] : a.named) {
        if (name == "tzinfo") zone = tzinfo(value);
        else if (name == "year") c.year = jinja::to_index(value);
        else if (name == "month") c.month = static_cast<int>(jinja::to_index(value));
        else if (name == "day") c.day = static_cast<int>(jinja::to_index(value));
        else if (name == "hour") c.hour = static_cast<int>(jinja::to_index(value));
        else if (name == "minute") c.minute = static_cast<int>(jinja::to_index(value));
        else if (name == "second") c.second = static_cast<int>(jinja::to_index(value));
        else if (name == "microsecond") c.micro = static_cast<int>(jinja::to_index(value));
        else jinja::raise_type("replace() got an unexpected keyword argument '" + name + "'");
    }
    if (!valid(c)) jinja::raise_value("day is out of range for month");
    return make_moment(moment.kind, micros_from_civil(c), std::move(zone));
}

Value astimezone(const Moment &moment, Arguments &a) {
    auto zone = zone_of(bind("astimezone", a, {{"tz", Value()}})[0]);
    if (!zone) zone = utc_zone();
    return at_utc(moment.utc(), *zone);
}

std::optional<Value> part(const Moment &moment, std::string_view name) {
    const Civil c = moment.civil();
    if (moment.kind != Moment::Kind::time) {
        if (name == "year") return integer(c.year);
        if (name == "month") return integer(c.month);
        if (name == "day") return integer(c.day);
    }
    if (moment.kind == Moment::Kind::date) return std::nullopt;
    if (name == "hour") return integer(c.hour);
    if (name == "minute") return integer(c.minute);
    if (name == "second") return integer(c.second);
    if (name == "microsecond") return integer(c.micro);
    if (name == "tzinfo") return moment.zone ? Value(jinja::make<ZoneObject>(moment.zone)) : Value();
    return std::nullopt;
}

using Method = Value (*)(const Moment &, Arguments &);

constexpr std::pair<const char *, Method> methods[] = {
    {"isoformat",
     [](const Moment &m, Arguments &a) {
         const auto bound = bind("isoformat", a, {{"sep", Value("T")}, {"timespec", Value("auto")}});
         return Value(m.iso(jinja::to_text(bound[0])[0], jinja::to_text(bound[1]) == "seconds"));
     }},
    {"strftime",
     [](const Moment &m, Arguments &a) { return Value(m.format(jinja::to_text(bind("strftime", a, {{"format"}})[0]))); }},
    {"date", [](const Moment &m, Arguments &) { return make_moment(Moment::Kind::date, days_of(m.micros) * day_us); }},
    {"time", [](const Moment &m, Arguments &) { return make_moment(Moment::Kind::time, m.micros - days_of(m.micros) * day_us); }},
    {"weekday", [](const Moment &m, Arguments &) { return integer(((days_of(m.micros) + 3) % 7 + 7) % 7); }},
    {"isoweekday", [](const Moment &m, Arguments &) { return integer(((days_of(m.micros) + 3) % 7 + 7) % 7 + 1); }},
    {"toordinal", [](const Moment &m, Arguments &) { return integer(days_of(m.micros) + 719163); }},
    {"timestamp", [](const Moment &m, Arguments &) { return Value(static_cast<double>(m.utc()) / 1e6); }},
    {"utcoffset", [](const Moment &m, Arguments &) { return m.offset() ? time_delta(*m.offset()) : Value(); }},
    {"tzname",
     [](const Moment &m, Arguments &) {
         std::string name;
         return m.offset(&name) ? Value(name) : Value();
     }},
    {"replace", replace},
    {"astimezone", astimezone},
    {"isocalendar",
     [](const Moment &m, Arguments &) {
         return Value::tuple({integer(std::stoll(m.format("%G"))), integer(std::stoll(m.format("%V"))), integer(std::stoll(m.format("%u")))});
     }},
    {"timetuple",
     [](const Moment &m, Arguments &) {
         const Civil c = m.civil();
         return Value::tuple({integer(c.year), integer(c.month), integer(c.day), integer(c.hour), integer(c.minute), integer(c.second)});
     }},
};

}  // namespace

// Python's go to 999,999,999 days; ours as far as no date that is moved by one leaves 64 bits.
constexpr std::int64_t longest_us = 8'000'000'000'000'000'000;

std::int64_t whole_micros(double micros) {
    if (!(std::fabs(micros) <= static_cast<double>(longest_us))) return INT64_MAX;
    return std::llround(micros);
}

Value time_delta(std::int64_t micros) {
    if (micros > longest_us || micros < -longest_us) raise(jinja::ErrorClass::overflow, "days out of range");
    return Value(jinja::make<TimeDelta>(micros));
}

std::shared_ptr<const Zone> zone_of(const Value &value) {
    const auto *zone = value.object_as<ZoneObject>();
    return zone ? zone->zone : nullptr;
}

std::shared_ptr<const Zone> tzinfo(const Value &value) {
    const auto zone = zone_of(value);
    return zone ? zone->held_at_first() : nullptr;
}

Value make_moment(Moment::Kind kind, std::int64_t micros, std::shared_ptr<const Zone> zone) {
    return Value(jinja::make<Moment>(kind, micros, std::move(zone)));
}

Value at_utc(std::int64_t utc_micros, const Zone &zone) {
    const auto held = zone.held_at_utc(utc_micros);
    return make_moment(Moment::Kind::datetime, utc_micros + held->offset_at_utc(utc_micros), held);
}

std::string TimeDelta::str() const {
    const std::int64_t days = days_of(micros), rest = micros - days * day_us;
    std::string text = days == 0 ? "" : std::to_string(days) + (days == 1 || days == -1 ? " day, " : " days, ");
    text += std::to_string(rest / hour_us) + ":" + two(rest / minute_us % 60) + ":" + two(rest / second_us % 60);
    return rest % second_us ? text + "." + six(rest % second_us) : text;
}

std::string TimeDelta::repr() const {
    const std::int64_t days = days_of(micros), rest = micros - days * day_us;
    return "datetime.timedelta(days=" + std::to_string(days) + ", seconds=" + std::to_string(rest / second_us) + ")";
}

std::optional<int> TimeDelta::compare(const jinja::Object &other) const {
    const auto *that = dynamic_cast<const TimeDelta *>(&other);
    if (!that) return std::nullopt;
    return micros < that->micros ? -1 : micros > that->micros;
}

std::optional<Value> TimeDelta::attribute(std::string_view name) {
    const std::int64_t days = days_of(micros), rest = micros - days * day_us;
    if (name == "days") return integer(days);
    if (name == "seconds") return integer(rest / second_us);
    if (name == "microseconds") return integer(rest % second_us);
    if (name == "total_seconds")
        return jinja::make_function("total_seconds", [us = micros](Arguments &) { return Value(static_cast<double>(us) / 1e6); });
    return std::nullopt;
}

std::optional<Value> TimeDelta::operate(std::string_view op, const Value &other, bool reflected) {
    if (const auto *that = other.object_as<TimeDelta>()) {
        if (op == "+") return sum(micros, that->micros);
        if (op == "-") return sum(micros, -that->micros);
        if (that->micros == 0) raise(jinja::ErrorClass::zero_division, "division by zero");
        if (op == "/") return Value(static_cast<double>(micros) / static_cast<double>(that->micros));
        if (op == "//") return integer(micros / that->micros - (micros % that->micros != 0 && (micros < 0) != (that->micros < 0)));
    }
    if (!other.is_number()) return std::nullopt;
    if (op == "*") return time_delta(whole_micros(static_cast<double>(micros) * other.number()));
    if (reflected || (op != "/" && op != "//")) return std::nullopt;
    if (other.number() == 0) raise(jinja::ErrorClass::zero_division, "division by zero");
    return time_delta(whole_micros(static_cast<double>(micros) / other.number()));
}

bool ZoneObject::equals(const jinja::Object &other) const {
    const auto *that = dynamic_cast<const ZoneObject *>(&other);
    return that && that->zone->name() == zone->name();
}

std::optional<Value> ZoneObject::attribute(std::string_view name) {
    if (name == "zone") return Value(zone->name());
    if (name == "localize" || name == "normalize") {
        return jinja::make_function("localize", [zone = zone, move = name == "normalize"](Arguments &a) {
            const Value given = a.positional.empty() ? Value() : a.positional[0];
            const auto *moment = given.object_as<Moment>();
            if (!moment) jinja::raise_type("expected a datetime");
            return move ? at_utc(moment->utc(), *zone) : make_moment(Moment::Kind::datetime, moment->micros, zone->held_at_local(moment->micros));
        });
    }
    return std::nullopt;
}

std::optional<std::int64_t> Moment::offset(std::string *abbreviation) const {
    if (!zone) return std::nullopt;
    return zone->offset_at_local(micros, abbreviation);
}

std::string Moment::type_name() const {
    return kind == Kind::date ? "date" : kind == Kind::time ? "time" : "datetime";
}

std::string Moment::iso(char separator, bool short_form) const {
    const Civil c = civil();
    std::string year = std::to_string(c.year);
    year.insert(0, 4 - std::min<std::size_t>(year.size(), 4), '0');
    const std::string day = year + "-" + two(c.month) + "-" + two(c.day);
    if (kind == Kind::date) return day;
    std::string clock = two(c.hour) + ":" + two(c.minute) + ":" + two(c.second);
    if (c.micro && !short_form) clock += "." + six(c.micro);
    if (const auto east = offset()) clock += offset_text(*east, true);
    return kind == Kind::time ? clock : day + separator + clock;
}

std::string Moment::repr() const {
    const Civil c = civil();
    std::string text = "datetime." + type_name() + "(";
    if (kind != Kind::time) text += std::to_string(c.year) + ", " + std::to_string(c.month) + ", " + std::to_string(c.day);
    if (kind == Kind::datetime) text += ", ";
    if (kind != Kind::date) text += std::to_string(c.hour) + ", " + std::to_string(c.minute);
    if (kind != Kind::date && (c.second || c.micro)) text += ", " + std::to_string(c.second);
    if (kind != Kind::date && c.micro) text += ", " + std::to_string(c.micro);
    if (zone) text += ", tzinfo=<" + zone->name() + ">";
    return text + ")";
}

std::string Moment::format(std::string_view spec) const {
    std::string name;
    const auto east = offset(&name);
    return spec.empty() ? str() : format_time(std::string(spec), civil(), east, east ? name : "");
}

bool Moment::equals(const jinja::Object &other) const {
    const auto *that = dynamic_cast<const Moment *>(&other);
    return that && kind == that->kind && !zone == !that->zone && utc() == that->utc();
}

std::optional<int> Moment::compare(const jinja::Object &other) const {
    const auto *that = dynamic_cast<const Moment *>(&other);
    if (!that || kind != that->kind) return std::nullopt;
    if (!zone != !that->zone) jinja::raise_type("can't compare offset-naive and offset-aware datetimes");
    return utc() < that->utc() ? -1 : utc() > that->utc();
}

std::optional<Value> Moment::attribute(std::string_view name) {
    if (auto value = part(*this, name)) return value;
    for (const auto &[known, body] : methods)
        if (name == known)
            return jinja::make_function(known, [self = Ptr<Moment>(this), body = body](Arguments &a) { return body(*self, a); });
    return std::nullopt;
}

std::optional<Value> Moment::operate(std::string_view op, const Value &other, bool reflected) {
    if (kind == Kind::time) return std::nullopt;
    if (const auto *length = other.object_as<TimeDelta>()) {
        if (op != "+" && (op != "-" || reflected)) return std::nullopt;
        const std::int64_t by = kind == Kind::date ? days_of(length->micros) * day_us : length->micros;
        const std::int64_t moved = op == "+" ? micros + by : micros - by;
        const std::int64_t year = civil_from_micros(moved).year;
        if (year < 1 || year > 9999) raise(jinja::ErrorClass::overflow, "date value out of range");
        return make_moment(kind, moved, zone);
    }
    const auto *that = other.object_as<Moment>();
    if (op != "-" || !that || that->kind != kind) return std::nullopt;
    if (!zone != !that->zone) jinja::raise_type("can't subtract offset-naive and offset-aware datetimes");
    return time_delta(reflected ? that->utc() - utc() : utc() - that->utc());
}

bool is_date(const Value &value) {
    const auto *moment = value.object_as<Moment>();
    return moment && moment->kind == Moment::Kind::date;
}

bool is_datetime(const Value &value) {
    const auto *moment = value.object_as<Moment>();
    return moment && moment->kind == Moment::Kind::datetime;
}

}  // namespace mesh::core::project
