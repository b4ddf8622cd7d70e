// Python's two ways of formatting text: "%s" % values and "{}".format(values).
#pragma once

#include <functional>

#include "core/jinja/object.h"

namespace mesh::core::jinja {

// format % argument: a tuple gives several values, a dict names them. Raises TypeError and ValueError as Python does.
std::string format_percent(std::string_view format, const Value &argument);

// Looks .name (true) or [name] (false) up, as the sandbox allows.
using FieldLookup = std::function<Value(const Value &, const Value &, bool)>;

// format.format(*positional, **named)
std::string format_braces(std::string_view format, Arguments &arguments, const FieldLookup &lookup);

// format(value, spec): the mini language of str, int and float.
std::string format_spec(const Value &value, std::string_view spec_text);

}  // namespace mesh::core::jinja
