// Which macro a name means.
#pragma once

#include <map>

#include "core/project/manifest.h"

namespace mesh::core::project {

class MacroFinder {
public:
    // The manifest must outlive it and keep its macros.
    explicit MacroFinder(const Manifest &manifest);

    // Seen from a package: its own, the root's, those of any other package, the built-in ones. Null: none.
    const MacroInfo *find(const std::string &package, const std::string &name) const;
    // Of exactly this package ("dbt" stands for all built-in ones). Null: none.
    const MacroInfo *find_in(const std::string &package, const std::string &name) const;
    // generate_<component>_name for nodes of the package: the package's own when it is not the root, else the root's, else built in.
    const MacroInfo *generator(const std::string &package, const std::string &component) const;

    // Names of macros with the prefix, without it, for hints.
    std::vector<std::string> names(const std::string &prefix) const;

    static bool built_in(const std::string &package) { return package == "dbt" || package == "dbt_postgres"; }

private:
    const MacroInfo *lookup(const std::string &package, const std::string &name) const;

    const Manifest &manifest_;
    std::map<std::string, const MacroInfo *> by_name_;  // the one that wins
};

}  // namespace mesh::core::project
