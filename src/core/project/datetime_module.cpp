// The classes of Python's datetime and pytz, and PostgreSQL's text as their values.
#include <chrono>
#include <cmath>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/python_datetime.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

using Methods = std::vector<std::pair<std::string, jinja::Function::Body>>;

// A class: called for an object, with methods of its own.
class PythonClass : public jinja::Object {
public:
    PythonClass(std::string name, jinja::Function::Body construct, Methods methods)
        : name_(std::move(name)), construct_(std::move(construct)), methods_(std::move(methods)) {}
    std::string type_name() const override { return "type"; }
    std::string repr() const override { return "<class 'datetime." + name_ + "'>"; }
    bool callable() const override { return true; }
    Value call(Arguments &arguments) override { return construct_(arguments); }
    std::optional<Value> attribute(std::string_view name) override {
        for (const auto &[known, body] : methods_)
            if (name == known) return jinja::make_function(known, body);
        if (name_ == "timezone" && name == "utc") return Value(jinja::make<ZoneObject>(utc_zone()));
        return std::nullopt;
    }

private:
    std::string name_;
    jinja::Function::Body construct_;
    Methods methods_;
};

std::int64_t now_utc() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The machine's own clock, without a zone.
std::int64_t now_local() {
    const std::int64_t micros = now_utc();
    const auto seconds = static_cast<std::time_t>(micros / second_us);
    std::tm clock{};
    localtime_r(&seconds, &clock);
    return micros + clock.tm_gmtoff * second_us;
}

int small(const Value &value) {
    return static_cast<int>(jinja::to_index(value));
}

Value checked(Moment::Kind kind, const Civil &civil, std::shared_ptr<const Zone> zone = nullptr) {
    if (!valid(civil)) jinja::raise_value("day is out of range for month");
    return make_moment(kind, micros_from_civil(civil), std::move(zone));
}

Value new_datetime(Arguments &a) {
    const auto b = bind("datetime", a, {{"year"}, {"month"}, {"day"}, {"hour", Value(0)}, {"minute", Value(0)}, {"second", Value(0)}, {"microsecond", Value(0)}, {"tzinfo", Value()}, {"fold", Value(0)}});
    return checked(Moment::Kind::datetime, {jinja::to_index(b[0]), small(b[1]), small(b[2]), small(b[3]), small(b[4]), small(b[5]), small(b[6])}, tzinfo(b[7]));
}

Value new_date(Arguments &a) {
    const auto b = bind("date", a, {{"year"}, {"month"}, {"day"}});
    return checked(Moment::Kind::date, {jinja::to_index(b[0]), small(b[1]), small(b[2])});
}

Value new_time(Arguments &a) {
    const auto b = bind("time", a, {{"hour", Value(0)}, {"minute", Value(0)}, {"second", Value(0)}, {"microsecond", Value(0)}, {"tzinfo", Value()}});
    return checked(Moment::Kind::time, {1970, 1, 1, small(b[0]), small(b[1]), small(b[2]), small(b[3])}, tzinfo(b[4]));
}

Value new_timedelta(Arguments &a) {
    const auto b = bind("timedelta", a, {{"days", Value(0)}, {"seconds", Value(0)}, {"microseconds", Value(0)}, {"milliseconds", Value(0)}, {"minutes", Value(0)}, {"hours", Value(0)}, {"weeks", Value(0)}});
    static constexpr std::int64_t units[] = {day_us, second_us, 1, 1000, minute_us, hour_us, 7 * day_us};
    double micros = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        if (!b[i].is_number()) jinja::raise_type("unsupported type for timedelta component: " + jinja::type_name(b[i]));
        micros += b[i].number() * static_cast<double>(units[i]);
    }
    return time_delta(whole_micros(micros));
}

Value new_timezone(Arguments &a) {
    const auto b = bind("timezone", a, {{"offset"}, {"name", Value()}});
    const auto *offset = b[0].object_as<TimeDelta>();
    if (!offset) jinja::raise_type("timezone() argument 1 must be datetime.timedelta");
    return Value(jinja::make<ZoneObject>(std::make_shared<const Zone>(b[1].is_none() ? "UTC" + offset_text(offset->micros, true) : jinja::to_text(b[1]), offset->micros)));
}

