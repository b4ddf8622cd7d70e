// What ref() and source() name: dbt's order of packages and rules for versions.
#pragma once

#include <unordered_map>

#include "core/project/manifest.h"

namespace mesh::core::project {

class ResourceLookup {
public:
    explicit ResourceLookup(const Manifest &manifest);

    // nullptr when there is none. `from` is the package of the referring node; a package in the ref is the only one searched.
    const Node *node(const Ref &ref, const std::string &from) const;
    const Source *source(const std::string &source, const std::string &table, const std::string &from) const;
    // Is there one that is disabled? For messages.
    bool disabled(const Ref &ref) const;

private:
    const Node *find(const Ref &ref, const std::string &package) const;

    const Manifest &manifest_;
    std::unordered_map<std::string, std::vector<const Node *>> nodes_;
    std::unordered_map<std::string, std::vector<const Source *>> sources_;
};

}  // namespace mesh::core::project
