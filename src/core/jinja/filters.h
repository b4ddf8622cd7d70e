// The filters and tests of Jinja2, and those that dbt adds.
#pragma once

#include "core/jinja/access.h"

namespace mesh::core::jinja {

struct BuiltinFilter {
    const char *name;
    Value (*apply)(const Value &subject, Arguments &arguments, const Runtime &runtime);
    bool foldable = true;  // gives the same for the same constants, so native rendering may fold it
};

struct BuiltinTest {
    const char *name;
    bool (*holds)(const Value &subject, Arguments &arguments, const Runtime &runtime);
};

// nullptr when there is none of the name.
const BuiltinFilter *find_filter(std::string_view name);
const BuiltinTest *find_test(std::string_view name);

// The tables behind them, by topic.
const BuiltinFilter *find_text_filter(std::string_view name);
const BuiltinFilter *find_value_filter(std::string_view name);
const BuiltinFilter *find_sequence_filter(std::string_view name);
const BuiltinFilter *find_selection_filter(std::string_view name);

// By name, as map() and select() call them. Raise TemplateRuntimeError when there is none.
Value call_filter(const Value &name, const Value &subject, Arguments &arguments, const Runtime &runtime);
bool call_test(const Value &name, const Value &subject, Arguments &arguments, const Runtime &runtime);

// Looks a dotted attribute up, digits as indexes, as the filters' attribute= does. A none attribute is the value
// itself. An absent part becomes the default unless that is none.
class AttributePath {
public:
    AttributePath(const Value &attribute, const Runtime &runtime, Value default_value = Value(),
                  bool ignore_case = false);
    Value of(const Value &item) const;

private:
    std::vector<Value> parts_;
    const Runtime runtime_;
    Value default_;
    bool ignore_case_;
};

}  // namespace mesh::core::jinja
