// x.name and x[key] as the sandbox allows them, and calls.
#pragma once

#include "core/jinja/runtime.h"

namespace mesh::core::jinja {

// A method of a plain value.
struct Method {
    const char *name;
    Value (*body)(const Value &self, Arguments &arguments, const Runtime &runtime);
};

// nullptr when the value has no such method.
const Method *find_method(const Value &value, std::string_view name);

// x.name: the attribute, else the item of that name, else undefined. Names that begin with an underscore are unsafe as
// attributes: an undefined that raises SecurityError.
Value get_attribute(const Value &object, const Value &name, const Runtime &runtime);
// x[key]: the item, else the attribute of that name, else undefined.
Value get_item(const Value &object, const Value &key, const Runtime &runtime);
// What Python's getattr finds; without the sandbox.
std::optional<Value> find_attribute(const Value &object, std::string_view name, const Runtime &runtime);

// Raises TypeError for what cannot be called, UndefinedError for what is not there.
Value call_value(const Value &callee, Arguments &arguments, const Runtime &runtime);
bool is_callable(const Value &value);

}  // namespace mesh::core::jinja
