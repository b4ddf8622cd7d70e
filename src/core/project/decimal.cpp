#include "core/project/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/jinja/format.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::project {

using jinja::Ptr;
using jinja::Value;

namespace {

constexpr std::size_t precision = 28;  // of Python's default context

std::string stripped(std::string digits) {
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    return digits.empty() ? "0" : digits;
}

int compare_digits(const std::string &a, const std::string &b) {
    if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    return a.compare(b);
}

std::string add_digits(const std::string &a, const std::string &b) {
    std::string out(std::max(a.size(), b.size()) + 1, '0');
    int carry = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        int sum = carry;
        if (i < a.size()) sum += a[a.size() - 1 - i] - '0';
        if (i < b.size()) sum += b[b.size() - 1 - i] - '0';
        out[out.size() - 1 - i] = static_cast<char>('0' + sum % 10);
        carry = sum / 10;
    }
    return stripped(out);
}

// a - b, where a is not smaller.
std::string subtract_digits(const std::string &a, const std::string &b) {
    std::string out = a;
    int borrow = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        int rest = a[a.size() - 1 - i] - '0' - borrow - (i < b.size() ? b[b.size() - 1 - i] - '0' : 0);
        borrow = rest < 0;
        out[out.size() - 1 - i] = static_cast<char>('0' + (rest + 10) % 10);
    }
    return stripped(out);
}

std::string multiply_digits(const std::string &a, const std::string &b) {
    std::vector<int> sums(a.size() + b.size(), 0);
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j) sums[i + j] += (a[a.size() - 1 - i] - '0') * (b[b.size() - 1 - j] - '0');
    std::string out(sums.size(), '0');
    int carry = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const int sum = sums[i] + carry;
        out[out.size() - 1 - i] = static_cast<char>('0' + sum % 10);
        carry = sum / 10;
    }
    return stripped(out);
}

// Long division: the whole part; what is left goes to `rest`.
std::string divide_digits(const std::string &a, const std::string &b, std::string &rest) {
    std::string out;
    rest = "0";
    for (const char digit : a) {
        rest = stripped(rest + digit);
        char times = '0';
        for (; compare_digits(rest, b) >= 0; ++times) rest = subtract_digits(rest, b);
        out += times;
    }
    return stripped(out);
}

// Without its last digits, half to even.
std::string without_last(const std::string &digits, std::size_t drop) {
    if (drop == 0) return digits;
    if (drop > digits.size()) return "0";
    const std::size_t keep = digits.size() - drop;
    std::string kept = keep == 0 ? "0" : digits.substr(0, keep);
    const int half = digits.compare(keep, std::string::npos, "5" + std::string(drop - 1, '0'));
    if (half > 0 || (half == 0 && (kept.back() - '0') % 2)) kept = add_digits(kept, "1");
    return kept;
}

// To the precision of Python's context.
Value rounded(bool negative, const std::string &digits, long exponent) {
    const std::size_t drop = digits.size() - std::min(digits.size(), precision);
    return Value(jinja::make<Decimal>(negative, without_last(digits, drop), exponent + static_cast<long>(drop)));
}

// Both with the smaller exponent.
void align(const Decimal &a, const Decimal &b, std::string &left, std::string &right, long &exponent) {
    exponent = std::min(a.exponent(), b.exponent());
    left = stripped(a.digits() + std::string(static_cast<std::size_t>(std::min(a.exponent() - exponent, 400L)), '0'));
    right = stripped(b.digits() + std::string(static_cast<std::size_t>(std::min(b.exponent() - exponent, 400L)), '0'));
}

int sign_of(const Decimal &value) {
    return value.zero() ? 0 : value.negative() ? -1 : 1;
}

// Without their signs; neither is zero.
int compare_sizes(const Decimal &a, const Decimal &b) {
    const long left = a.exponent() + static_cast<long>(a.digits().size()), right = b.exponent() + static_cast<long>(b.digits().size());
    if (left != right) return left < right ? -1 : 1;
    const std::size_t size = std::max(a.digits().size(), b.digits().size());
    const int order = (a.digits() + std::string(size - a.digits().size(), '0')).compare(b.digits() + std::string(size - b.digits().size(), '0'));
    return order < 0 ? -1 : order > 0;
}

Value sum(const Decimal &a, const Decimal &b, bool negate) {
    std::string left, right;
    long exponent = 0;
    align(a, b, left, right, exponent);
    const bool other = b.negative() != negate;
    if (a.negative() == other) return rounded(a.negative(), add_digits(left, right), exponent);
    const int order = compare_digits(left, right);
    if (order >= 0) return rounded(order != 0 && a.negative(), subtract_digits(left, right), exponent);
    return rounded(other, subtract_digits(right, left), exponent);
}

