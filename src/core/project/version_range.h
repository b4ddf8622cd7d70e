// require-dbt-version.
#pragma once

#include "core/project/settings.h"

namespace mesh::core::project {

// Does the version ("1.11.16") fulfil all specifiers (">=1.3.0", "<2.0.0", one text with commas or a list)?
// Raises Error 22023 for what is no version.
bool version_fits(const std::string &version, const Json &specifiers);

}  // namespace mesh::core::project
