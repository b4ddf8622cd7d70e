#include "engine/deploy.h"

#include "engine/definition.h"
#include "engine/domain.h"
#include "engine/project_tests.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;
using project::Manifest;
using project::Node;
using project::ResourceType;

namespace {

project::Files merged_files(const Deployment &deployment, const project::Files &before) {
    project::Files out;
    if (deployment.partial) out = before;
    for (const auto &[path, text] : deployment.files.items()) {
        if (text.is_null()) out.erase(path);
        else if (text.is_string()) out[path] = text.get<std::string>();
        else throw Error("22023", "file \"" + path + "\" must be text");
    }
    if (out.empty()) throw Error("22023", "a project needs files", "", "Give them as {\"dbt_project.yml\": \"...\", \"models/orders.sql\": \"...\"}.");
    return out;
}

// What is not given stays as it was deployed.
project::Json merged_settings(const Deployment &deployment) {
    std::optional<StoredProject> before = find_project(deployment.domain);
    project::Json out = before ? before->settings : project::Json::object();
    out.update(deployment.settings);
    if (out.contains("env")) {
        project::Json kept = project::Json::object();
        for (const auto &[name, value] : out["env"].items())
            if (name.rfind("DBT_ENV_SECRET", 0) != 0) kept[name] = value;
        out["env"] = kept;
    }
    return out;
}

// dbt's names are found where the profile's search_path, or the server's own setting, would find them.
std::vector<std::string> search_path_of(const Manifest &manifest) {
    std::vector<std::string> out;
    auto given = manifest.target.all.find("search_path");
    std::string text = given != manifest.target.all.end() && given->is_string() ? given->get<std::string>() : "public";
    for (const pg::Row &row : pg::query("select pg_catalog.btrim(pg_catalog.btrim(s), '\"') from pg_catalog.string_to_table($1, ',') s", {text}).rows)
        if (!row[0]->empty() && row[0] != "$user") out.push_back(row[0].value());
    return out;
}

void ensure_domain(const Deployment &deployment, const Manifest &manifest, Oid caller) {
    std::optional<Domain> domain = find_domain(deployment.domain);
    if (domain) {
        require_owner(*domain, caller);
        if (domain->schema != manifest.target.schema)
            throw Error("55000", "domain \"" + domain->name + "\" has schema \"" + domain->schema + "\", the target \"" + manifest.target.name + "\" of the project has \"" + manifest.target.schema + "\"",
                        "", "Deploy it as another domain, or choose the target that belongs to this one.");
    } else {
        create_domain({deployment.domain, pg::role_name(caller), manifest.target.schema, Value()}, caller);
    }
    registry("update mesh.domain_registry set search_path = $2::text[], takes_over = true where name = $1",
             {deployment.domain, pg::array_literal(search_path_of(manifest))});
}

Resources resources_of(const Manifest &manifest) {
    Resources out;
    project::for_each_resource(manifest, [&](const std::string &id, project::Json json) { out[id] = json.dump(); });
    return out;
}

// dbt writes every setting there is, most of them as null: not given.
Json without_nulls(const project::Json &config) {
    Json out = Json::object();
    for (const auto &[key, value] : config.items())
        if (!value.is_null()) out[key] = Json::parse(value.dump());
    return out;
}

std::string materialization(const Node &node) {
    if (node.resource_type == ResourceType::seed) return "seed";
    if (node.resource_type == ResourceType::snapshot) return "snapshot";
    return node.config.value("materialized", "view");
}

// What a contract and the comments on columns need of the node.
void add_columns(Model &model, const Node &node) {
    if (!node.contract_enforced && !(model.config.contains("persist_docs") && model.config["persist_docs"].is_object())) return;
    Json columns = Json::array();
    for (const project::ColumnInfo &column : node.columns)
        columns.push_back({{"name", column.name}, {"description", column.description}, {"data_type", column.data_type}, {"quote", column.quote},
                           {"constraints", Json::parse(column.constraints.dump())}});
    model.config["columns"] = columns;
    model.config["constraints"] = Json::parse(node.constraints.dump());
}

Model model_from(const std::string &domain, const std::string &name, const Node &node, const project::Files &files) {
    Model out;
    out.domain = domain;
    out.name = name;
    out.node = node.unique_id;
    out.materialized = materialization(node);
    out.config = without_nulls(node.config);
    add_columns(out, node);
    out.schema = node.schema;
    out.alias = node.alias;
    out.tags = node.tags;
    if (!node.description.empty()) out.description = node.description;
    if (node.resource_type == ResourceType::seed) {
        auto file = files.find(node.package_root + node.original_file_path);
        if (file != files.end()) out.body = file->second;
    }
    return out;
}

class Deployer {
public:
    Deployer(const Deployment &deployment, const project::Files &files, Mesh &mesh, Project &project, const Resources &before, const Resources &after)
        : deployment_(deployment), files_(files), manifest_(project.manifest()), mesh_(mesh), project_(project), before_(before), after_(after) {}

