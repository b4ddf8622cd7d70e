// Reading a project: files -> Manifest, as dbt-core 1.11 reads it.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// Raises Error (42601 for broken YAML or templates, 22023 for wrong settings, 42704 for what a ref or a setting names and is not there,
// 42710 for duplicates) with file, line and column, and near names in the hint. Unknown keys are warnings.
// `previous` is what the same project was before: resources of files that did not change are taken from it.
Manifest parse(const Files &files, const Settings &settings, const Manifest *previous = nullptr);

// A resource as JSON and back, for keeping it in the registry.
Json node_to_json(const Node &node);
Node node_from_json(const Json &json);
Json manifest_to_store(const Manifest &manifest);
Manifest manifest_from_store(const Json &json);

// dbt's manifest.json, version 12.
Json manifest_json(const Manifest &manifest);

}  // namespace mesh::core::project