Value quotient(const Decimal &a, const Decimal &b) {
    if (b.zero()) raise(jinja::ErrorClass::zero_division, "division by zero");
    const long ideal = a.exponent() - b.exponent();
    const std::size_t extra = precision + 2 + b.digits().size();
    std::string rest, digits = divide_digits(a.digits() + std::string(extra, '0'), b.digits(), rest);
    long exponent = ideal - static_cast<long>(extra);
    if (rest != "0") {
        digits += '1';  // a digit that is not zero decides the rounding
        --exponent;
    }
    while (rest == "0" && exponent < ideal && digits.size() > 1 && digits.back() == '0') digits.pop_back(), ++exponent;
    return rounded(a.negative() != b.negative(), digits, exponent);
}

// The whole part of a / b towards zero, and what is left with the sign of a.
Value whole(const Decimal &a, const Decimal &b, bool remainder) {
    if (b.zero()) raise(jinja::ErrorClass::zero_division, "division by zero");
    std::string left, right, rest;
    long exponent = 0;
    align(a, b, left, right, exponent);
    const std::string times = divide_digits(left, right, rest);
    return remainder ? rounded(a.negative(), rest, exponent) : rounded(a.negative() != b.negative(), times, 0);
}

Value raised(const Decimal &a, const Decimal &b) {
    const double power = b.number();
    if (!b.integral() || power < 0 || power > 1000) return *Decimal::parse(jinja::float_text(std::pow(a.number(), power)));
    Value result = *Decimal::parse("1");
    for (int i = 0; i < static_cast<int>(power); ++i) {
        const Ptr<Decimal> so_far = as_decimal(result);
        result = rounded(so_far->negative() != a.negative(), multiply_digits(so_far->digits(), a.digits()), so_far->exponent() + a.exponent());
    }
    return result;
}

// With so many decimals, as round(value, places) gives it.
Value with_places(const Decimal &value, long places) {
    const long more = value.exponent() + places;
    const auto zeros = static_cast<std::size_t>(std::clamp(more, 0L, 400L)), drop = static_cast<std::size_t>(std::clamp(-more, 0L, 4000L));
    const std::string digits = stripped(without_last(value.digits(), drop) + std::string(zeros, '0'));
    if (digits.size() > precision) raise(jinja::ErrorClass::overflow, "a Decimal of more than 28 digits cannot be rounded to so many places");
    return Value(jinja::make<Decimal>(value.negative(), digits, -places));
}

// The int of round(value), math.ceil(value) and math.floor(value).
Value to_integer(const Decimal &value, std::string_view op) {
    const auto drop = static_cast<std::size_t>(std::clamp(-value.exponent(), 0L, 4000L));
    std::string digits = op == "round" ? without_last(value.digits(), drop) : drop >= value.digits().size() ? "0" : value.digits().substr(0, value.digits().size() - drop);
    if (op != "round" && !value.integral() && value.negative() == (op == "floor")) digits = add_digits(digits, "1");
    digits += std::string(static_cast<std::size_t>(std::clamp(value.exponent(), 0L, 400L)), '0');
    const auto whole = jinja::parse_int((value.negative() ? "-" : "") + digits);
    if (!whole) raise(jinja::ErrorClass::overflow, "integer too large for 64 bits");
    return Value(*whole);
}

// A float's exact value; nullptr for what is infinite or no number.
Ptr<Decimal> exactly(double number) {
    if (!std::isfinite(number)) return nullptr;
    char text[800];
    std::snprintf(text, sizeof text, "%.766e", number);
    return Decimal::parse(text)->object_as<Decimal>();
}

// -1, 0 or 1, as Python compares a Decimal with a number.
std::optional<Value> order(const Decimal &a, const Value &other, bool reflected) {
    const Ptr<Decimal> that = other.is_integral() ? as_decimal(other) : exactly(other.number());
    if (!that && std::isnan(other.number())) return std::nullopt;
    const int sign = that ? *a.compare(*that) : other.number() > 0 ? -1 : 1;
    return Value(static_cast<std::int64_t>(reflected ? -sign : sign));
}

}  // namespace

Decimal::Decimal(bool negative, std::string digits, long exponent)
    : negative_(negative), digits_(stripped(std::move(digits))), exponent_(exponent) {}

std::optional<Value> Decimal::parse(std::string_view text) {
    bool negative = false, point = false;
    std::string digits;
    long exponent = 0;
    std::size_t at = 0;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
    for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
        if (text[at] == '.' && !point) point = true;
        else if (text[at] >= '0' && text[at] <= '9') digits += text[at], exponent -= point;
        else return std::nullopt;
    }
    if (digits.empty()) return std::nullopt;
    if (at < text.size()) {
        std::string_view power = text.substr(at + 1);
        if (power.starts_with('+')) power.remove_prefix(1);
        long shift = 0;
        if (const auto [end, error] = std::from_chars(power.data(), power.data() + power.size(), shift); error != std::errc() || end != power.data() + power.size()) return std::nullopt;
        exponent += shift;
    }
    return Value(jinja::make<Decimal>(negative, digits, exponent));
}

