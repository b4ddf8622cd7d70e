#include "engine/project.h"

#include <algorithm>

#include "engine/auto_increment.h"
#include "engine/check.h"
#include "engine/compiled_store.h"
#include "engine/hooks.h"
#include "engine/microbatch.h"
#include "engine/other_projects.h"
#include "engine/seed.h"
#include "engine/setting.h"
#include "engine/snapshot.h"
#include "engine/source_name.h"
#include "engine/statement.h"
#include "engine/undone.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;
using project::Manifest;

namespace {

std::map<std::string, std::string> turned(const std::map<std::string, std::string> &map) {
    std::map<std::string, std::string> out;
    for (const auto &[key, value] : map) out[value] = key;
    return out;
}

// A ref in a branch that was not taken, or in a comment, is a dependency too.
void add_declared(Mesh &mesh, const Project &project, const Model &model, Compiled &compiled) {
    for (const ModelName &read : project.refs_of(model.node)) {
        bool known = std::any_of(compiled.upstreams.begin(), compiled.upstreams.end(), [&](const Upstream &up) { return up.id == read.id(); });
        if (known || read.id() == model.id() || mesh.find_model(read.domain, read.name) == nullptr) continue;
        compiled.declared.push_back({Upstream::Kind::model, read.id(), "", "", read.domain, read.name});
    }
}

// Sources too: two may name one relation, and the analysis finds one of them. A test of either holds back what reads it.
void add_declared_sources(Mesh &mesh, const Project &project, const Model &model, Compiled &compiled) {
    const Manifest &manifest = project.manifest();
    for (const std::string &unique_id : manifest.nodes.at(model.node).depends_on_nodes) {
        const auto found = manifest.sources.find(unique_id);
        if (found == manifest.sources.end()) continue;
        const Source source{project.domain(), registered_name(manifest, found->second), found->second.name, "", ""};
        const bool known = std::any_of(compiled.upstreams.begin(), compiled.upstreams.end(), [&](const Upstream &up) { return up.id == source.id(); });
        if (known || mesh.find_source(source.domain, source.source, source.table) == nullptr) continue;
        compiled.declared.push_back({Upstream::Kind::source, source.id(), "", "", source.domain, ""});
    }
}

// What the model's sql_header defines is there while its body is analyzed, and gone afterwards.
Compiled compile_after(Mesh &mesh, const Model &model, const std::string &header, const ReadsAsBuilt &as_built) {
    return undone([&] {
        run_hooks(mesh, mesh.domain(model.domain), {header}, {}, nullptr);
        return compile(mesh, model, as_built);
    });
}

// That is the model's own error, and no cycle that would keep every command from starting.
void refuse_itself(const Model &model, const Compiled &compiled) {
    for (const Upstream &up : compiled.upstreams)
        if (up.kind == Upstream::Kind::model && up.id == model.id())
            throw Error("42P19", "model \"" + model.id() + "\" reads its own relation", "", "Only an incremental model can: materialize it as that, or give it another alias.");
}

// As dbt's own materializations say it.
void require_sql(const project::Node &node) {
    if (node.language != "python") return;
    throw Error("0A000", "Materialization \"materialization_" + node.config.value("materialized", "table") + "_default\" only supports languages ['sql']; got \"python\"", "",
                "Write the model in SQL, or disable it.").with(core::ErrorKind::runtime);
}

std::string header_of(const Model &model) {
    auto header = model.config.find("sql_header");
    return header != model.config.end() && header->is_string() ? header->get<std::string>() : "";
}

}  // namespace

Project::Project(Mesh &mesh, const StoredProject &stored, project::Manifest manifest, const Stage *stage, const ProjectOptions &options, bool whole)
    : Project(mesh, stored, std::make_shared<Manifest>(std::move(manifest)), stage, options, whole) {}

namespace {

// For a client that deploys before it runs. A large one is not kept in memory for a run that may not come.
struct HandedOver {
    std::string domain, version;
    std::shared_ptr<Manifest> manifest;
};
constexpr size_t kMostHandedOver = 1000;  // nodes

HandedOver &handed_over() {
    static auto *out = new HandedOver();
    return *out;
}

std::shared_ptr<Manifest> manifest_of(const StoredProject &stored, const std::shared_ptr<Manifest> &loaded) {
    const HandedOver given = std::exchange(handed_over(), {});
    if (loaded != nullptr) return loaded;
    const bool is_it = given.domain == stored.domain && given.version == stored.version;
    return is_it ? given.manifest : std::make_shared<Manifest>(load_manifest(stored));
}

}  // namespace

