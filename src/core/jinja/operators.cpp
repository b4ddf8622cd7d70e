#include "core/jinja/operators.h"

#include <cmath>

#include "core/jinja/format.h"
#include "core/jinja/guard.h"
#include "core/jinja/text.h"
#include "core/jinja/weight.h"

namespace mesh::core::jinja {

namespace {

using Int = std::int64_t;

std::size_t hash_int(Int value) {
    return static_cast<std::size_t>(value) * 0x9E3779B97F4A7C15u >> 7;
}

std::size_t hash_real(double value) {
    if (value == std::floor(value) && std::fabs(value) < 9.2e18) return hash_int(static_cast<Int>(value));
    return std::hash<double>()(value);
}

bool equal_items(const std::vector<Value> &left, const std::vector<Value> &right) {
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i)
        if (!left[i].same(right[i]) && !equal(left[i], right[i])) return false;
    return true;
}

bool equal_dicts(const Dict &left, const Dict &right, bool values) {
    if (left.size() != right.size()) return false;
    for (std::size_t at = 0; auto *entry = left.next(at); ++at) {
        const Value *other = right.find(entry->key);
        if (other == nullptr || (values && !other->same(entry->value) && !equal(entry->value, *other))) return false;
    }
    return true;
}

template <class T>
int sign(T left, T right) {
    return left < right ? -1 : right < left ? 1 : 0;
}

int compare_numbers(const Value &left, const Value &right) {
    if (left.is_integral() && right.is_integral()) return sign(left.integer(), right.integer());
    auto wide = [](const Value &v) { return v.is(Kind::real) ? static_cast<long double>(v.real()) : v.integer(); };
    return sign(wide(left), wide(right));
}

bool is_nan(const Value &value) {
    return value.is(Kind::real) && std::isnan(value.real());
}

int compare_items(const std::vector<Value> &left, const std::vector<Value> &right, const char *op) {
    for (std::size_t i = 0; i < left.size() && i < right.size(); ++i)
        if (!left[i].same(right[i]) && !equal(left[i], right[i])) return compare(left[i], right[i], op);
    return sign(left.size(), right.size());
}

// An object that stands for a number, and a number: what the object makes of "<=>".
std::optional<int> compare_with_number(const Value &left, const Value &right) {
    const bool reflected = left.is_number();
    const Value &object = reflected ? right : left, &number = reflected ? left : right;
    if (!object.is(Kind::object) || !number.is_number()) return std::nullopt;
    const auto order = object.object().operate("<=>", number, reflected);
    return order ? std::optional(static_cast<int>(order->integer())) : std::nullopt;
}

[[noreturn]] void unsupported(const char *op, const Value &left, const Value &right) {
    if (left.is_undefined()) left.undefined().fail();
    if (right.is_undefined()) right.undefined().fail();
    raise_type(std::string("unsupported operand type(s) for ") + op + ": '" + type_name(left) + "' and '" +
               type_name(right) + "'");
}

// What objects make of the operator; otherwise the TypeError or UndefinedError that Python would raise.
Value operate(const char *op, const Value &left, const Value &right) {
    std::string_view name = op;
    if (name == "** or pow()") name = "**";
    if (left.is(Kind::object))
        if (auto result = left.object().operate(name, right, false)) return *result;
    if (right.is(Kind::object))
        if (auto result = right.object().operate(name, left, true)) return *result;
    unsupported(op, left, right);
}

[[noreturn]] void overflow() {
    raise(ErrorClass::overflow, "integer result too large for 64 bits");
}

Value checked(double value) {
    if (std::isinf(value)) raise(ErrorClass::overflow, "(34, 'Numerical result out of range')");
    return Value(value);
}

bool both_integral(const Value &left, const Value &right) {
    return left.is_integral() && right.is_integral();
}
bool both_numbers(const Value &left, const Value &right) {
    return left.is_number() && right.is_number();
}

Value join_text(const Value &left, const Value &right) {
    const bool left_safe = left.str().marker == Marker::markup, right_safe = right.str().marker == Marker::markup;
    Guard::string_size(left.text().size() + right.text().size());
    weigh(left.text().size() + right.text().size());
    if (left_safe == right_safe) return Value(left.text() + right.text(), left_safe ? Marker::markup : Marker::none);
    return Value(
        (left_safe ? left.text() : escape_html(left.text())) + (right_safe ? right.text() : escape_html(right.text())),
        Marker::markup);
}

std::vector<Value> concatenate(const std::vector<Value> &left, const std::vector<Value> &right) {
    Guard::list_size(left.size() + right.size());
    std::vector<Value> items;
    items.reserve(left.size() + right.size());
    items = left;
    items.insert(items.end(), right.begin(), right.end());
    return items;
}

std::size_t repetitions(std::size_t size, Int count, void (*check)(std::size_t)) {
    if (count <= 0 || size == 0) return 0;
    std::size_t total = 0;
    check(__builtin_mul_overflow(size, static_cast<std::size_t>(count), &total) ? static_cast<std::size_t>(-1) : total);
    return static_cast<std::size_t>(count);
}

std::optional<Value> repeat(const Value &what, const Value &count) {
    if (!count.is_integral()) return std::nullopt;
    if (what.is_string()) {
        std::string out;
        const std::size_t times = repetitions(what.text().size(), count.integer(), Guard::string_size);
        weigh(times * what.text().size());
        out.reserve(times * what.text().size());
        for (std::size_t i = 0; i < times; ++i) out += what.text();
        return Value(std::move(out), what.str().marker == Marker::markup ? Marker::markup : Marker::none);
    }
    const std::vector<Value> *items = what.sequence();
    if (items == nullptr) return std::nullopt;
    std::vector<Value> out;
    const std::size_t times = repetitions(items->size(), count.integer(), Guard::list_size);
    weigh(times * items->size() * sizeof(Value));
    for (std::size_t i = 0; i < times; ++i) out.insert(out.end(), items->begin(), items->end());
    return what.is(Kind::list) ? Value(std::move(out)) : Value::tuple(std::move(out));
}

double float_floor_divide(double left, double right) {
    double rest = std::fmod(left, right), quotient = (left - rest) / right;
    if (rest != 0 && (right < 0) != (rest < 0)) quotient -= 1;
    if (quotient == 0) return std::copysign(0.0, left / right);
    const double floor = std::floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
}

double float_modulo(double left, double right) {
    double rest = std::fmod(left, right);
    if (rest == 0) return std::copysign(0.0, right);
    return (right < 0) != (rest < 0) ? rest + right : rest;
}

Value int_power(Int base, Int exponent) {
    Int result = 1;
    for (; exponent > 0; exponent >>= 1) {
        if ((exponent & 1) && __builtin_mul_overflow(result, base, &result)) overflow();
        if (exponent > 1 && __builtin_mul_overflow(base, base, &base)) overflow();
    }
    return Value(result);
}

}  // namespace

