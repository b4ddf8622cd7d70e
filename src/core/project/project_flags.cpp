#include "core/project/project_flags.h"

namespace mesh::core::project {

bool project_flag(const Manifest &manifest, const char *name, bool usual) {
    if (manifest.packages.empty()) return usual;
    const Json &project = manifest.root().project;
    const auto flags = project.find("flags");
    if (flags == project.end() || !flags->is_object()) return usual;
    const auto found = flags->find(name);
    return found != flags->end() && found->is_boolean() ? found->get<bool>() : usual;
}

}  // namespace mesh::core::project