void Project::hand_over() {
    if (whole_ && manifest_.nodes.size() <= kMostHandedOver) handed_over() = {domain_, find_project(domain_)->version, shared_};
}

Project::Project(Mesh &mesh, const StoredProject &stored, const Stage *stage, const ProjectOptions &options)
    : Project(mesh, stored, manifest_of(stored, options.loaded != nullptr && options.loaded->is(stored) ? options.loaded->shared_ : nullptr), stage, options, true) {}

Project::Project(Mesh &mesh, const StoredProject &stored, std::shared_ptr<Manifest> manifest, const Stage *stage, const ProjectOptions &options, bool whole)
    : mesh_(mesh), domain_(stored.domain), version_(stored.version), shared_(std::move(manifest)), manifest_(*shared_), whole_(whole), settings_(settings_of(stored, options.vars, options.flags)),
      names_(whole ? model_names(manifest_) : stored_model_names(domain_)), ids_(turned(names_)), in_run_(stage != nullptr), stage_(stage), database_(mesh, stored.domain, stage),
      invocation_(manifest_, settings_, database_) {
    external_ = locate_external(manifest_, domain_);
    invocation_.set_selected(options.selected);
    invocation_.set_deferral(options.deferral);
    invocation_.set_seed_text([this](const project::Node &node) { return seed_text(mesh_.model({domain_, model_name(node.unique_id)})); });
    if (!whole) invocation_.set_rest([this] { load_rest(); });
}

// A node's text asks for what it refers to, and when that is ephemeral for its text too.
void Project::need(std::vector<std::string> unique_ids) {
    if (whole_) return;
    for (bool asked = true; !unique_ids.empty(); asked = false) {
        std::vector<std::string> missing, next;
        for (const std::string &id : unique_ids)
            if (!manifest_.nodes.count(id) && !manifest_.sources.count(id)) missing.push_back(id);
        if (!missing.empty()) add_resources(load_resources(domain_, missing));
        for (const std::string &id : unique_ids) {
            auto node = manifest_.nodes.find(id);
            if (node == manifest_.nodes.end() || (!asked && node->second.config.value("materialized", "") != "ephemeral")) continue;
            if (rendered_.insert(id).second) next.insert(next.end(), node->second.depends_on_nodes.begin(), node->second.depends_on_nodes.end());
        }
        unique_ids = std::move(next);
    }
}

void Project::load_rest() {
    whole_ = true;
    add_resources(load_resources(domain_));
}

void Project::add_resources(const Resources &resources) {
    for (const auto &[id, text] : resources)
        if (!manifest_.nodes.count(id) && !manifest_.sources.count(id) && !manifest_.macros.count(id)) project::add_resource(manifest_, project::Json::parse(text));
    external_ = locate_external(manifest_, domain_);
}

std::string Project::node_id(const std::string &model) const {
    auto found = ids_.find(model);
    return found == ids_.end() ? "" : found->second;
}

std::string Project::model_name(const std::string &unique_id) const {
    auto found = names_.find(unique_id);
    return found == names_.end() ? "" : found->second;
}

std::vector<ModelName> Project::refs_of(const std::string &unique_id) const {
    std::vector<ModelName> out;
    auto node = manifest_.nodes.find(unique_id);
    if (node == manifest_.nodes.end()) return out;
    for (const std::string &id : node->second.depends_on_nodes) {
        if (std::string name = model_name(id); !name.empty()) out.push_back({domain_, name});
        else if (auto other = external_.find(id); other != external_.end()) out.push_back(other->second);
    }
    return out;
}

std::vector<std::string> Project::models_read(const std::string &unique_id) const {
    std::vector<std::string> out;
    for (const ModelName &name : refs_of(unique_id)) out.push_back(name.id());
    return out;
}

const Model &Project::current(const Model &model) {
    CompiledStore store(model.domain);
    std::optional<Model> changed = render(model, false, store);
    if (!changed) return model;
    store.write();
    mesh_.update(std::move(*changed));
    return mesh_.model({model.domain, model.name});
}

// What the run does not build is read as it is, which may not be as the project defines it: an older version of it, or what others loaded.
bool Project::is_otherwise(const Upstream &up) const {
    const Model &model = mesh_.model({up.domain, up.model});
    if (relkind_for(model.materialized).empty() || (stage_ != nullptr && stage_->count(up.id) > 0)) return false;
    Oid relation = pg::relation_oid(up.schema, up.name);
    return OidIsValid(relation) && pg::relation_columns(relation) != model.columns;
}

