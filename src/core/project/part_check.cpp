#include "core/project/part_check.h"

#include <algorithm>

namespace mesh::core::project {

namespace {

bool holds(const Package &package, const std::vector<std::string> &paths, const std::vector<std::string> &extensions, const std::string &path) {
    return !find_files({{path, ""}}, package, paths, extensions).empty();
}

std::vector<std::string> below(const std::vector<std::string> &paths, const std::string &folder) {
    std::vector<std::string> out(paths);
    for (std::string &path : out) path += folder;
    return out;
}

bool is_project_file(const Package &package, const std::string &path) {
    for (const char *name : {"dbt_project.yml", "packages.yml", "dependencies.yml"})
        if (path == package.root + name) return true;
    return path == "selectors.yml";
}

}  // namespace

FileUse use_of(const Package &package, const std::string &path) {
    if (is_project_file(package, path)) return FileUse::project;
    if (holds(package, package.macro_paths, {".sql"}, path) || holds(package, below(package.test_paths, "/generic"), {".sql"}, path)) return FileUse::macro;
    if (holds(package, below(package.test_paths, "/fixtures"), {".csv", ".sql"}, path)) return FileUse::fixture;
    std::vector<std::string> all;
    for (const auto *paths : {&package.model_paths, &package.seed_paths, &package.snapshot_paths, &package.analysis_paths, &package.macro_paths, &package.test_paths, &package.function_paths})
        all.insert(all.end(), paths->begin(), paths->end());
    if (holds(package, all, {".yml", ".yaml"}, path)) return FileUse::properties;
    if (holds(package, package.docs_paths, {".md"}, path)) return FileUse::docs;
    if (holds(package, package.seed_paths, {".csv"}, path)) return FileUse::seed;
    if (holds(package, package.model_paths, {".sql", ".py"}, path) || holds(package, package.snapshot_paths, {".sql"}, path) || holds(package, package.function_paths, {".sql", ".py"}, path) ||
        holds(package, package.analysis_paths, {".sql"}, path) || holds(package, package.test_paths, {".sql"}, path))
        return FileUse::node;
    return FileUse::none;
}

std::string why_whole(FileUse use) {
    switch (use) {
        case FileUse::docs: return "has docs blocks";
        case FileUse::macro: return "has macros";
        case FileUse::fixture: return "is a fixture of unit tests";
        default: return "is about the whole project";
    }
}

void OldPart::add(Manifest one) {
    old.nodes.merge(one.nodes);
    old.sources.merge(one.sources);
    old.others.merge(one.others);
    for (Node &node : one.disabled) old.disabled.push_back(std::move(node));
    for (Source &source : one.disabled_sources) old.disabled_sources.push_back(std::move(source));
}

namespace {

// What refs, tests, access and selection of other resources go by.
bool same_to_others(const Node &a, const Node &b) {
    return a.resource_type == b.resource_type && a.name == b.name && a.package_name == b.package_name && a.version == b.version &&
           a.latest_version == b.latest_version && a.access == b.access && a.group == b.group && a.fqn == b.fqn && a.relation_name == b.relation_name &&
           a.alias == b.alias && a.schema == b.schema && a.database == b.database;
}

template <class Map>
std::set<std::string> ids(const Map &map) {
    std::set<std::string> out;
    for (const auto &[id, resource] : map) out.insert(id);
    return out;
}

std::set<std::string> generic_tests(const Manifest &manifest) {
    std::set<std::string> out;
    for (const auto &[id, node] : manifest.nodes)
        if (node.test_metadata) out.insert(id);
    for (const Node &node : manifest.disabled) out.insert(node.unique_id);
    return out;
}

void require_same_nodes(const ParseState &state, const Manifest &old) {
    const auto enabled_nodes = [](const Manifest &manifest) {
        std::map<std::string, const Node *> out;
        for (const auto &[id, node] : manifest.nodes)
            if (!node.test_metadata) out[id] = &node;
        return out;
    };
    const auto before = enabled_nodes(old), now = enabled_nodes(state.manifest);
    if (ids(before) != ids(now)) state.need_whole("there are other nodes than before");
    for (const auto &[id, node] : before)
        if (!same_to_others(*node, *now.at(id))) state.need_whole("others may depend on what is another about \"" + id + "\"");
    for (const Manifest *manifest : {&old, &state.manifest})
        for (const Node &node : manifest->disabled)
            if (!node.test_metadata) state.need_whole("\"" + node.unique_id + "\" is disabled");
}

void require_same_others(const ParseState &state, const Manifest &old) {
    const Manifest &now = state.manifest;
    if (ids(old.sources) != ids(now.sources) || !old.disabled_sources.empty() || !now.disabled_sources.empty()) state.need_whole("there are other sources than before");
    if (ids(old.others) != ids(now.others)) state.need_whole("there are other exposures than before");
    for (const Manifest *manifest : {&old, &now})
        for (const auto &[id, other] : manifest->others)
            if (other.resource_type != ResourceType::exposure) state.need_whole("\"" + id + "\" was in a changed file");
}

// dbt_project.yml may configure tests by their place, and a warning says when it configures none.
void require_same_tests(const ParseState &state, const Manifest &old) {
    const Json trees = state.root().project.value("data_tests", Json());
    if (trees.is_object() && !trees.empty() && generic_tests(old) != generic_tests(state.manifest)) state.need_whole("dbt_project.yml configures tests, and there are others");
}

bool calls_is_incremental(const Node &node) {
    return std::find(node.depends_on_macros.begin(), node.depends_on_macros.end(), "macro.dbt.is_incremental") != node.depends_on_macros.end();
}

// A unit test goes by its model's schema, and by whether the model is incremental in parts.
void require_same_unit_tests(const ParseState &state, const Manifest &old, Stored &stored) {
    std::set<std::string> changed;
    for (const auto &[id, node] : state.manifest.nodes)
        if (const auto before = old.nodes.find(id); before != old.nodes.end() && calls_is_incremental(node) != calls_is_incremental(before->second)) changed.insert(node.name);
    if (changed.empty()) return;
    if (!stored.of_type("unit_test").empty()) state.need_whole("a model became incremental, or no longer is, and may have unit tests");
}

}  // namespace

void require_same_rest(ParseState &state, const OldPart &part, Stored &stored) {
    require_same_nodes(state, part.old);
    require_same_others(state, part.old);
    require_same_tests(state, part.old);
    require_same_unit_tests(state, part.old, stored);
}

}  // namespace mesh::core::project