    std::vector<Change> go() {
        project_.database().set_read_only();
        drop_gone();
        store_sources();
        mesh_ = Mesh();
        for (const auto &[id, node] : manifest_.nodes)
            if (!project_.model_name(id).empty()) define(node);
        mesh_ = Mesh();
        (void)mesh_.models_of(deployment_.domain);
        for (const std::string &id : build_order(manifest_)) {
            auto node = manifest_.nodes.find(id);
            if (node != manifest_.nodes.end() && !project_.model_name(id).empty()) analyze(node->second);
        }
        store_project_tests(project_, deployment_.domain);
        note_changes();
        return changes_;
    }

private:
    bool is_changed(const std::string &id) const {
        auto old = before_.find(id);
        return old == before_.end() || old->second != after_.at(id);
    }

    // What the project no longer has is unregistered; the relations stay, as dbt leaves them.
    void drop_gone() {
        for (const Model &model : models_of(deployment_.domain)) {
            if (model.node.empty() || project_.node_id(model.name) == model.node) continue;
            registry("delete from mesh.test_registry where domain = $1 and model = $2 and node is not null", {model.domain, model.name});
            forget_model(model);
            changes_.push_back({"removed", model.id(), "model", "", model.built_kind.empty() ? "" : "its relation stays"});
        }
    }

    void store_sources() {
        std::string rows = source_rows().dump();
        registry("delete from mesh.source_registry s where domain = $1 and not exists (select from pg_catalog.json_array_elements($2::json) e"
                 " where e->>0 = s.source_name and e->>1 = s.table_name)",
                 {deployment_.domain, rows});
        registry("insert into mesh.source_registry (domain, source_name, table_name, schema_name, identifier, loaded_at, warn_after, error_after, description)"
                 " select $1, e->>0, e->>1, e->>2, e->>3, e->>4, (e->>5)::interval, (e->>6)::interval, e->>7 from pg_catalog.json_array_elements($2::json) e"
                 " on conflict (domain, source_name, table_name) do update set schema_name = excluded.schema_name, identifier = excluded.identifier,"
                 " loaded_at = excluded.loaded_at, warn_after = excluded.warn_after, error_after = excluded.error_after, description = excluded.description",
                 {deployment_.domain, rows});
    }

    static Json period(const project::Json &freshness, const char *key) {
        if (!freshness.is_object() || !freshness.contains(key) || !freshness[key].is_object()) return nullptr;
        const project::Json &value = freshness[key];
        if (!value.contains("count") || !value["count"].is_number() || !value.contains("period") || !value["period"].is_string()) return nullptr;
        return value["count"].dump() + " " + value["period"].get<std::string>();
    }

    Json source_rows() const {
        Json out = Json::array();
        for (const auto &[id, source] : manifest_.sources)
            out.push_back({source.source_name, source.name, source.schema, source.identifier,
                           source.loaded_at_field.empty() ? Json() : Json(source.loaded_at_field), period(source.freshness, "warn_after"),
                           period(source.freshness, "error_after"), source.description});
        return out;
    }

    bool reads_changed(const Node &node) const {
        for (const std::string &id : node.depends_on_nodes)
            if (reshaped_.count(id)) return true;
        return false;
    }

