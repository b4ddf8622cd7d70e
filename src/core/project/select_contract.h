// Whether a model still keeps the contract that an earlier state of it had.
#pragma once

#include <string>
#include <vector>

#include "core/project/manifest.h"

namespace mesh::core::project {

// False when anything that the contract says has changed. A change that breaks readers of the model is a warning, and for a model with versions
// Error 22023, since a new version is the way to make it.
bool same_contract(const Node &now, const Node &old, std::vector<std::string> &warnings);

// The same for a node that is no more. Nothing for one that had no contract or is past its deprecation date.
void check_removed_contract(const Node &old, bool disabled, std::vector<std::string> &warnings);

}  // namespace mesh::core::project