bool Decimal::integral() const {
    if (exponent_ >= 0 || zero()) return true;
    const auto places = static_cast<std::size_t>(-exponent_);
    return digits_.size() > places && digits_.find_last_not_of('0') < digits_.size() - places;
}

double Decimal::number() const {
    return std::strtod(((negative_ ? "-" : "") + digits_ + "e" + std::to_string(exponent_)).c_str(), nullptr);
}

// As Python prints it: scientific for a positive exponent or more than six zeros behind the point.
std::string Decimal::str() const {
    const std::string sign = negative_ ? "-" : "";
    const long adjusted = exponent_ + static_cast<long>(digits_.size()) - 1;
    if (exponent_ <= 0 && adjusted >= -6) {
        if (exponent_ == 0) return sign + digits_;
        const auto places = static_cast<std::size_t>(-exponent_);
        if (digits_.size() > places) return sign + digits_.substr(0, digits_.size() - places) + "." + digits_.substr(digits_.size() - places);
        return sign + "0." + std::string(places - digits_.size(), '0') + digits_;
    }
    const std::string rest = digits_.size() > 1 ? "." + digits_.substr(1) : "";
    return sign + digits_.substr(0, 1) + rest + "E" + (adjusted < 0 ? "" : "+") + std::to_string(adjusted);
}

std::string Decimal::format(std::string_view spec) const {
    return spec.empty() ? str() : jinja::format_spec(Value(number()), spec);
}

namespace {

Value without_zeros(const Decimal &value) {
    if (value.zero()) return Value(jinja::make<Decimal>(value.negative(), "0", 0));
    const std::size_t kept = value.digits().find_last_not_of('0') + 1;
    return Value(jinja::make<Decimal>(value.negative(), value.digits().substr(0, kept), value.exponent() + static_cast<long>(value.digits().size() - kept)));
}

// Python's DecimalTuple: sign, digits, exponent.
Value parts_of(const Decimal &value) {
    std::vector<Value> digits;
    for (const char digit : value.digits()) digits.emplace_back(digit - '0');
    return Value::tuple({Value(value.negative() ? 1 : 0), Value::tuple(std::move(digits)), Value(static_cast<std::int64_t>(value.exponent()))});
}

}  // namespace

std::optional<Value> Decimal::attribute(std::string_view name) {
    if (name == "is_integer") return jinja::make_function("is_integer", [self = Ptr<Decimal>(this)](jinja::Arguments &) { return Value(self->integral()); });
    if (name == "real") return Value(Ptr<Decimal>(this));
    if (name == "normalize") return jinja::make_function("normalize", [self = Ptr<Decimal>(this)](jinja::Arguments &) { return without_zeros(*self); });
    if (name == "as_tuple") return jinja::make_function("as_tuple", [self = Ptr<Decimal>(this)](jinja::Arguments &) { return parts_of(*self); });
    return std::nullopt;
}

bool Decimal::equals(const jinja::Object &other) const {
    return compare(other) == 0;
}

std::optional<int> Decimal::compare(const jinja::Object &other) const {
    const auto *that = dynamic_cast<const Decimal *>(&other);
    if (!that) return std::nullopt;
    const int left = sign_of(*this), right = sign_of(*that);
    return left != right || left == 0 ? (left < right ? -1 : left > right) : left * compare_sizes(*this, *that);
}

std::size_t Decimal::hash() const {
    return jinja::hash_of(integral() && std::fabs(number()) < 9e18 ? to_integer(*this, "floor") : Value(number()));
}

std::optional<Value> Decimal::operate(std::string_view op, const Value &other, bool reflected) {
    if (op == "<=>") return order(*this, other, reflected);
    if ((op == "round" && other.is_none()) || op == "ceil" || op == "floor") return to_integer(*this, op);
    if (op == "float") return Value(number());
    if (op == "int") return to_integer(*this, negative() ? "ceil" : "floor");
    if (op == "round") return other.is_integral() ? std::optional(with_places(*this, static_cast<long>(std::clamp(other.integer(), std::int64_t{-4000}, std::int64_t{4000})))) : std::nullopt;
    const Ptr<Decimal> that = as_decimal(other);
    if (!that) return std::nullopt;
    const Decimal &a = reflected ? *that : *this, &b = reflected ? *this : *that;
    if (op == "+") return sum(a, b, false);
    if (op == "-") return sum(a, b, true);
    if (op == "*") return rounded(a.negative() != b.negative(), multiply_digits(a.digits(), b.digits()), a.exponent() + b.exponent());
    if (op == "/") return quotient(a, b);
    if (op == "//") return whole(a, b, false);
    if (op == "%") return whole(a, b, true);
    if (op == "**") return raised(a, b);
    return std::nullopt;
}

Ptr<Decimal> as_decimal(const Value &value) {
    if (auto *decimal = value.object_as<Decimal>()) return decimal;
    if (!value.is_integral()) return nullptr;
    return Decimal::parse(std::to_string(value.integer()))->object_as<Decimal>();
}

}  // namespace mesh::core::project
