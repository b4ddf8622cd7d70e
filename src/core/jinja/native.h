// dbt's native rendering: what the pieces of an output come to, and Python's literals.
#pragma once

#include <optional>

#include "core/jinja/value.h"

namespace mesh::core::jinja {

// A lone piece keeps its value, unless as_native, as_bool or as_number asks for the literal it spells; several are text.
// Raises JinjaRenderingError when a bool or number was asked for and is not there.
Value join_native(const std::vector<Value> &pieces);

// ast.literal_eval: strings, numbers, tuples, lists, dicts, sets, True, False, None. nullopt for anything else.
std::optional<Value> parse_literal(std::string_view text);

}  // namespace mesh::core::jinja
