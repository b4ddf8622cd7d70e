// A target for projects of tests that have no profiles.yml.
#pragma once

#include "core/project/settings.h"

namespace mesh::core::project {

inline Settings settings() {
    Settings settings;
    settings.database = "db";
    settings.schema = "dev";
    return settings;
}

}  // namespace mesh::core::project
