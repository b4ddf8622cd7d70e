// Filters for single values: numbers, defaults, JSON, and dbt's markers for native rendering.
#include <cmath>

#include "core/jinja/filters.h"
#include "core/jinja/json.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

using Int = std::int64_t;

Value absolute(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("abs", arguments, {});
    if (!subject.is_number()) raise_type("bad operand type for abs(): '" + type_name(subject) + "'");
    if (subject.is(Kind::real)) return Value(std::fabs(subject.real()));
    return subject.integer() < 0 ? negate(subject) : Value(subject.integer());
}

Value default_value(const Value &subject, Arguments &arguments, const Runtime &) {
    const auto bound = bind("default", arguments, {{"default_value", Value("")}, {"boolean", Value(false)}});
    return subject.is_undefined() || (truth(bound[1]) && !truth(subject)) ? bound[0] : subject;
}

// What an object of its own kind of number is as an "int" or a "float".
std::optional<Value> number_of_object(const Value &value, const char *type) {
    return value.is(Kind::object) ? value.object().operate(type, Value(), false) : std::nullopt;
}

// int(float); nullopt for nan.
std::optional<Int> whole(double value, bool *too_large) {
    if (std::isnan(value)) return std::nullopt;
    *too_large = std::fabs(value) >= 9223372036854775808.0;
    return *too_large ? 0 : static_cast<Int>(value);
}

std::optional<Int> int_of(const Value &value, const Value &base) {
    bool too_large = false;
    if (value.is_string()) {
        const Int b = to_index(base);
        if (b != 0 && (b < 2 || b > 36)) return std::nullopt;
        if (auto number = parse_int(value.text(), static_cast<int>(b))) return number;
        const auto real = parse_float(value.text());
        const auto number = real ? whole(*real, &too_large) : std::nullopt;
        return too_large ? std::nullopt : number;
    }
    if (value.is_undefined()) value.undefined().fail();
    if (value.is_integral()) return value.integer();
    if (const auto own = number_of_object(value, "int")) return own->integer();
    if (!value.is(Kind::real)) return std::nullopt;
    const auto number = whole(value.real(), &too_large);
    if (std::isinf(value.real())) raise(ErrorClass::overflow, "cannot convert float infinity to integer");
    if (too_large) raise(ErrorClass::overflow, "integer too large for 64 bits");
    return number;
}

Value to_int(const Value &subject, Arguments &arguments, const Runtime &) {
    const auto bound = bind("int", arguments, {{"default", Value(0)}, {"base", Value(10)}});
    const auto number = int_of(subject, bound[1]);
    return number ? Value(*number) : bound[0];
}

Value to_float(const Value &subject, Arguments &arguments, const Runtime &) {
    const auto bound = bind("float", arguments, {{"default", Value(0.0)}});
    if (subject.is_undefined()) subject.undefined().fail();
    if (subject.is_number()) return Value(subject.number());
    if (const auto own = number_of_object(subject, "float")) return *own;
    const auto number = subject.is_string() ? parse_float(subject.text()) : std::nullopt;
    return number ? Value(*number) : bound[0];
}

// To so many decimals, ties to even as the exact binary value has them.
double round_real(double value, Int precision) {
    if (!std::isfinite(value) || precision > 323) return value;
    if (precision < -308) return std::copysign(0.0, value);
    if (precision < 0) {
        const double scale = std::pow(10.0, static_cast<double>(-precision));
        return std::nearbyint(value / scale) * scale;
    }
    char buffer[700];
    std::snprintf(buffer, sizeof buffer, "%.*f", static_cast<int>(precision), value);
    return std::strtod(buffer, nullptr);
}

Value rounded_integer(double value) {
    if (std::isnan(value)) raise_value("cannot convert float NaN to integer");
    if (std::isinf(value)) raise(ErrorClass::overflow, "cannot convert float infinity to integer");
    if (std::fabs(value) >= 9.2e18) raise(ErrorClass::overflow, "integer too large for 64 bits");
    return Value(static_cast<Int>(std::nearbyint(value)));
}

Value round_integer(Int value, Int precision) {
    if (precision >= 0) return Value(value);
    if (precision < -18) return Value(0);
    Int scale = 1;
    for (Int i = precision; i < 0; ++i) scale *= 10;
    const Int quotient = floor_divide(Value(value), Value(scale)).integer(), rest = value - quotient * scale;
    const bool up = rest * 2 > scale || (rest * 2 == scale && quotient % 2 != 0);
    return multiply(Value(quotient + (up ? 1 : 0)), Value(scale));
}

// What an object of its own kind of number makes of "round", "ceil" or "floor".
std::optional<Value> rounded_object(const Value &subject, const std::string &how, const Value &precision) {
    auto *object = subject.object_as<Object>();
    return object == nullptr ? std::nullopt : object->operate(how, precision, false);
}

