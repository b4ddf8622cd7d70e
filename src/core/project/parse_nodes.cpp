// Models, snapshots, analyses, singular tests, functions, seeds and hooks of the run: what is in files of its own.
#include <algorithm>

#include "core/digest.h"
#include "core/jinja/blocks.h"
#include "core/project/interrupt.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"
#include "core/project/python_model.h"

namespace mesh::core::project {

namespace {

constexpr std::size_t biggest_hashed_seed = 1 << 20;  // dbt's maximum_seed_size_mib

Draft &new_draft(ParseState &state, ResourceType type, const Package &package, const std::string &name) {
    check_interrupt();
    Draft &draft = state.drafts.emplace_back();
    draft.package = &package;
    Node &node = draft.node;
    node.resource_type = type;
    node.name = node.alias = name;
    node.package_name = package.name;
    node.package_root = package.root;
    node.unique_id = std::string(resource_type_name(type)) + "." + package.name + "." + name;
    node.database = state.manifest.target.database;
    node.schema = state.manifest.target.schema;
    return draft;
}

void add_unique(std::vector<std::string> &list, const std::string &item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

// Takes over what the text asked for.
void take(Draft &draft, ParsedText parsed) {
    for (const Json &call : parsed.config_calls) merge_config_call(draft.calls, call);
    draft.node.refs = std::move(parsed.refs);
    draft.node.sources = std::move(parsed.sources);
    draft.node.functions = std::move(parsed.functions);
    if (!parsed.metrics.empty()) draft.node.extra["metrics"] = parsed.metrics;
    for (const std::string &macro : parsed.macros) add_unique(draft.node.depends_on_macros, macro);
}

void render(ParseState &state, Draft &draft, unsigned first_line = 1) {
    if (draft.node.raw_code.find('{') == std::string::npos) return;
    take(draft, state.renderer->render(draft.node, draft.node.raw_code, first_line));
}

// What nobody configures otherwise is materialized as a table.
void read_python(Draft &draft) {
    draft.node.language = "python";
    take(draft, read_python_model(draft.node.raw_code));
    draft.patch_config = {{"materialized", "table"}};
}

void read_file(ParseState &state, ResourceType type, const ResourceFile &file, const std::string &path) {
    Draft &draft = new_draft(state, type, *file.package, file.name());
    draft.place = file.place();
    Node &node = draft.node;
    node.path = path;
    node.original_file_path = file.original_path;
    node.fqn = make_fqn(file.package->name, path, node.name);
    node.raw_code = stripped(*file.text);
    node.checksum = sha256(node.raw_code);
    if (file.path.ends_with(".py")) read_python(draft);
    else render(state, draft);
}

// Its arguments and what it returns are properties; dbt has this type until it has read them. Python is not rendered.
void read_function(ParseState &state, const ResourceFile &file) {
    if (!file.path.ends_with(".py")) {
        read_file(state, ResourceType::function, file, file.path);
    } else {
        Draft &draft = new_draft(state, ResourceType::function, *file.package, file.name());
        draft.place = file.place();
        draft.node.path = file.path;
        draft.node.original_file_path = file.original_path;
        draft.node.fqn = make_fqn(file.package->name, file.path, draft.node.name);
        draft.node.raw_code = stripped(*file.text);
        draft.node.checksum = sha256(draft.node.raw_code);
        draft.node.language = "python";
    }
    Node &node = state.drafts.back().node;
    node.extra["returns"] = {{"data_type", "INVALID_TYPE"}, {"description", nullptr}};
    node.extra["arguments"] = Json::array();
}

void read_snapshots(ParseState &state, const ResourceFile &file) {
    if (file.text->find("{%") == std::string::npos) return;
    const std::string text = stripped(*file.text), checksum = sha256(text);
    for (jinja::TextBlock &block : jinja::find_blocks(text, {"snapshot"})) {
        Draft &draft = new_draft(state, ResourceType::snapshot, *file.package, block.name);
        draft.place = file.place();
        Node &node = draft.node;
        node.path = file.path;
        node.original_file_path = file.original_path;
        node.fqn = make_fqn(file.package->name, file.path.substr(0, file.path.rfind('.')) + "/", block.name);
        node.raw_code = std::move(block.contents);
        node.checksum = checksum;
        node.line = block.position.line;
        render(state, draft, node.line);
    }
}

void read_seed(ParseState &state, const ResourceFile &file) {
    Draft &draft = new_draft(state, ResourceType::seed, *file.package, file.name());
    draft.place = file.place();
    Node &node = draft.node;
    node.path = file.path;
    node.original_file_path = file.original_path;
    node.fqn = make_fqn(file.package->name, file.path, node.name);
    node.extra["root_path"] = file.package->root.empty() ? "." : file.package->root.substr(0, file.package->root.size() - 1);
    if (file.text->size() <= biggest_hashed_seed) node.checksum = sha256(stripped(*file.text));
    else node.extra["checksum"] = {{"name", "path"}, {"checksum", file.original_path}};
}

void read_hooks(ParseState &state, const LoadedProject &project, const char *when) {
    const auto found = project.package.project.find(when);
    if (found == project.package.project.end() || found->is_null()) return;
    const std::string checksum = sha256(stripped(state.files.at(project.package.root + "dbt_project.yml")));
    std::size_t index = 0;
    for (const Json &hook : as_list(*found)) {
        if (!hook.is_string()) fail("22023", "a hook of \"" + std::string(when) + "\" must be a text", project.package.root + "dbt_project.yml");
        Draft &draft = new_draft(state, ResourceType::operation, project.package, project.package.name + "-" + when + "-" + std::to_string(index));
        draft.place = project.package.root + "dbt_project.yml";
        Node &node = draft.node;
        node.path = "hooks/" + node.name + ".sql";
        node.original_file_path = "./dbt_project.yml";
        node.fqn = make_fqn(project.package.name, node.path, node.name);
        node.raw_code = hook.get<std::string>();
        node.checksum = checksum;
        node.tags = {when};
        node.extra["index"] = index++;
        render(state, draft);
    }
}

// Hooks of the root project run first, then those of packages in the order of their names, as dbt does (whatever its code seems to say).
void order_hooks(ParseState &state) {
    const auto collect = [&](const std::string &package, const char *when, std::vector<std::string> &ids) {
        for (const Draft &draft : state.drafts)
            if (draft.node.resource_type == ResourceType::operation && draft.node.package_name == package && draft.node.tags.front() == when)
                ids.push_back(draft.node.unique_id);
    };
    std::vector<std::string> packages;
    for (std::size_t i = 1; i < state.projects.size(); ++i) packages.push_back(state.projects[i].package.name);
    std::sort(packages.begin(), packages.end());
    packages.insert(packages.begin(), state.root().name);
    for (const std::string &package : packages) {
        collect(package, "on-run-start", state.manifest.on_run_start);
        collect(package, "on-run-end", state.manifest.on_run_end);
    }
}

void read_singular_tests(ParseState &state, const Package &package) {
    for (const ResourceFile &file : find_files(state.files, package, package.test_paths, {".sql"})) {
        if (file.path.rfind("generic/", 0) == 0 || file.path.rfind("fixtures/", 0) == 0) continue;
        read_file(state, ResourceType::test, file, file.path);
    }
}

void read_package(ParseState &state, const LoadedProject &project) {
    const Package &package = project.package;
    for (const ResourceFile &file : find_files(state.files, package, package.model_paths, {".sql", ".py"}))
        read_file(state, ResourceType::model, file, file.path);
    for (const ResourceFile &file : find_files(state.files, package, package.snapshot_paths, {".sql"})) read_snapshots(state, file);
    for (const ResourceFile &file : find_files(state.files, package, package.analysis_paths, {".sql"}))
        read_file(state, ResourceType::analysis, file, "analysis/" + file.path);
    read_singular_tests(state, package);
    for (const ResourceFile &file : find_files(state.files, package, package.function_paths, {".sql", ".py"})) read_function(state, file);
    for (const ResourceFile &file : find_files(state.files, package, package.seed_paths, {".csv"})) read_seed(state, file);
    if (state.part) return;
    read_hooks(state, project, "on-run-start");
    read_hooks(state, project, "on-run-end");
}

}  // namespace

void read_nodes(ParseState &state) {
    for (const LoadedProject &project : state.projects) read_package(state, project);
    order_hooks(state);
}

// A snapshot may be all properties: its relation is what it keeps.
void add_yaml_snapshots(ParseState &state) {
    for (const Property &property : state.properties) {
        if (property.key != "snapshots" || !property.entry.contains("relation")) continue;
        const Json &relation = property.entry["relation"];
        const auto parsed = relation.is_string() ? parse_ref_or_source(relation.get<std::string>()) : decltype(parse_ref_or_source(""))();
        if (std::holds_alternative<std::monostate>(parsed))
            fail("22023", "relation of snapshot \"" + property.name + "\" is neither ref() nor source()", property.place, property.line);
        Draft &draft = new_draft(state, ResourceType::snapshot, *property.package, property.name);
        draft.place = property.place;
        Node &node = draft.node;
        node.path = property.path + "/" + property.name + ".sql";
        node.original_file_path = property.original_path;
        node.fqn = make_fqn(property.package->name, property.path, property.name);
        node.raw_code = "select * from {{ " + relation.get<std::string>() + " }}";
        node.checksum = sha256(stripped(*property.text));
        node.line = property.line;
        if (const Ref *ref = std::get_if<Ref>(&parsed)) node.refs.push_back(*ref);
        else node.sources.push_back(std::get<std::vector<std::string>>(parsed));
    }
}

}  // namespace mesh::core::project
