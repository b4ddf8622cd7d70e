// A model's settings that are true or false.
#pragma once

#include "engine/registry.h"

namespace mesh::engine {

// `otherwise` when the model does not say, or says null, as a dbt project's settings do that nobody gave.
inline bool setting(const Model &model, const char *name, bool otherwise) {
    auto found = model.config.find(name);
    return found == model.config.end() || !found->is_boolean() ? otherwise : found->get<bool>();
}

}  // namespace mesh::engine
