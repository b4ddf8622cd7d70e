// Nodes and sources as templates see them: dbt's manifest form.
#pragma once

#include <optional>

#include "core/jinja/value.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

// As `model` is in a template; with what it compiled to, when that is known.
Json node_json(const Manifest &manifest, const Node &node, const std::optional<std::string> &compiled = std::nullopt);
jinja::Value node_value(const Manifest &manifest, const Node &node, const std::optional<std::string> &compiled = std::nullopt);
Json source_json(const Source &source);

// `graph`: {"nodes", "sources", "exposures", "groups", "metrics", ...}, each by unique id; while parsing without contents.
jinja::Value graph_value(const Manifest &manifest, bool empty);

}  // namespace mesh::core::project
