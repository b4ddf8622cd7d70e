#include "engine/project.h"

#include <algorithm>

#include "engine/check.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;

namespace {

std::map<std::string, std::string> turned(const std::map<std::string, std::string> &map) {
    std::map<std::string, std::string> out;
    for (const auto &[key, value] : map) out[value] = key;
    return out;
}

// A ref in a branch that was not taken, or in a comment, is a dependency too.
void add_declared(Mesh &mesh, const Project &project, const Model &model, Compiled &compiled) {
    for (const std::string &id : project.models_read(model.node)) {
        bool known = std::any_of(compiled.upstreams.begin(), compiled.upstreams.end(), [&](const Upstream &up) { return up.id == id; });
        if (known || id == model.id()) continue;
        size_t dot = project.domain().size();
        Upstream up{Upstream::Kind::model, id, "", "", project.domain(), id.substr(dot + 1)};
        if (mesh.find_model(up.domain, up.model) != nullptr) compiled.declared.push_back(up);
    }
}

}  // namespace

Project::Project(Mesh &mesh, const StoredProject &stored, project::Manifest manifest, const Stage *stage, const ProjectOptions &options)
    : mesh_(mesh), domain_(stored.domain), manifest_(std::move(manifest)), settings_(settings_of(stored, options.vars, options.flags)),
      names_(model_names(manifest_)), ids_(turned(names_)), database_(mesh, stored.domain, stage), invocation_(manifest_, settings_, database_) {}

std::string Project::node_id(const std::string &model) const {
    auto found = ids_.find(model);
    return found == ids_.end() ? "" : found->second;
}

std::string Project::model_name(const std::string &unique_id) const {
    auto found = names_.find(unique_id);
    return found == names_.end() ? "" : found->second;
}

std::vector<std::string> Project::models_read(const std::string &unique_id) const {
    std::vector<std::string> out;
    auto node = manifest_.nodes.find(unique_id);
    if (node == manifest_.nodes.end()) return out;
    for (const std::string &id : node->second.depends_on_nodes)
        if (std::string name = model_name(id); !name.empty()) out.push_back(domain_ + "." + name);
    return out;
}

const Model &Project::current(const Model &model) {
    project::Compiled rendered = invocation_.compile(model.node);
    if (rendered.code == model.body && model.status == "ready") return model;
    Model changed = model;
    changed.body = rendered.code;
    Compiled compiled;
    if (!materializes(model)) compiled = compile(mesh_, changed);
    add_declared(mesh_, *this, changed, compiled);
    registry("update mesh.model_registry set body = $3 where domain = $1 and name = $2", {model.domain, model.name, changed.body});
    store_compiled(changed, compiled);
    changed.columns = compiled.analysis.columns;
    changed.is_volatile = compiled.analysis.is_volatile;
    changed.facts = compiled.analysis.facts;
    changed.status = compiled.pending_on.empty() ? "ready" : "pending";
    mesh_.update(changed);
    return mesh_.model({model.domain, model.name});
}

std::vector<std::string> Project::hooks(const std::string &unique_id, bool before) {
    const project::Node &node = manifest_.nodes.at(unique_id);
    std::vector<std::string> out;
    for (const project::Hook &hook : before ? node.pre_hook : node.post_hook)
        if (std::string sql = invocation_.render_hook(unique_id, hook.sql); sql.find_first_not_of(" \t\n\r;") != std::string::npos) out.push_back(sql);
    return out;
}

bool Project::materializes(const Model &model) const {
    return !invocation_.own_materialization(model.materialized).empty();
}

Staged Project::materialize(const Model &model, const Target &target) {
    Staged staged;
    staged.model = model;
    staged.domain = &mesh_.domain(model.domain);
    require_ours(*staged.domain, model, target);
    (void)invocation_.materialize(model.node, invocation_.compile(model.node));
    staged.target = find_targets(mesh_, {&model})[model.id()];
    staged.model.config = Json::object();  // grants, comments and indexes are the materialization's affair
    staged.model.description.reset();
    staged.reason = "materialized by the project's own \"" + model.materialized + "\"";
    staged.at_target = true;
    staged.how = Publish::in_place;
    staged.final_sql = model.body;
    staged.relation = target_name(*staged.domain, model);
    staged.relkind = staged.target.kind;
    if (!staged.target.exists()) staged.reason += ", which left no relation of its name";
    else staged.columns = pg::relation_columns(staged.target.oid);
    return staged;
}

Project *Projects::find(const std::string &domain) {
    auto [found, fresh] = loaded_.try_emplace(domain);
    if (!fresh) return found->second.get();
    std::optional<StoredProject> stored = find_project(domain);
    if (stored) found->second = std::make_unique<Project>(mesh_, *stored, stage_, options_);
    return found->second.get();
}

std::string Projects::test(const TestDef &test, const Stage &) {
    return get(test.domain).invocation().compile(test.node).code;
}

std::vector<std::string> Projects::pre_hooks(const Model &model, const Stage &) {
    return model.node.empty() ? std::vector<std::string>() : get(model.domain).hooks(model.node, true);
}

std::vector<std::string> Projects::post_hooks(const Model &model, const Stage &) {
    return model.node.empty() ? std::vector<std::string>() : get(model.domain).hooks(model.node, false);
}

Project &Projects::get(const std::string &domain) {
    Project *found = find(domain);
    if (found == nullptr) (void)get_project(domain);  // raises
    return *found;
}

}  // namespace mesh::engine
