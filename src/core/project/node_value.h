// Nodes and sources as templates see them: dbt's manifest form.
#pragma once

#include <optional>
#include <string_view>

#include "core/jinja/value.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

// As `model` is in a template, without nulls; with what it compiled to, when that is known.
jinja::Value node_value(const Node &node, const std::optional<std::string> &compiled = std::nullopt);

// The same, made when it is asked for more than names: for generate_schema_name and its kin. The node must outlive it.
jinja::Value lazy_node(const Node &node);

// A column's data_type as the server knows it: dbt's own names ("string") are taken for types, unless the contract's alias_types is off.
std::string declared_type(const Node &node, const std::string &type);

// Is it one of the keys that `graph` has of itself?
bool is_section_of_graph(std::string_view name);

// `graph`: {"nodes", "sources", "exposures", "groups", "metrics", ...}, each by unique id; while parsing without contents.
jinja::Value graph_value(const Manifest &manifest, bool empty);

}  // namespace mesh::core::project
