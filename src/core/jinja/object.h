// Objects: everything that is not a plain value, and the door through which the host gives its own.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "core/jinja/dict.h"

namespace mesh::core::jinja {

class Iterator;

// What a call passes. Names are in the order written.
struct Arguments {
    std::vector<Value> positional;
    std::vector<std::pair<std::string, Value>> named;

    Arguments() = default;
    Arguments(std::vector<Value> values) : positional(std::move(values)) {}
    // Takes the named argument out; missing when it was not given.
    Value take(std::string_view name);
};

// Derived classes override what they can do; the defaults can do nothing. Methods may raise TemplateError.
class Object : public Tracked {
public:
    virtual std::string type_name() const = 0;  // for messages and for repr

    // x.name, also for names that begin with an underscore; the engine keeps those from templates as the sandbox does.
    virtual std::optional<Value> attribute(std::string_view) { return std::nullopt; }
    // x[key] or nullopt when there is no such item. x.name falls back to it and x[name] to attribute().
    virtual std::optional<Value> item(const Value &) { return std::nullopt; }
    virtual bool has_items() const { return false; }
    virtual bool set_item(const Value &, const Value &) { return false; }
    virtual std::optional<Value> slice(const Value &, const Value &, const Value &) { return std::nullopt; }

    virtual bool callable() const { return false; }
    virtual Value call(Arguments &arguments);
    virtual bool mapping() const { return false; }  // passes "is mapping"
    virtual bool numeric() const { return false; }  // passes "is number"

    virtual std::optional<std::int64_t> length() const { return std::nullopt; }
    virtual bool truth() const { return length().value_or(1) != 0; }
    virtual Ptr<Iterator> iterate() { return nullptr; }  // nullptr: not iterable
    virtual Ptr<Iterator> iterate_reversed() { return nullptr; }
    virtual std::optional<bool> contains(const Value &) { return std::nullopt; }  // nullopt: look by iterating

    virtual std::string repr() const { return "<" + type_name() + " object>"; }
    virtual std::string str() const { return repr(); }
    virtual std::string format(std::string_view spec) const;  // of "{:spec}".format(x)
    virtual bool equals(const Object &other) const { return this == &other; }
    virtual std::size_t hash() const { return reinterpret_cast<std::size_t>(this) >> 4; }
    // Negative, 0, positive; nullopt when the two have no order.
    virtual std::optional<int> compare(const Object &) const { return std::nullopt; }
    // this op other, or other op this when reflected; op is "+", "-", ... nullopt when unsupported.
    virtual std::optional<Value> operate(std::string_view, const Value &, bool) { return std::nullopt; }

    void drop_contents() override {}
};

// Yields each value once. A generator's errors come when it is consumed.
class Iterator : public Object {
public:
    virtual bool next(Value &value) = 0;
    Ptr<Iterator> iterate() override { return this; }
    bool truth() const override { return true; }
    std::string type_name() const override { return "generator"; }
};

// An Iterator out of a function that returns false at the end.
Ptr<Iterator> make_generator(std::function<bool(Value &)> next, std::string type_name = "generator");

// A callable given by the host, or a bound method of a value.
class Function : public Object {
public:
    using Body = std::function<Value(Arguments &)>;
    Function(std::string name, Body body) : name_(std::move(name)), body_(std::move(body)) {}
    std::string type_name() const override { return "function"; }
    bool callable() const override { return true; }
    Value call(Arguments &arguments) override { return body_(arguments); }
    std::string repr() const override { return "<function " + name_ + ">"; }
    void drop_contents() override {
        body_ = [](Arguments &) { return Value(); };
    }
    const std::string &name() const { return name_; }

private:
    std::string name_;
    Body body_;
};

inline Value make_function(std::string name, Function::Body body) {
    return Value(make<Function>(std::move(name), std::move(body)));
}

// One parameter of a function of ours: required when no default is given.
struct Parameter {
    const char *name;
    std::optional<Value> default_value = std::nullopt;
};

// The arguments in the parameters' order. Raises TypeError for too many, unknown, doubled or absent ones.
std::vector<Value> bind(const char *function, Arguments &arguments, std::initializer_list<Parameter> parameters);

inline Object &Value::object() const {
    return static_cast<Object &>(*bits_.ref);
}

}  // namespace mesh::core::jinja
