#include "core/project/macro_finder.h"

namespace mesh::core::project {

MacroFinder::MacroFinder(const Manifest &manifest) : manifest_(manifest) {
    const auto rank = [&](const std::string &package) {
        if (package == manifest.project_name) return 3;
        return built_in(package) ? package == "dbt_postgres" ? 1 : 0 : 2;
    };
    for (const auto &[id, macro] : manifest.macros) {
        const MacroInfo *&best = by_name_[macro.name];
        if (!best || rank(macro.package_name) >= rank(best->package_name)) best = &macro;
    }
}

const MacroInfo *MacroFinder::lookup(const std::string &package, const std::string &name) const {
    const auto found = manifest_.macros.find("macro." + package + "." + name);
    return found == manifest_.macros.end() ? nullptr : &found->second;
}

const MacroInfo *MacroFinder::find_in(const std::string &package, const std::string &name) const {
    if (package == "dbt")
        if (const MacroInfo *own = lookup("dbt_postgres", name)) return own;
    return lookup(package, name);
}

const MacroInfo *MacroFinder::find(const std::string &package, const std::string &name) const {
    if (const MacroInfo *own = lookup(package, name)) return own;
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

const MacroInfo *MacroFinder::generator(const std::string &package, const std::string &component) const {
    const std::string name = "generate_" + component + "_name";
    if (package != manifest_.project_name && !built_in(package))
        if (const MacroInfo *own = lookup(package, name)) return own;
    if (const MacroInfo *root = lookup(manifest_.project_name, name)) return root;
    return find_in("dbt", name);
}

std::vector<std::string> MacroFinder::names(const std::string &prefix) const {
    std::vector<std::string> found;
    for (const auto &[name, macro] : by_name_)
        if (name.rfind(prefix, 0) == 0) found.push_back(name.substr(prefix.size()));
    return found;
}

}  // namespace mesh::core::project
