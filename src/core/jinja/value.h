// Values of the template language: Python's none, bool, int (64 bits), float, str, list, tuple, dict, set, and objects.
//
// A Value is a counted handle, so that lists and dicts are shared as Python shares them. Everything rarer than these
// (ranges, views, iterators, macros, functions, what the host gives) is an Object, see object.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/jinja/error.h"
#include "core/jinja/ref.h"

namespace mesh::core::jinja {

enum class Kind : std::uint8_t {
    missing,  // never seen by templates: an argument not given, a variable not set
    none,
    boolean,
    integer,
    real,
    undefined,  // this and what follows is counted
    string,
    list,
    tuple,
    dict,
    set,
    object,
};

// What a str is marked as: Jinja2's Markup, the markers of dbt's native filters, and a member of a Python enumeration, which has a `value`.
enum class Marker : std::uint8_t { none, markup, text, native, boolean, number, member };

struct Str;
struct List;
struct Tuple;
struct Dict;
struct Set;
struct Undefined;
class Object;

class Value {
public:
    Value() : kind_(Kind::none) { bits_.integer = 0; }
    Value(bool value) : kind_(Kind::boolean) { bits_.integer = value; }
    Value(int value) : Value(static_cast<std::int64_t>(value)) {}
    Value(std::int64_t value) : kind_(Kind::integer) { bits_.integer = value; }
    Value(double value) : kind_(Kind::real) { bits_.real = value; }
    Value(std::string text, Marker marker = Marker::none);
    Value(std::string_view text) : Value(std::string(text)) {}
    Value(const char *text) : Value(std::string(text)) {}
    Value(std::vector<Value> items);  // a list
    Value(const Ptr<Str> &value);
    Value(const Ptr<List> &value);
    Value(const Ptr<Tuple> &value);
    Value(const Ptr<Dict> &value);
    Value(const Ptr<Set> &value);
    Value(const Ptr<Undefined> &value);
    template <class T>
    requires std::is_base_of_v<Object, T> Value(Ptr<T> value) : Value(Kind::object, value.get()) {}

    static Value missing() { return Value(Kind::missing, nullptr); }
    static Value tuple(std::vector<Value> items);

    Value(const Value &other) : kind_(other.kind_), bits_(other.bits_) {
        if (counted()) bits_.ref->retain();
    }
    Value(Value &&other) noexcept : kind_(other.kind_), bits_(other.bits_) { other.kind_ = Kind::none; }
    ~Value() {
        if (counted()) bits_.ref->release();
    }
    Value &operator=(Value other) noexcept {
        std::swap(kind_, other.kind_);
        std::swap(bits_, other.bits_);
        return *this;
    }

    Kind kind() const { return kind_; }
    bool is(Kind kind) const { return kind_ == kind; }
    bool is_missing() const { return kind_ == Kind::missing; }
    bool is_none() const { return kind_ == Kind::none; }
    bool is_string() const { return kind_ == Kind::string; }
    bool is_undefined() const { return kind_ == Kind::undefined; }
    bool is_integral() const { return kind_ == Kind::integer || kind_ == Kind::boolean; }
    bool is_number() const { return is_integral() || kind_ == Kind::real; }

    // Each of these demands the kind it names.
    bool boolean() const { return bits_.integer != 0; }
    std::int64_t integer() const { return bits_.integer; }  // also of a bool
    double real() const { return bits_.real; }
    double number() const { return kind_ == Kind::real ? bits_.real : static_cast<double>(bits_.integer); }
    Str &str() const;
    const std::string &text() const;
    List &list() const;
    Tuple &tuple() const;
    Dict &dict() const;
    Set &set() const;
    Undefined &undefined() const;
    Object &object() const;
    template <class T>
    T *object_as() const {
        return kind_ == Kind::object ? dynamic_cast<T *>(bits_.ref) : nullptr;
    }
    // The items of a list or tuple; nullptr for others.
    const std::vector<Value> *sequence() const;

    // Python's "is".
    bool same(const Value &other) const;

private:
    Value(Kind kind, Ref *ref) : kind_(kind) {
        bits_.ref = ref;
        if (counted()) ref->retain();
    }
    bool counted() const { return kind_ >= Kind::undefined; }

    Kind kind_;
    union {
        std::int64_t integer;
        double real;
        Ref *ref;
    } bits_;
};

struct Str : Ref {
    explicit Str(std::string value, Marker mark = Marker::none) : text(std::move(value)), marker(mark) {}

    // In characters, not bytes.
    std::size_t length() const;
    bool ascii() const { return length() == text.size(); }
    std::size_t hash() const;

    const std::string text;
    const Marker marker;

private:
    mutable std::size_t length_ = std::string::npos, hash_ = 0;
};

struct List : Tracked {
    List() = default;
    explicit List(std::vector<Value> values) : items(std::move(values)) {}
    void drop_contents() override { std::vector<Value>().swap(items); }
    std::vector<Value> items;
};

struct Tuple : Tracked {
    explicit Tuple(std::vector<Value> values, bool is_group = false) : items(std::move(values)), group(is_group) {}
    void drop_contents() override { std::vector<Value>().swap(items); }
    std::vector<Value> items;
    bool group;  // one of groupby's: .grouper and .list name its two items
};

// Why a value is not there; raised when someone does more than print or test it.
struct Undefined : Ref {
    explicit Undefined(std::string why, std::string what = "", ErrorClass raises = ErrorClass::undefined)
        : message(std::move(why)), name(std::move(what)), kind(raises) {}
    [[noreturn]] void fail() const { raise(kind, message); }
    std::string message, name;
    ErrorClass kind;
};

inline Value undefined(std::string message, std::string name = "") {
    return Value(make<Undefined>(std::move(message), std::move(name)));
}

inline Value::Value(const Ptr<Str> &value) : Value(Kind::string, value.get()) {}
inline Value::Value(const Ptr<List> &value) : Value(Kind::list, value.get()) {}
inline Value::Value(const Ptr<Tuple> &value) : Value(Kind::tuple, value.get()) {}
inline Value::Value(const Ptr<Undefined> &value) : Value(Kind::undefined, value.get()) {}
inline Value::Value(std::string text, Marker marker) : Value(make<Str>(std::move(text), marker)) {}
inline Value::Value(std::vector<Value> items) : Value(make<List>(std::move(items))) {}
inline Value Value::tuple(std::vector<Value> items) {
    return Value(make<Tuple>(std::move(items)));
}
inline Str &Value::str() const {
    return static_cast<Str &>(*bits_.ref);
}
inline const std::string &Value::text() const {
    return str().text;
}
inline List &Value::list() const {
    return static_cast<List &>(*bits_.ref);
}
inline Tuple &Value::tuple() const {
    return static_cast<Tuple &>(*bits_.ref);
}
inline Undefined &Value::undefined() const {
    return static_cast<Undefined &>(*bits_.ref);
}

}  // namespace mesh::core::jinja
