#include "core/project/external.h"

#include <set>

#include "core/digest.h"
#include "core/project/config_rules.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"

namespace mesh::core::project {

namespace {

Json list_of_projects(const Files &files, const std::string &file) {
    const auto found = files.find(file);
    if (found == files.end()) return Json::array();
    const Json data = read_yaml_file(found->second, file).value;
    const auto list = data.is_object() ? data.find("projects") : data.end();
    return !data.is_object() || list == data.end() || list->is_null() ? Json::array() : *list;
}

bool is_own(const ParseState &state, const std::string &package) {
    for (const LoadedProject &project : state.projects)
        if (project.package.name == package) return true;
    return MacroFinder::built_in(package);
}

// Those that dependencies.yml names, and those that a ref of two arguments does.
std::set<std::string> wanted_projects(const ParseState &state) {
    const std::vector<std::string> named = projects_named(state.files);
    std::set<std::string> wanted(named.begin(), named.end());
    const auto add = [&](const std::vector<Ref> &refs) {
        for (const Ref &ref : refs)
            if (!ref.package.empty() && !is_own(state, ref.package)) wanted.insert(ref.package);
    };
    for (const auto &[id, node] : state.manifest.nodes) add(node.refs);
    for (const auto &[id, other] : state.manifest.others) add(other.refs);
    return wanted;
}

bool is_known(const Manifest &manifest, const std::string &id) {
    for (const Node &node : manifest.disabled)
        if (node.unique_id == id) return true;
    return manifest.nodes.contains(id);
}

}  // namespace

std::vector<std::string> projects_named(const Files &files) {
    if (!list_of_projects(files, "packages.yml").empty())
        fail("22023", "\"projects\" cannot be specified in packages.yml", "packages.yml", 0, "Write it into dependencies.yml.");
    const char *file = "dependencies.yml";
    const Json list = list_of_projects(files, file);
    if (!list.is_array()) fail("22023", "\"projects\" must be a list", file);
    std::vector<std::string> names;
    for (const Json &item : list) {
        if (!item.is_object() || !item.contains("name") || !item["name"].is_string()) fail("22023", "an element of \"projects\" has no name", file);
        names.push_back(item["name"]);
    }
    return names;
}

Node external_node(const Node &model) {
    Node node;
    node.name = model.name;
    node.package_name = model.package_name;
    node.unique_id = model.unique_id;
    node.fqn = {model.package_name, model.name};
    node.version = model.version;
    node.latest_version = model.latest_version;
    if (!node.version.empty()) node.fqn.push_back("v" + node.version);
    node.database = model.database;
    node.schema = model.schema;
    node.alias = model.alias;
    node.relation_name = model.relation_name;
    node.unrendered_config = {{"alias", node.alias}, {"schema", node.schema}, {"database", node.database}};
    node.deprecation_date = model.deprecation_date;
    node.access = model.access;
    node.config = default_config(ResourceType::model);
    node.checksum = sha256(node.unique_id);
    return node;
}

void add_external_nodes(ParseState &state) {
    if (state.others == nullptr) return;
    for (const std::string &name : wanted_projects(state)) {
        std::optional<std::vector<Node>> models = state.others->models(name);
        if (!models) continue;
        std::vector<Node> &hidden = state.hidden[name];
        for (Node &model : *models) {
            if (model.access != "public") hidden.push_back(std::move(model));
            else if (!is_known(state.manifest, model.unique_id)) state.manifest.nodes.emplace(model.unique_id, external_node(model));
        }
    }
    for (const std::string &name : projects_named(state.files))
        if (!state.hidden.contains(name) && !is_own(state, name))
            state.warn("dependencies.yml", 0, "project \"" + name + "\" is not deployed");
}

}  // namespace mesh::core::project
