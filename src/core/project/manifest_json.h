// dbt's manifest.json, version 12, of a project and back.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// The release of dbt-core that we are compatible with: in artifacts, in `dbt_version`, and for require-dbt-version.
inline constexpr const char *kDbtVersion = "1.11.16";

// The whole, as JSON text. `metadata` of the manifest goes in as it is; whoever writes the file puts generated_at and invocation_id there.
// created_at: when the project was read, in seconds since 1970; 0: it is not said.
std::string manifest_text(const Manifest &manifest, double created_at = 0);

// The nodes as the manifest lists them: what is enabled, and tests that are disabled because what they read is.
std::map<std::string, const Node *> listed_nodes(const Manifest &manifest);

// One resource as the manifest shows it, every key that dbt gives it.
Json manifest_json(const Node &node);
Json manifest_json(const Source &source);
Json manifest_json(const MacroInfo &macro);
Json manifest_json(const MacroInfo &macro, const std::vector<std::string> &calls);  // the unique ids of what it calls
Json manifest_json(const Doc &doc);
Json manifest_json(const OtherResource &resource);

// A manifest written by dbt or by mesh, for --state and --defer: what a comparison or a selection asks for, and nothing of the files.
// Older versions (down to 4) are read as far as their keys are the same. Raises Error 22023 when it is no manifest.
Manifest manifest_from_manifest_json(const Json &json);

}  // namespace mesh::core::project