std::shared_ptr<const Zone> zone_for(const std::optional<std::int64_t> &offset) {
    if (!offset) return nullptr;
    if (*offset == 0) return utc_zone();
    return std::make_shared<const Zone>("UTC" + offset_text(*offset, true), *offset);
}

Value now(Arguments &a) {
    const auto zone = zone_of(bind("now", a, {{"tz", Value()}})[0]);
    if (!zone) return make_moment(Moment::Kind::datetime, now_local());
    return at_utc(now_utc(), *zone);
}

Value strptime(Arguments &a) {
    const auto b = bind("strptime", a, {{"date_string"}, {"format"}});
    const std::string text = jinja::to_text(b[0]), format = jinja::to_text(b[1]);
    const auto parsed = parse_time(text, format);
    if (!parsed) jinja::raise_value("time data " + jinja::repr_text(text) + " does not match format " + jinja::repr_text(format));
    return make_moment(Moment::Kind::datetime, micros_from_civil(parsed->civil), zone_for(parsed->offset_us));
}

Value from_iso(Moment::Kind kind, Arguments &a) {
    const std::string text = jinja::to_text(bind("fromisoformat", a, {{"date_string"}})[0]);
    const auto parsed = parse_iso(text);
    if (!parsed || (kind == Moment::Kind::date && text.size() > 10)) jinja::raise_value("Invalid isoformat string: " + jinja::repr_text(text));
    return make_moment(kind, micros_from_civil(parsed->civil), kind == Moment::Kind::date ? nullptr : zone_for(parsed->offset_us));
}

std::int64_t micros_of_timestamp(const Value &timestamp) {
    if (!timestamp.is_number()) jinja::raise_type("'" + jinja::type_name(timestamp) + "' object cannot be interpreted as an integer");
    const std::int64_t micros = whole_micros(timestamp.number() * 1e6), year = civil_from_micros(micros).year;
    if (year < 1 || year > 9999) jinja::raise_value("year " + std::to_string(year) + " is out of range");
    return micros;
}

Value from_timestamp(Arguments &a) {
    const auto b = bind("fromtimestamp", a, {{"timestamp"}, {"tz", Value()}});
    const std::int64_t utc = micros_of_timestamp(b[0]);
    const auto zone = zone_of(b[1]);
    return zone ? at_utc(utc, *zone) : make_moment(Moment::Kind::datetime, utc + now_local() - now_utc());
}

Value combine(Arguments &a) {
    const auto b = bind("combine", a, {{"date"}, {"time"}, {"tzinfo", Value()}});
    const auto *date = b[0].object_as<Moment>(), *time = b[1].object_as<Moment>();
    if (!date || !time) jinja::raise_type("combine() arguments must be a date and a time");
    return make_moment(Moment::Kind::datetime, date->micros - ((date->micros % day_us) + day_us) % day_us + time->micros, b[2].is_none() ? time->zone : tzinfo(b[2]));
}

Value python_class(const char *name, jinja::Function::Body construct, Methods methods) {
    return Value(jinja::make<PythonClass>(name, std::move(construct), std::move(methods)));
}

Value datetime_class() {
    return python_class("datetime", new_datetime,
                        {{"now", now},
                         {"today", now},
                         {"utcnow", [](Arguments &) { return make_moment(Moment::Kind::datetime, now_utc()); }},
                         {"strptime", strptime},
                         {"fromisoformat", [](Arguments &a) { return from_iso(Moment::Kind::datetime, a); }},
                         {"fromtimestamp", from_timestamp},
                         {"utcfromtimestamp", [](Arguments &a) { return make_moment(Moment::Kind::datetime, micros_of_timestamp(bind("utcfromtimestamp", a, {{"timestamp"}})[0])); }},
                         {"combine", combine},
                         {"strftime", [](Arguments &a) {
                              const auto b = bind("strftime", a, {{"self"}, {"format"}});
                              return Value(b[0].object().format(jinja::to_text(b[1])));
                          }}});
}

