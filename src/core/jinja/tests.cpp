// The tests of "is".
#include "core/jinja/filters.h"
#include "core/jinja/methods.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"

namespace mesh::core::jinja {

namespace {

using Holds = bool (*)(const Value &, Arguments &, const Runtime &);

// A test without arguments.
template <bool (*question)(const Value &)>
bool plain(const Value &subject, Arguments &arguments, const Runtime &) {
    bind("test", arguments, {});
    return question(subject);
}

// A test against one other value.
template <bool (*question)(const Value &, const Value &)>
bool against(const Value &subject, Arguments &arguments, const Runtime &) {
    return question(subject, bind("test", arguments, {{"other"}})[0]);
}

bool odd(const Value &v) {
    return equal(modulo(v, Value(2)), Value(1));
}
bool even(const Value &v) {
    return equal(modulo(v, Value(2)), Value(0));
}
bool is_defined(const Value &v) {
    return !v.is_undefined();
}
bool is_undefined(const Value &v) {
    return v.is_undefined();
}
bool is_none(const Value &v) {
    return v.is_none();
}
bool is_boolean(const Value &v) {
    return v.is(Kind::boolean);
}
bool is_true(const Value &v) {
    return v.is(Kind::boolean) && v.boolean();
}
bool is_false(const Value &v) {
    return v.is(Kind::boolean) && !v.boolean();
}
bool is_integer(const Value &v) {
    return v.is(Kind::integer);
}
bool is_float(const Value &v) {
    return v.is(Kind::real);
}
bool is_string(const Value &v) {
    return v.is_string();
}
bool is_number(const Value &v) {
    return v.is_number() || (v.is(Kind::object) && v.object().numeric());
}
bool is_mapping(const Value &v) {
    return v.is(Kind::dict) || (v.is(Kind::object) && v.object().mapping());
}
bool can_be_called(const Value &v) {
    return is_callable(v) || v.is_undefined();
}
bool is_escaped(const Value &v) {
    return v.is_string() && v.str().marker == Marker::markup;
}

bool is_sequence(const Value &v) {
    if (v.is(Kind::object)) return v.object().has_items() && v.object().length();
    return v.kind() >= Kind::undefined && !v.is(Kind::set);
}

bool text_question(const Value &v, const char *method) {
    Arguments none;
    return truth(find_text_predicate(method)->body(Value(to_text(v)), none, {}));
}
bool is_lower_text(const Value &v) {
    return text_question(v, "islower");
}
bool is_upper_text(const Value &v) {
    return text_question(v, "isupper");
}

// Names are looked up as keys of a dict: what cannot be one raises.
bool is_filter_name(const Value &v) {
    return hash_of(v) && v.is_string() && find_filter(v.text()) != nullptr;
}
bool is_test_name(const Value &v) {
    return hash_of(v) && v.is_string() && find_test(v.text()) != nullptr;
}

bool divisible(const Value &v, const Value &by) {
    return equal(modulo(v, by), Value(0));
}
bool same_as(const Value &v, const Value &other) {
    return v.same(other);
}
bool is_in(const Value &v, const Value &container) {
    return contains(container, v);
}
bool is_equal(const Value &a, const Value &b) {
    return equal(a, b);
}
bool is_unequal(const Value &a, const Value &b) {
    return !equal(a, b);
}
bool is_greater(const Value &a, const Value &b) {
    return compare_values(">", a, b);
}
bool is_greater_equal(const Value &a, const Value &b) {
    return compare_values(">=", a, b);
}
bool is_less(const Value &a, const Value &b) {
    return compare_values("<", a, b);
}
bool is_less_equal(const Value &a, const Value &b) {
    return compare_values("<=", a, b);
}

bool divisible_by(const Value &subject, Arguments &arguments, const Runtime &) {
    return divisible(subject, bind("test_divisibleby", arguments, {{"num"}})[0]);
}

bool in_sequence(const Value &subject, Arguments &arguments, const Runtime &) {
    return is_in(subject, bind("test_in", arguments, {{"seq"}})[0]);
}

constexpr BuiltinTest tests[] = {
    {"none", plain<is_none>},
    {"string", plain<is_string>},
    {"mapping", plain<is_mapping>},
    {"defined", plain<is_defined>},
    {"iterable", plain<is_iterable>},
    {"number", plain<is_number>},
    {"sequence", plain<is_sequence>},
    {"undefined", plain<is_undefined>},
    {"boolean", plain<is_boolean>},
    {"true", plain<is_true>},
    {"false", plain<is_false>},
    {"integer", plain<is_integer>},
    {"float", plain<is_float>},
    {"callable", plain<can_be_called>},
    {"odd", plain<odd>},
    {"even", plain<even>},
    {"lower", plain<is_lower_text>},
    {"upper", plain<is_upper_text>},
    {"escaped", plain<is_escaped>},
    {"filter", plain<is_filter_name>},
    {"test", plain<is_test_name>},
    {"divisibleby", divisible_by},
    {"in", in_sequence},
    {"sameas", against<same_as>},
    {"==", against<is_equal>},
    {"eq", against<is_equal>},
    {"equalto", against<is_equal>},
    {"!=", against<is_unequal>},
    {"ne", against<is_unequal>},
    {">", against<is_greater>},
    {"gt", against<is_greater>},
    {"greaterthan", against<is_greater>},
    {">=", against<is_greater_equal>},
    {"ge", against<is_greater_equal>},
    {"<", against<is_less>},
    {"lt", against<is_less>},
    {"lessthan", against<is_less>},
    {"<=", against<is_less_equal>},
    {"le", against<is_less_equal>},
};

}  // namespace

const BuiltinTest *find_test(std::string_view name) {
    for (const BuiltinTest &test : tests)
        if (name == test.name) return &test;
    return nullptr;
}

}  // namespace mesh::core::jinja
