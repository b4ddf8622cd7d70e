// vars: of dbt_project.yml and --vars, and how a package sees them.
#include "core/project/base_context.h"

namespace mesh::core::project {

Vars::Vars(const Manifest &manifest, const Settings &settings) : command_line_(settings.vars), root_(manifest.project_name) {
    for (const Package &package : manifest.packages)
        if (const auto vars = package.project.find("vars"); vars != package.project.end() && vars->is_object())
            declared_[package.name] = *vars;
}

const Json *Vars::find(const std::string &name, const std::string &package) const {
    for (const Json *layer : layers(package))
        if (const auto found = layer->find(name); found != layer->end()) return &*found;
    return nullptr;
}

Json Vars::all(const std::string &package) const {
    Json result = Json::object();
    for (const Json *layer : layers(package))
        for (const auto &[name, value] : layer->items())
            if (!result.contains(name)) result[name] = value;
    return result;
}

// Those that come first win.
std::vector<const Json *> Vars::layers(const std::string &package) const {
    std::vector<const Json *> found{&command_line_};
    const auto add = [&](const std::string &project) {
        const auto declared = declared_.find(project);
        if (declared == declared_.end()) return;
        if (const auto own = declared->second.find(package); own != declared->second.end() && own->is_object()) found.push_back(&*own);
        found.push_back(&declared->second);
    };
    if (!root_.empty()) add(root_);
    if (package != root_) add(package);
    return found;
}

}  // namespace mesh::core::project