std::size_t hash_of(const Value &value) {
    switch (value.kind()) {
        case Kind::boolean:
        case Kind::integer: return hash_int(value.integer());
        case Kind::real: return hash_real(value.real());
        case Kind::string: return value.str().hash();
        case Kind::object: return value.object().hash();
        case Kind::tuple: {
            Guard::step();
            std::size_t hash = 7;
            for (const Value &item : value.tuple().items) hash = hash * 31 + hash_of(item);
            return hash;
        }
        case Kind::list:
        case Kind::dict:
        case Kind::set: raise_type("unhashable type: '" + type_name(value) + "'");
        default: return 3;
    }
}

bool equal(const Value &left, const Value &right) {
    if (both_numbers(left, right)) return !is_nan(left) && !is_nan(right) && compare_numbers(left, right) == 0;
    if (left.kind() != right.kind()) return compare_with_number(left, right) == 0;
    Guard::step();
    switch (left.kind()) {
        case Kind::string: return left.text() == right.text();
        case Kind::list:
        case Kind::tuple: return equal_items(*left.sequence(), *right.sequence());
        case Kind::dict: return left.same(right) || equal_dicts(left.dict(), right.dict(), true);
        case Kind::set: return equal_dicts(left.set().members, right.set().members, false);
        case Kind::object: return left.object().equals(right.object());
        default: return true;
    }
}

int compare(const Value &left, const Value &right, const char *op) {
    Guard::step();
    if (both_numbers(left, right)) return compare_numbers(left, right);
    if (left.kind() == right.kind()) {
        if (left.is_string()) return sign(left.text().compare(right.text()), 0);
        if (left.sequence() != nullptr) return compare_items(*left.sequence(), *right.sequence(), op);
        if (left.is(Kind::object))
            if (auto order = left.object().compare(right.object())) return *order;
    }
    if (auto order = compare_with_number(left, right)) return *order;
    if (left.is_undefined()) left.undefined().fail();
    if (right.is_undefined()) right.undefined().fail();
    raise_type(std::string("'") + op + "' not supported between instances of '" + type_name(left) + "' and '" +
               type_name(right) + "'");
}

bool less(const Value &left, const Value &right) {
    return !is_nan(left) && !is_nan(right) && compare(left, right, "<") < 0;
}

bool compare_values(std::string_view op, const Value &left, const Value &right) {
    if (op == "==") return equal(left, right);
    if (op == "!=") return !equal(left, right);
    if (both_numbers(left, right) && (is_nan(left) || is_nan(right))) return false;
    if (op == "<") return compare(left, right, "<") < 0;
    if (op == "<=") return compare(left, right, "<=") <= 0;
    if (op == ">") return compare(left, right, ">") > 0;
    return compare(left, right, ">=") >= 0;
}

