// dbt's native rendering: what an output of one piece comes to, and Python's literals.
#pragma once

#include <optional>

#include "core/jinja/value.h"

namespace mesh::core::jinja {

// What the only piece of an output comes to: its value, unless as_native, as_bool or as_number asks for the literal it
// spells. Raises JinjaRenderingError when a bool or number was asked for and is not there.
Value lone_native(const Value &piece);

// ast.literal_eval: strings, numbers, tuples, lists, dicts, sets, True, False, None. nullopt for anything else.
std::optional<Value> parse_literal(std::string_view text);

}  // namespace mesh::core::jinja
