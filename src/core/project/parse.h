// Reading a project: files -> Manifest, as dbt-core 1.11 reads it.
#pragma once

#include "core/project/external.h"
#include "core/project/manifest.h"
#include "core/project/manifest_json.h"
#include "core/project/store.h"

namespace mesh::core::project {

// Raises Error (42601 for broken YAML or templates, 22023 for wrong settings, 42704 for what a ref or a setting names and is not there,
// 42710 for duplicates) with file, line and column, and near names in the hint. Unknown keys are warnings.
// part.h reads what changed alone. `others`: the projects whose public models may be refs; without it there are none.
Manifest parse(const Files &files, const Settings &settings, OtherProjects *others = nullptr);

// By file and line: a part that is read anew has them in the order of the whole.
void sort_warnings(Manifest &manifest);

}  // namespace mesh::core::project