std::optional<Model> Project::render(const Model &model, bool anew, CompiledStore &store) {
    need({model.node});
    if (!has_own(model)) require_sql(manifest_.nodes.at(model.node));
    project::Compiled rendered = invocation_.compile(model.node);
    if (!anew && rendered.code == model.body && model.status == "ready") return std::nullopt;
    Model changed = model;
    changed.body = rendered.code;
    Compiled compiled;
    std::string header = in_run_ && makes(model).empty() ? "" : header_of(model);  // a run has run it already
    const ReadsAsBuilt as_built = [this](const Upstream &up) { return in_run_ && is_otherwise(up); };
    if (!has_own(model)) compiled = header.empty() ? compile(mesh_, changed, as_built) : compile_after(mesh_, changed, header, as_built);
    refuse_itself(changed, compiled);
    add_declared(mesh_, *this, changed, compiled);
    add_declared_sources(mesh_, *this, changed, compiled);
    if (compiled.as_built.empty()) store.add(changed, compiled, changed.body);  // else true of this run alone
    return with_analysis(std::move(changed), compiled);
}

std::string Project::strategy_sql(const std::string &unique_id, const std::string &schema, const std::string &table, const std::vector<pg::Column> &columns) {
    std::vector<project::DatabaseColumn> list;
    for (const pg::Column &column : columns) list.push_back(database_column(column));
    return invocation_.strategy_sql(unique_id, schema, table, list);
}

// Those outside of dbt's transaction are the first before the build, and the last after it.
void Project::hooks(const std::string &unique_id, bool before, const RunHook &run) {
    const project::Node &node = manifest_.nodes.at(unique_id);
    for (bool in_transaction : {!before, before})
        for (const project::Hook &hook : before ? node.pre_hook : node.post_hook) {
            if (hook.transaction != in_transaction) continue;
            if (std::string sql = invocation_.render_hook(unique_id, hook.sql); sql.find_first_not_of(" \t\n\r;") != std::string::npos) run(sql);
        }
}

bool Project::materializes(const Model &model) {
    if (has_own(model)) return true;
    if (model.node.empty() || model.materialized != "incremental") return false;
    need({model.node});
    return !invocation_.replaced(model.node, project::Work::change).empty() && goes_on(model);
}

// Is there a table that an incremental model, or a materialized view, that this one keeps?
bool Project::goes_on(const Model &model) {
    const char *kind = model.materialized == "incremental" ? "r" : model.materialized == "materialized_view" ? "m" : "";
    if (*kind == '\0' || is_batched(*this, model) || keeps_itself(model) || setting(model, "full_refresh", settings_.flags.value("FULL_REFRESH", false))) return false;
    const Targets found = find_targets(mesh_, {&model});
    return !found.empty() && found.begin()->second.kind == kind;
}

std::string Project::makes(const Model &model) {
    if (model.node.empty() || is_snapshot(model) || is_batched(*this, model) || keeps_itself(model)) return "";
    need({model.node});
    const std::string macro = invocation_.replaced(model.node, project::Work::build);
    return macro.empty() || has_own(model) || goes_on(model) ? "" : macro;
}

// What names the relation is kept, for a view, to be said once more of what is published.
Made Project::make(const Model &model) {
    std::vector<std::string> all;
    Made out;
    out.macro = makes(model);
    const project::Compiled compiled = is_seed(model) ? project::Compiled{} : invocation_.compile(model.node);
    const ProjectDatabase::Watch watch(database_, &all);
    const project::RelationInfo made = invocation_.make(model.node, compiled);
    out.schema = made.schema;
    out.name = made.identifier;
    for (const std::string &statement : all) {
        const pg::ScriptStatement parsed = pg::parse_script(statement).front();
        const auto is_it = [&](const pg::ScriptName &name) { return name.schema == out.schema && name.name == out.name; };
        if (is_it(parsed.about) || (parsed.kind == pg::ScriptStatement::Kind::utility && std::ranges::any_of(parsed.names, is_it))) out.statements.push_back(statement);
    }
    return out;
}

// Does dbt keep the relation too?
bool Project::is_kept(const Staged &staged) const {
    if (is_seed(staged.model)) return staged.target.exists() && !settings_.flags.value("FULL_REFRESH", false);
    return staged.target.exists() && staged.model.materialized == "incremental" && staged.how == Publish::in_place;
}