Value add(const Value &left, const Value &right) {
    if (both_integral(left, right)) {
        Int sum;
        if (__builtin_add_overflow(left.integer(), right.integer(), &sum)) overflow();
        return Value(sum);
    }
    if (both_numbers(left, right)) return Value(left.number() + right.number());
    if (left.is_string() && right.is_string()) return join_text(left, right);
    if (left.is(Kind::list) && right.is(Kind::list)) return Value(concatenate(left.list().items, right.list().items));
    if (left.is(Kind::tuple) && right.is(Kind::tuple))
        return Value::tuple(concatenate(left.tuple().items, right.tuple().items));
    const bool sequence = left.is_string() || left.sequence() != nullptr;
    if (sequence && !right.is_undefined() && !right.is(Kind::object))
        raise_type("can only concatenate " + type_name(left) + " (not \"" + type_name(right) + "\") to " +
                   type_name(left));
    return operate("+", left, right);
}

Value subtract(const Value &left, const Value &right) {
    if (both_integral(left, right)) {
        Int difference;
        if (__builtin_sub_overflow(left.integer(), right.integer(), &difference)) overflow();
        return Value(difference);
    }
    if (both_numbers(left, right)) return Value(left.number() - right.number());
    if (left.is(Kind::set) && right.is(Kind::set)) {
        auto rest = make<Set>();
        for (const Value &item : left.set().members.keys())
            if (!right.set().has(item)) rest->add(item);
        return Value(rest);
    }
    return operate("-", left, right);
}

Value multiply(const Value &left, const Value &right) {
    if (both_integral(left, right)) {
        Int product;
        if (__builtin_mul_overflow(left.integer(), right.integer(), &product)) overflow();
        return Value(product);
    }
    if (both_numbers(left, right)) return Value(left.number() * right.number());
    if (auto result = repeat(left, right)) return *result;
    if (auto result = repeat(right, left)) return *result;
    const bool one_sequence = left.is_string() || left.sequence() || right.is_string() || right.sequence();
    if (one_sequence && !left.is_undefined() && !right.is_undefined()) {
        const bool left_is = left.is_string() || left.sequence() != nullptr;
        raise_type("can't multiply sequence by non-int of type '" + type_name(left_is ? right : left) + "'");
    }
    return operate("*", left, right);
}

Value divide(const Value &left, const Value &right) {
    if (!both_numbers(left, right)) return operate("/", left, right);
    const bool whole = both_integral(left, right);
    if (right.number() == 0) raise(ErrorClass::zero_division, whole ? "division by zero" : "float division by zero");
    if (whole) return Value(static_cast<double>(static_cast<long double>(left.integer()) / right.integer()));
    return Value(left.number() / right.number());
}

Value floor_divide(const Value &left, const Value &right) {
    if (!both_numbers(left, right)) return operate("//", left, right);
    if (!both_integral(left, right)) {
        if (right.number() == 0) raise(ErrorClass::zero_division, "float floor division by zero");
        return Value(float_floor_divide(left.number(), right.number()));
    }
    const Int l = left.integer(), r = right.integer();
    if (r == 0) raise(ErrorClass::zero_division, "integer division or modulo by zero");
    if (r == -1) return negate(left);
    return Value(l / r - (l % r != 0 && (l % r < 0) != (r < 0) ? 1 : 0));
}

Value modulo(const Value &left, const Value &right) {
    if (left.is_string()) return Value(format_percent(left.text(), right));
    if (!both_numbers(left, right)) return operate("%", left, right);
    if (!both_integral(left, right)) {
        if (right.number() == 0) raise(ErrorClass::zero_division, "float modulo");
        return Value(float_modulo(left.number(), right.number()));
    }
    const Int l = left.integer(), r = right.integer();
    if (r == 0) raise(ErrorClass::zero_division, "integer division or modulo by zero");
    if (r == -1) return Value(0);
    const Int rest = l % r;
    return Value(rest != 0 && (rest < 0) != (r < 0) ? rest + r : rest);
}

Value power(const Value &left, const Value &right) {
    if (!both_numbers(left, right)) return operate("** or pow()", left, right);
    if (both_integral(left, right) && right.integer() >= 0) return int_power(left.integer(), right.integer());
    const double base = left.number(), exponent = right.number();
    if (base == 0 && exponent < 0) raise(ErrorClass::zero_division, "0.0 cannot be raised to a negative power");
    if (base < 0 && std::isfinite(base) && std::isfinite(exponent) && exponent != std::floor(exponent))
        raise_value("complex numbers are not supported");
    if (!std::isfinite(base) || !std::isfinite(exponent)) return Value(std::pow(base, exponent));
    return checked(std::pow(base, exponent));
}

Value negate(const Value &value) {
    if (value.is(Kind::real)) return Value(-value.real());
    if (value.is_undefined()) value.undefined().fail();
    if (!value.is_integral()) raise_type("bad operand type for unary -: '" + type_name(value) + "'");
    Int result;
    if (__builtin_sub_overflow(Int(0), value.integer(), &result)) overflow();
    return Value(result);
}

Value positive(const Value &value) {
    if (value.is_undefined()) value.undefined().fail();
    if (!value.is_number()) raise_type("bad operand type for unary +: '" + type_name(value) + "'");
    return value.is(Kind::boolean) ? Value(value.integer()) : value;
}

}  // namespace mesh::core::jinja
