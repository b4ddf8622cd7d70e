#include "core/jinja/access.h"

#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/text.h"

namespace mesh::core::jinja {

namespace {

// A method taken from its value without calling it.
class BoundMethod : public Object {
public:
    BoundMethod(Value self, const Method &method, Runtime runtime)
        : self_(std::move(self)), method_(method), runtime_(std::move(runtime)) {}
    std::string type_name() const override { return "builtin_function_or_method"; }
    bool callable() const override { return true; }
    Value call(Arguments &arguments) override { return method_.body(self_, arguments, runtime_); }
    std::string repr() const override {
        return std::string("<built-in method ") + method_.name + " of " + jinja::type_name(self_) + " object>";
    }

private:
    Value self_;
    const Method &method_;
    Runtime runtime_;
};

// What every Python object has.
bool is_common_dunder(std::string_view name) {
    static constexpr std::string_view names[] = {"__class__",       "__doc__",
                                                 "__init__",        "__new__",
                                                 "__repr__",        "__str__",
                                                 "__hash__",        "__eq__",
                                                 "__ne__",          "__lt__",
                                                 "__le__",          "__gt__",
                                                 "__ge__",          "__getattribute__",
                                                 "__setattr__",     "__delattr__",
                                                 "__dir__",         "__format__",
                                                 "__reduce__",      "__reduce_ex__",
                                                 "__sizeof__",      "__init_subclass__",
                                                 "__subclasshook__"};
    for (std::string_view one : names)
        if (one == name) return true;
    return false;
}

Value unsafe(const Value &object, std::string_view name) {
    return Value(
        make<Undefined>("access to attribute " + repr_text(name) + " of '" + type_name(object) + "' object is unsafe.",
                        std::string(name), ErrorClass::security));
}

Value no_such(const Value &object, const Value &name, const Runtime &runtime) {
    if (runtime.environment->lenient_undefined) return undefined(repr(name) + " is undefined", to_text(name));
    const std::string type = object.is_none() ? "None" : type_name(object) + " object";
    if (!name.is_string()) return undefined(type + " has no element " + repr(name));
    return undefined("'" + type + "' has no attribute " + repr(name), name.text());
}

// dbt's undefined of the parse phase knows its own name and gives more undefined for everything else.
Value lenient_attribute(const Value &object, const std::string &name) {
    const Undefined &old = object.undefined();
    if (name == "name") return Value(old.name);
    if (name == "hint" || name == "node") return Value();
    if (name == "unsafe_callable" || name == "alters_data") return Value(false);
    return undefined(repr_text(name) + " is undefined", name);
}

std::optional<Value> number_attribute(const Value &object, std::string_view name) {
    const bool real = object.is(Kind::real);
    if (name == "real") return object.is(Kind::boolean) ? Value(object.integer()) : object;
    if (name == "imag") return real ? Value(0.0) : Value(0);
    if (!real && name == "numerator") return Value(object.integer());
    if (!real && name == "denominator") return Value(1);
    return std::nullopt;
}

// A member's name is its value in camel case, as dbt names nearly all of its members: "partial success" is PartialSuccess.
std::optional<Value> member_attribute(const std::string &value, std::string_view name) {
    if (name == "value") return Value(value);
    if (name != "name") return std::nullopt;
    std::string out;
    bool starts = true;
    for (char c : value) {
        const bool between = c == ' ' || c == '_' || c == '-';
        if (!between) out += starts ? core::capitalized(std::string(1, c)) : std::string(1, c);
        starts = between;
    }
    return Value(std::move(out));
}

}  // namespace

std::optional<Value> find_attribute(const Value &object, std::string_view name, const Runtime &runtime) {
    if (object.is(Kind::object)) return object.object().attribute(name);
    if (const Method *method = find_method(object, name)) return Value(make<BoundMethod>(object, *method, runtime));
    if (object.is_number()) return number_attribute(object, name);
    if (object.is_string() && object.str().marker == Marker::member) return member_attribute(object.text(), name);
    if (object.is(Kind::tuple) && object.tuple().group && object.tuple().items.size() == 2) {
        if (name == "grouper") return object.tuple().items[0];
        if (name == "list") return object.tuple().items[1];
    }
    return std::nullopt;
}

Value get_attribute(const Value &object, const Value &name, const Runtime &runtime) {
    const std::string &text = name.text();
    const bool hidden = text.starts_with('_');
    if (hidden && is_common_dunder(text)) return unsafe(object, text);
    if (object.is_undefined()) {
        if (!runtime.environment->lenient_undefined) object.undefined().fail();
        return hidden ? unsafe(object, text) : lenient_attribute(object, text);
    }
    if (auto value = find_attribute(object, text, runtime)) return hidden ? unsafe(object, text) : *value;
    if (auto value = subscript(object, name)) return *value;
    return no_such(object, name, runtime);
}

Value get_item(const Value &object, const Value &key, const Runtime &runtime) {
    if (object.is_undefined()) {
        if (!runtime.environment->lenient_undefined) object.undefined().fail();
        return object;
    }
    if (auto value = subscript(object, key)) return *value;
    if (key.is_string()) {
        const std::string &text = key.text();
        if (text.starts_with('_') && is_common_dunder(text)) return unsafe(object, text);
        if (auto value = find_attribute(object, text, runtime))
            return text.starts_with('_') ? unsafe(object, text) : *value;
    }
    return no_such(object, key, runtime);
}

bool is_callable(const Value &value) {
    return value.is(Kind::object) && value.object().callable();
}

Value call_value(const Value &callee, Arguments &arguments, const Runtime &runtime) {
    Guard::step();
    if (is_callable(callee)) return callee.object().call(arguments);
    if (callee.is_undefined()) {
        if (runtime.environment->lenient_undefined) return callee;
        callee.undefined().fail();
    }
    raise_type("'" + type_name(callee) + "' object is not callable");
}

const Method *find_method(const Value &value, std::string_view name) {
    switch (value.kind()) {
        case Kind::string: return find_text_method(name);
        case Kind::list: return find_list_method(name);
        case Kind::tuple: return find_tuple_method(name);
        case Kind::dict: return find_dict_method(name);
        case Kind::set: return find_set_method(name);
        case Kind::boolean:
        case Kind::integer: return find_integer_method(name);
        case Kind::real: return find_real_method(name);
        default: return nullptr;
    }
}

}  // namespace mesh::core::jinja
