// Under which name a dbt project's source is registered.
#pragma once

#include <string>

#include "core/project/manifest.h"

namespace mesh::engine {

// Two packages may have a source of one name: that of a package stands behind the package's name.
inline std::string registered_name(const core::project::Manifest &manifest, const core::project::Source &source) {
    return (source.package_name == manifest.project_name ? "" : source.package_name + ".") + source.source_name;
}

}  // namespace mesh::engine