Value date_class() {
    return python_class("date", new_date,
                        {{"today", [](Arguments &) { return make_moment(Moment::Kind::date, now_local() / day_us * day_us); }},
                         {"fromisoformat", [](Arguments &a) { return from_iso(Moment::Kind::date, a); }},
                         {"fromordinal", [](Arguments &a) { return make_moment(Moment::Kind::date, (jinja::to_index(bind("fromordinal", a, {{"ordinal"}})[0]) - 719163) * day_us); }}});
}

Value timezone_of_name(Arguments &a) {
    const std::string name = jinja::to_text(bind("timezone", a, {{"zone"}})[0]);
    auto zone = Zone::load(name);
    if (!zone) raise(jinja::ErrorClass::key, jinja::repr_text(name));
    return Value(jinja::make<ZoneObject>(std::move(zone)));
}

}  // namespace

Value make_datetime_module() {
    auto module = jinja::make<jinja::Dict>();
    module->set(Value("datetime"), datetime_class());
    module->set(Value("date"), date_class());
    module->set(Value("time"), python_class("time", new_time, {}));
    module->set(Value("timedelta"), python_class("timedelta", new_timedelta, {}));
    module->set(Value("timezone"), python_class("timezone", new_timezone, {}));
    module->set(Value("UTC"), Value(jinja::make<ZoneObject>(utc_zone())));
    return Value(module);
}

Value make_pytz_module() {
    auto module = jinja::make<jinja::Dict>();
    const Value utc(jinja::make<ZoneObject>(utc_zone()));
    module->set(Value("utc"), utc);
    module->set(Value("UTC"), utc);
    module->set(Value("timezone"), jinja::make_function("timezone", timezone_of_name));
    module->set(Value("FixedOffset"), jinja::make_function("FixedOffset", [](Arguments &a) {
                    const std::int64_t offset = jinja::to_index(bind("FixedOffset", a, {{"offset"}})[0]) * minute_us;
                    return Value(jinja::make<ZoneObject>(std::make_shared<const Zone>("UTC" + offset_text(offset, true), offset)));
                }));
    return Value(module);
}

std::optional<Value> read_date(const std::string &text) {
    const auto parsed = text.size() == 10 ? parse_iso(text) : std::nullopt;
    return parsed ? std::optional<Value>(make_moment(Moment::Kind::date, micros_from_civil(parsed->civil))) : std::nullopt;
}

std::optional<Value> read_timestamp(const std::string &text) {
    const auto parsed = parse_iso(text);
    if (!parsed) return std::nullopt;
    return make_moment(Moment::Kind::datetime, micros_from_civil(parsed->civil), zone_for(parsed->offset_us));
}

std::optional<Value> read_time(const std::string &text) {
    const auto parsed = parse_iso("1970-01-01 " + text);
    if (!parsed) return std::nullopt;
    return make_moment(Moment::Kind::time, micros_from_civil(parsed->civil), zone_for(parsed->offset_us));
}

// "1 year 2 mons 3 days 04:05:06.7"; a month is 30 days and a year 365, as psycopg2 counts.
std::optional<Value> read_interval(const std::string &text) {
    std::int64_t micros = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string word = text.substr(at, end - at);
        at = end + 1;
        if (word.find(':') != std::string::npos) {
            const bool minus = word[0] == '-';
            int hours = 0, minutes = 0;
            double seconds = 0;
            if (std::sscanf(word.c_str() + (minus || word[0] == '+'), "%d:%d:%lf", &hours, &minutes, &seconds) != 3) return std::nullopt;
            const std::int64_t clock = hours * hour_us + minutes * minute_us + std::llround(seconds * 1e6);
            micros += minus ? -clock : clock;
            continue;
        }
        const auto count = jinja::parse_int(word);
        const std::size_t stop = std::min(text.find(' ', at), text.size());
        const std::string unit = text.substr(std::min(at, text.size()), stop - std::min(at, text.size()));
        at = stop + 1;
        if (!count) return std::nullopt;
        if (unit.starts_with("day")) micros += *count * day_us;
        else if (unit.starts_with("mon")) micros += *count * 30 * day_us;
        else if (unit.starts_with("year")) micros += *count * 365 * day_us;
        else return std::nullopt;
    }
    return Value(jinja::make<TimeDelta>(micros));
}

}  // namespace mesh::core::project
