#include "core/project/parse_state.h"

#include "core/project/place.h"
#include "core/project/profile.h"
#include "core/project/project_flags.h"
#include "core/text.h"

namespace mesh::core::project {

ParseState::ParseState(const Files &project_files, const Settings &project_settings) : files(project_files), settings(project_settings) {}

const YamlRenderer &ParseState::yaml_renderer(const Package &package) {
    if (const auto found = yaml_renderers_.find(package.name); found != yaml_renderers_.end()) return found->second;
    BaseOptions options;
    options.settings = &settings;
    options.target = &manifest.target;
    options.project_name = manifest.project_name;
    options.vars = &vars;
    options.package = package.name;
    options.var_mode = VarMode::plain;
    return yaml_renderers_.emplace(package.name, YamlRenderer(make_base_context(options))).first->second;
}

bool ParseState::flag(const char *name) const {
    return project_flag(root().project, name);
}

void ParseState::warn(const std::string &file, unsigned line, const std::string &text, const std::string &weight) {
    manifest.warnings.push_back({file, line, text, weight});
}

void ParseState::need_whole(const std::string &reason) const {
    if (part) throw NeedsWhole{reason};
}

void ParseState::add(Node node, const std::string &place) {
    if (!node.enabled) return void(manifest.disabled.push_back(std::move(node)));
    const auto found = manifest.nodes.find(node.unique_id);
    if (found != manifest.nodes.end())
        fail("42710", "dbt found two " + plural(node.resource_type == ResourceType::test ? "data_test" : resource_type_name(node.resource_type)) + " with the name \"" + node.name + "\"", place, node.line,
             "It is also in " + found->second.package_root + found->second.original_file_path + ". Rename one of them, or disable it.");
    manifest.nodes.emplace(node.unique_id, std::move(node));
}

namespace {

void add_project(ParseState &state, const std::string &root) {
    LoadedProject project = load_project(state.files, root, state.settings, state.manifest.target);
    for (const LoadedProject &other : state.projects)
        if (other.package.name == project.package.name)
            fail("42710", "two packages have the name \"" + project.package.name + "\"", root + "dbt_project.yml", 0,
                 "The other is in \"" + (other.package.root.empty() ? "." : other.package.root) + "\".");
    for (Warning &warning : project.warnings) state.manifest.warnings.push_back(std::move(warning));
    state.projects.push_back(std::move(project));
}

}  // namespace

void load_projects(ParseState &state) {
    const Json raw = read_project_yaml(state.files, "");
    state.manifest.target = read_target(state.settings, raw);
    add_project(state, "");
    for (const std::string &root : package_roots(state.files, state.projects.front())) add_project(state, root);

    state.manifest.project_name = state.root().name;
    for (const LoadedProject &project : state.projects) state.manifest.packages.push_back(project.package);
    state.configs = std::make_unique<Configs>(state.projects);
    state.vars = Vars(state.manifest, state.settings);
    state.quoting.apply(state.root().project.value("quoting", Json::object()));
}

}  // namespace mesh::core::project
