#include "core/jinja/filters.h"

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/jinja/unicode.h"

namespace mesh::core::jinja {

const BuiltinFilter *find_filter(std::string_view name) {
    for (auto find : {find_text_filter, find_value_filter, find_sequence_filter, find_selection_filter})
        if (const BuiltinFilter *filter = find(name)) return filter;
    return nullptr;
}

namespace {

[[noreturn]] void no_such(const char *what, const Value &name) {
    std::string message = std::string("No ") + what + " named " + repr(name) + ".";
    if (name.is_undefined())
        message += " (" + name.undefined().message + "; did you forget to quote the callable name?)";
    raise(ErrorClass::runtime, message);
}

Value lowered(const Value &value) {
    return value.is_string() ? Value(to_lower(value.text())) : value;
}

Value path_part(std::string_view text) {
    bool digits = !text.empty();
    for (std::size_t at = 0; digits && at < text.size();) digits = is_digit(decode(text, at));
    return digits ? Value(parse_int(text).value_or(0)) : Value(text);
}

}  // namespace

Value call_filter(const Value &name, const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const BuiltinFilter *filter = name.is_string() ? find_filter(name.text()) : nullptr;
    if (filter == nullptr) no_such("filter", name);
    return filter->apply(subject, arguments, runtime);
}

bool call_test(const Value &name, const Value &subject, Arguments &arguments, const Runtime &runtime) {
    const BuiltinTest *test = name.is_string() ? find_test(name.text()) : nullptr;
    if (test == nullptr) no_such("test", name);
    return test->holds(subject, arguments, runtime);
}

AttributePath::AttributePath(const Value &attribute, const Runtime &runtime, Value default_value, bool ignore_case)
    : runtime_(runtime), default_(std::move(default_value)), ignore_case_(ignore_case) {
    if (attribute.is_none()) return;
    if (!attribute.is_string()) {
        parts_.push_back(attribute);
        return;
    }
    std::string_view rest = attribute.text();
    for (std::size_t dot; (dot = rest.find('.')) != rest.npos; rest.remove_prefix(dot + 1))
        parts_.push_back(path_part(rest.substr(0, dot)));
    parts_.push_back(path_part(rest));
}

Value AttributePath::of(const Value &item) const {
    Value value = item;
    for (const Value &part : parts_) {
        value = get_item(value, part, runtime_);
        if (value.is_undefined() && !default_.is_none()) value = default_;
    }
    return ignore_case_ ? lowered(value) : value;
}

}  // namespace mesh::core::jinja