    void define(const Node &node) {
        std::string name = project_.model_name(node.unique_id);
        const Model *old = mesh_.find_model(deployment_.domain, name);
        if (old != nullptr && !is_changed(node.unique_id)) return;
        Model model = model_from(deployment_.domain, name, node, files_);
        if (old != nullptr && node.resource_type != ResourceType::seed) model.body = old->body;
        store_definition(model);
        std::vector<std::string> read = project_.models_read(node.unique_id);
        registry("insert into mesh.dependency_registry select $1, $2, 'model', id from pg_catalog.unnest($3::text[]) id where id <> $1 || '.' || $2 on conflict do nothing",
                 {model.domain, model.name, pg::array_literal(read)});
    }

    // A model whose definition and inputs are as they were costs nothing.
    void analyze(const Node &node) {
        const Model before = mesh_.model({deployment_.domain, project_.model_name(node.unique_id)});
        if (before.status == "ready" && !reads_changed(node)) return;
        ErrorData *error = pg::try_in_subtransaction([&] { analyze_one(before); });
        if (error != nullptr) return cannot_analyze(before, node, error);
        if (mesh_.model({before.domain, before.name}).columns != before.columns) reshaped_.insert(node.unique_id);
    }

    void analyze_one(const Model &model) {
        if (model.materialized != "seed") return (void)project_.current(model);
        Compiled compiled = compile(mesh_, model);
        store_compiled(model, compiled);
        mesh_.update(get_model({model.domain, model.name}));
    }

    void cannot_analyze(const Model &model, const Node &node, ErrorData *error) {
        std::string file = node.package_root + node.original_file_path;
        if (deployment_.check) raise_in_file(error, node, file);
        changes_.push_back({"warning", model.id(), project::resource_type_name(node.resource_type), file, error->message});
    }

    [[noreturn]] static void raise_in_file(ErrorData *error, const Node &node, const std::string &file) {
        std::string detail = error->detail == nullptr ? "" : error->detail;
        if (detail.rfind("In ", 0) != 0) detail = "In " + file + ", " + node.unique_id + "." + (detail.empty() ? "" : " " + detail);
        const char *text = detail.c_str();
        pg::call([=] { error->detail = pstrdup(text); });
        throw pg::ServerError{error};
    }

    void note_changes() {
        for (const auto &[id, node] : manifest_.nodes) {
            if (!is_changed(id)) continue;
            std::string name = project_.model_name(id).empty() ? node.name : project_.model_name(id);
            changes_.push_back({before_.count(id) ? "changed" : "added", deployment_.domain + "." + name, project::resource_type_name(node.resource_type),
                                node.package_root + node.original_file_path, ""});
        }
        for (const auto &[id, source] : manifest_.sources)
            if (is_changed(id))
                changes_.push_back({before_.count(id) ? "changed" : "added", deployment_.domain + "." + source.source_name + "." + source.name, "source", source.original_file_path, ""});
        for (const project::Warning &warning : manifest_.warnings)
            changes_.push_back({"warning", "", "", warning.file + (warning.line == 0 ? "" : ":" + std::to_string(warning.line)), warning.text});
    }

    const Deployment &deployment_;
    const project::Files &files_;
    const Manifest &manifest_;
    Mesh &mesh_;
    Project &project_;
    const Resources &before_, &after_;
    std::set<std::string> reshaped_;  // unique ids of models that have other columns now
    std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> deploy(const Deployment &deployment, Oid caller) {
    lock_registry();
    StoredProject stored{deployment.domain, "", merged_settings(deployment), {}};
    project::Files files_before = load_files(deployment.domain), files = merged_files(deployment, files_before);
    Manifest manifest = project::parse(files, settings_of(stored, project::Json::object(), project::Json::object()));
    ensure_domain(deployment, manifest, caller);
    stored.name = manifest.project_name;
    stored.head = project::head_to_json(manifest);
    Resources before = load_resources(deployment.domain), after = resources_of(manifest);
    store_project(stored);
    store_files(stored.domain, files_before, files);
    store_resources(stored.domain, before, after);
    Mesh mesh;
    Project project(mesh, stored, std::move(manifest), nullptr, {});
    return Deployer(deployment, files, mesh, project, before, after).go();
}

}  // namespace mesh::engine