Value round(const Value &subject, Arguments &arguments, const Runtime &) {
    const auto bound = bind("round", arguments, {{"precision", Value(0)}, {"method", Value("common")}});
    const std::string method = to_text(bound[1]);
    if (!bound[1].is_string() || (method != "common" && method != "ceil" && method != "floor"))
        raise(ErrorClass::filter_argument, "method must be common, ceil or floor");
    if (method != "common") {
        const Value scale = power(Value(10), bound[0]), scaled = multiply(subject, scale);
        if (const auto whole = rounded_object(scaled, method, Value())) return divide(*whole, scale);
        if (!scaled.is_number()) raise_type("must be real number, not " + type_name(scaled));
        if (!std::isfinite(scaled.number())) raise(ErrorClass::overflow, "cannot convert float infinity to integer");
        if (scaled.is_integral()) return divide(scaled, scale);
        const double rounded = method == "ceil" ? std::ceil(scaled.real()) : std::floor(scaled.real());
        return divide(Value(rounded + 0.0), Value(scale.number()));
    }
    if (const auto rounded = rounded_object(subject, "round", bound[0])) return *rounded;
    if (!subject.is_number()) raise_type("type " + type_name(subject) + " doesn't define __round__ method");
    if (bound[0].is_none() && subject.is(Kind::real)) return rounded_integer(subject.real());
    const Int precision = bound[0].is_none() ? 0 : to_index(bound[0]);
    return subject.is(Kind::real) ? Value(round_real(subject.real(), precision))
                                  : round_integer(subject.integer(), precision);
}

Value attr(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const Value name = bind("attr", arguments, {{"name"}})[0];
    if (!name.is_string()) raise_type("attribute name must be string, not '" + type_name(name) + "'");
    if (subject.is_undefined() || name.text().starts_with("__") || find_attribute(subject, name.text(), runtime))
        return get_attribute(subject, name, runtime);
    const std::string type = subject.is_none() ? "None" : type_name(subject) + " object";
    return undefined("'" + type + "' has no attribute " + repr(name), name.text());
}

// The JSON stays harmless inside HTML.
Value tojson(const Value &subject, Arguments &arguments, const Runtime &) {
    const Value indent = bind("tojson", arguments, {{"indent", Value()}})[0];
    JsonStyle style{.sort_keys = true};
    if (!indent.is_none()) style.indent = to_text(indent.is_string() ? indent : multiply(Value(" "), indent));
    std::string out;
    for (char c : to_json(subject, style)) {
        switch (c) {
            case '<': out += "\\u003c"; break;
            case '>': out += "\\u003e"; break;
            case '&': out += "\\u0026"; break;
            case '\'': out += "\\u0027"; break;
            default: out += c;
        }
    }
    return Value(std::move(out), Marker::markup);
}

// dbt: marks the text for native rendering, leaves the value alone in text.
template <Marker marker>
Value mark(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    bind("native filter", arguments, {});
    return runtime.native ? Value(to_text(subject), marker) : subject;
}

Value is_list(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("is_list", arguments, {});
    return Value(subject.is(Kind::list));
}

Value filesizeformat(const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const bool binary = truth(bind("filesizeformat", arguments, {{"binary", Value(false)}})[0]);
    Arguments none;
    none.positional.emplace_back();
    const Value bytes = to_float(subject, none, runtime);
    if (bytes.is_none() && subject.is_string()) raise_value("could not convert string to float: " + repr(subject));
    if (bytes.is_none())
        raise_type("float() argument must be a string or a real number, not '" + type_name(subject) + "'");
    const double base = binary ? 1024 : 1000, size = bytes.real();
    if (size == 1) return Value("1 Byte");
    if (size < base) return Value(to_text(rounded_integer(std::trunc(size))) + " Bytes");
    double unit = base;
    std::size_t prefix = 0;
    while (prefix < 7 && size >= unit * base) unit *= base, ++prefix;
    char buffer[400];
    std::snprintf(buffer, sizeof buffer, "%.1f %c%s", size / unit, (binary ? "KMGTPEZY" : "kMGTPEZY")[prefix],
                  binary ? "iB" : "B");
    return Value(buffer);
}

constexpr BuiltinFilter value_filters[] = {
    {"default", default_value},
    {"d", default_value},
    {"int", to_int},
    {"float", to_float},
    {"round", round},
    {"abs", absolute},
    {"attr", attr},
    {"tojson", tojson},
    {"is_list", is_list},
    {"filesizeformat", filesizeformat},
    {"as_bool", mark<Marker::boolean>},
    {"as_number", mark<Marker::number>},
    {"as_native", mark<Marker::native>},
    {"as_text", mark<Marker::text>},
};

}  // namespace

const BuiltinFilter *find_value_filter(std::string_view name) {
    for (const BuiltinFilter &filter : value_filters)
        if (name == filter.name) return &filter;
    return nullptr;
}

}  // namespace mesh::core::jinja