// What dbt makes anew has no grants yet, and here keeps those that it had.
void Project::revoke_as_new(Staged &staged) {
    for (const std::string &statement : revokes_of_held(staged)) {
        if (staged.at_target) (void)database_.execute(statement);
        else staged.after.push_back(statement);
    }
}

void Project::decorate(Staged &staged) {
    const Model &model = staged.model;
    if (model.node.empty() || model.materialized == "ephemeral") return;
    need({model.node});
    for (const project::Work work : {project::Work::grants, project::Work::docs}) {
        if (invocation_.replaced(model.node, work).empty()) continue;
        if (work == project::Work::grants && !is_kept(staged)) revoke_as_new(staged);
        const ProjectDatabase::Watch watch(database_, nullptr, &staged);
        invocation_.apply(model.node, work, is_kept(staged));
        staged.model.config.erase(work == project::Work::grants ? "grants" : "persist_docs");
    }
}

bool Project::has_own(const Model &model) {
    if (!invocation_.own_materialization(model.materialized).empty()) return true;
    if (!is_snapshot(model) || model.node.empty()) return false;
    need({model.node});
    return invocation_.own_strategy(model.node);
}

// The body with what the run has staged in the place of what is published. One in another language than SQL stays as it is.
std::string Project::body_over_stage(const std::string &body) {
    std::string out;
    ErrorData *error = pg::try_in_subtransaction([&] {
        for (const pg::ScriptStatement &statement : pg::parse_script(body)) out += (out.empty() ? "" : ";\n") + over_stage(mesh_, stage_, statement);
    });
    return error == nullptr ? out : body;
}

// Other models of the run may call it, so that it is made at once, over what is staged; and made again of what is published by then.
Staged Project::make_function(const Model &model) {
    Staged staged;
    staged.model = model;
    staged.domain = &mesh_.domain(model.domain);
    project::Compiled compiled = invocation_.compile(model.node);
    std::string body = reads_staged(model) ? body_over_stage(compiled.code) : compiled.code;
    std::vector<std::string> statements;
    {
        const ProjectDatabase::Watch watch(database_, body == compiled.code ? nullptr : &statements);
        (void)invocation_.materialize(model.node, {body, {}, false});
    }
    for (std::string &statement : statements)
        if (size_t at = statement.find(body); at != std::string::npos) staged.after.push_back(statement.replace(at, body.size(), compiled.code));
    staged.at_target = true;
    staged.how = Publish::in_place;
    staged.final_sql = model.body;
    staged.relation = target_name(*staged.domain, model);
    staged.relkind = "f";
    return staged;
}

bool Project::reads_staged(const Model &model) const {
    if (stage_ == nullptr) return false;
    for (const ModelName &read : refs_of(model.node))
        if (auto found = stage_->find(read.id()); found != stage_->end() && !found->second.at_target) return true;
    return false;
}

Staged Project::materialize(const Model &model, const Target &target) {
    if (is_function(model)) return make_function(model);
    Staged staged;
    staged.model = model;
    staged.domain = &mesh_.domain(model.domain);
    require_ours(*staged.domain, model, target);
    (void)invocation_.materialize(model.node, invocation_.compile(model.node));
    staged.target = find_targets(mesh_, {&model})[model.id()];
    staged.model.config = Json::object();  // grants, comments and indexes are the materialization's affair
    staged.model.description.reset();
    staged.reason = has_own(model) ? "materialized by the project's own \"" + model.materialized + "\"" : "changed by the project's own \"" + invocation_.replaced(model.node, project::Work::change) + "\"";
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

bool Projects::judges(const TestDef &test) {
    return get(test.domain).invocation().test_sql_overridden();
}

std::string Projects::judgement(const TestDef &test, const std::string &failing) {
    return get(test.domain).invocation().test_sql(test.node, failing);
}

void Projects::pre_hooks(const Model &model, const Stage &, const RunHook &run) {
    if (!model.node.empty()) get(model.domain).hooks(model.node, true, run);
}

void Projects::post_hooks(const Model &model, const Stage &, const RunHook &run) {
    if (!model.node.empty()) get(model.domain).hooks(model.node, false, run);
}

Project &Projects::get(const std::string &domain) {
    Project *found = find(domain);
    if (found == nullptr) (void)get_project(domain);  // raises
    return *found;
}

}  // namespace mesh::engine
