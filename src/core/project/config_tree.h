// Configs out of everything that configures a resource: projects' trees, properties, config() calls.
#pragma once

#include "core/project/config_rules.h"
#include "core/project/project_file.h"

namespace mesh::core::project {

class Configs {
public:
    // The projects must outlive it; the first is the root.
    explicit Configs(const std::vector<LoadedProject> &projects);

    // What is farther comes first: the own project's tree from its root down the fqn, the properties, config() calls, and for a package
    // the root project's tree. `patch` may be null. Raises Error 22023.
    Json build(ResourceType type, const std::vector<std::string> &fqn, const std::string &package, const Json &calls, const Json *patch,
               const std::string &file) const;

    // The same of the trees as written, with nothing but the last word for each key.
    Json unrendered(ResourceType type, const std::vector<std::string> &fqn, const std::string &package, const Json &calls, const Json *patch) const;

    // One key of what the trees and the calls say, without properties; null when nobody says anything.
    Json single(const char *key, ResourceType type, const std::vector<std::string> &fqn, const std::string &package, const Json &calls) const;

private:
    using Layers = std::vector<const Json *>;
    const LoadedProject &project(const std::string &package) const;
    template <class Visit>
    void each_layer(bool raw, ResourceType type, const std::vector<std::string> &fqn, const std::string &package, const Json &calls,
                    const Json *patch, Visit visit) const;

    const std::vector<LoadedProject> &projects_;
};

// The keys of one level that configure it: those with + and those that are no mapping.
Json level_config(const Json &level);

}  // namespace mesh::core::project
