// Resolved configs in the store: only what differs from a config that says nothing.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// What a resource of this type has as config when nobody configured anything; an empty object where that is not known.
const Json &usual_config(ResourceType type);

// Keys of `config` that are not as usual; null when that would not bring back the same keys in the same order.
Json config_difference(const Json &usual, const Json &config);

// The config that config_difference() was made of.
Json apply_difference(const Json &usual, Json difference);

}  // namespace mesh::core::project
