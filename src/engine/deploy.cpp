#include "engine/deploy_read.h"

#include <algorithm>

#include "core/graph/graph.h"
#include "core/near.h"
#include "core/project/constraints.h"
#include "core/project/node_value.h"
#include "core/project/place.h"
#include "engine/compiled_store.h"
#include "engine/definition.h"
#include "engine/deploy_changed.h"
#include "engine/domain.h"
#include "engine/other_projects.h"
#include "engine/project_products.h"
#include "engine/project_tests.h"
#include "engine/seed.h"
#include "engine/selection.h"
#include "engine/source_name.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;
using project::Manifest;
using project::Node;
using project::ResourceType;

namespace {

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

// dbt writes every setting there is, most of them as null or empty: not given.
Json given(const project::Json &config) {
    Json out = Json::object();
    for (const auto &[key, value] : config.items())
        if (!value.empty()) out[key] = Json(value);
    return out;
}

std::string materialization(const Node &node) {
    if (node.resource_type == ResourceType::seed) return "seed";
    if (node.resource_type == ResourceType::snapshot) return "snapshot";
    return node.config.value("materialized", "view");
}

// What a contract and the comments on columns need of the node.
void add_columns(Model &model, const Node &node, const project::RefLookup &lookup) {
    if (!node.contract_enforced && !model.config.contains("persist_docs")) return;
    Json columns = Json::array();
    for (const project::ColumnInfo &column : node.columns)
        columns.push_back({{"name", column.name}, {"description", column.description}, {"data_type", core::project::declared_type(node, column.data_type)}, {"quote", column.quote},
                           {"constraints", Json::parse(project::with_relations(lookup, node, column.constraints).dump())}});
    model.config["columns"] = columns;
    model.config["constraints"] = Json::parse(project::with_relations(lookup, node, node.constraints).dump());
}

Model model_from(const std::string &domain, const std::string &name, const Node &node, const project::Files &files, const project::RefLookup &lookup) {
    Model out;
    out.domain = domain;
    out.name = name;
    out.node = node.unique_id;
    out.status = "pending";
    out.materialized = materialization(node);
    out.config = given(node.config);
    add_columns(out, node, lookup);
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
    Deployer(const Deployment &deployment, const ReadProject &read, Mesh &mesh, Project &project, Oid caller)
        : deployment_(deployment), read_(read), manifest_(project.manifest()), mesh_(mesh), project_(project), caller_(caller), lookup_(manifest_), domain_(get_domain(deployment.domain)) {}

    std::vector<Change> go() {
        project_.database().set_read_only();
        if (deployment_.check) refuse_unknown_tests();
        std::vector<NodeProduct> freed;
        if (read_.whole || !read_.after.empty()) freed = withdraw_products(project_, read_.whole);
        if (read_.whole) drop_gone();
        store_sources();
        mesh_ = Mesh();
        if (read_.whole) (void)mesh_.models_of(deployment_.domain);
        for (const auto &[id, text] : read_.after)
            if (auto node = manifest_.nodes.find(id); node != manifest_.nodes.end() && !project_.model_name(id).empty()) define(node->second);
        store_definitions(domain_, defined_, read_.whole ? &compiled_ : nullptr);  // in part of a project models are found in the registry
        ask_for_products(project_, caller_, changes_);
        mesh_ = Mesh();
        if (read_.whole) analyze_whole();
        else analyze_part();
        compiled_.write();
        check_others();
        store_project_tests(project_, deployment_.domain, tests_read());
        note_changes();
        publish_products(mesh_, project_, read_.whole ? nullptr : &read_.after, freed, changes_);
        return changes_;
    }

private:
    // Which fail when they run, and else are a warning.
    void refuse_unknown_tests() const {
        for (const auto &[id, text] : read_.after) {
            auto node = manifest_.nodes.find(id);
            if (node == manifest_.nodes.end() || !node->second.test_metadata) continue;
            const std::string &test = node->second.test_metadata->name, &on = node->second.file_key_name;
            if (std::ranges::any_of(node->second.depends_on_macros, [&](const std::string &macro) { return macro.ends_with(".test_" + test); })) continue;
            std::vector<std::string> known;
            for (const auto &[macro_id, macro] : manifest_.macros)
                if (macro.name.starts_with("test_")) known.push_back(macro.name.substr(5));
            project::fail("42704", "test \"" + test + "\" on \"" + on.substr(on.find('.') + 1) + "\" does not exist", node->second.package_root + node->second.original_file_path, node->second.line,
                          core::name_hint(test, known));
        }
    }

    void analyze_whole() {
        (void)mesh_.models_of(deployment_.domain);
        for (Definition &d : defined_)
            if (compiled_.introduces(d.model)) mesh_.update(std::move(d.model));
        order_ = build_order(manifest_);
        for (const std::string &id : order_) {
            auto node = manifest_.nodes.find(id);
            if (node != manifest_.nodes.end() && !project_.model_name(id).empty()) analyze(node->second);
        }
    }

    // One that changed needs no order, unless others see it.
    void analyze_part() {
        std::set<std::string> wanted;
        for (const auto &[id, text] : read_.after)
            if (changed_.is_changed(id) && !project_.model_name(id).empty()) wanted.insert(id);
        for (const pg::Row &row : registry("select node from mesh.model_registry where domain = $1 and node is not null and status <> 'ready'", {deployment_.domain}).rows)
            wanted.insert(row[0].value());
        if (wanted.size() == 1) {
            analyze(*wanted.begin());
            wanted.clear();
        }
        if (wanted.empty() && reshaped_.empty() && !read_.other_edges) return;
        order_ = stored_build_order(deployment_.domain);
        for (const std::string &id : order_)
            if (!analyzed_.count(id) && (wanted.count(id) || reads_reshaped(id))) analyze(id);
    }

    void analyze(const std::string &id) {
        project_.need({id});
        analyze(manifest_.nodes.at(id));
    }

    bool reads_reshaped(const std::string &id) const { return readers_.count(id) > 0 && !project_.model_name(id).empty(); }

    void add_readers(const std::string &id) {
        for (const pg::Row &row : registry("select unique_id from mesh.project_resource_registry where domain = $1 and $2 = any(depends_on)", {deployment_.domain, id}).rows)
            readers_.insert(row[0].value());
    }

    TestsRead tests_read() const {
        return {read_.whole, read_.other_edges, &read_.before, &read_.after, order_};
    }

    // What the project no longer has is unregistered; the relations stay, as dbt leaves them.
    void drop_gone() {
        for (const Model &model : models_of(deployment_.domain)) {
            if (model.node.empty() || project_.node_id(model.name) == model.node) continue;
            registry("delete from mesh.test_registry where domain = $1 and model = $2 and node is not null", {model.domain, model.name});
            forget_model(model);
            const char *stays = is_function(model) ? "it stays" : "its relation stays";
            changes_.push_back({"removed", model.id(), is_function(model) ? "function" : "model", "", model.built_kind.empty() ? "" : stays});
        }
    }

    void store_sources() {
        std::string rows = source_rows().dump();
        if (!read_.whole) drop_gone_sources();
        else
            registry("delete from mesh.source_registry s where domain = $1 and not exists (select from pg_catalog.json_array_elements($2::json) e"
                     " where e->>0 = s.source_name and e->>1 = s.table_name)",
                 {deployment_.domain, rows});
        registry("insert into mesh.source_registry (domain, source_name, table_name, schema_name, identifier, loaded_at, warn_after, error_after, description)"
                 " select $1, e->>0, e->>1, e->>2, e->>3, e->>4, (e->>5)::interval, (e->>6)::interval, e->>7 from pg_catalog.json_array_elements($2::json) e"
                 " on conflict (domain, source_name, table_name) do update set schema_name = excluded.schema_name, identifier = excluded.identifier,"
                 " loaded_at = excluded.loaded_at, warn_after = excluded.warn_after, error_after = excluded.error_after, description = excluded.description",
                 {deployment_.domain, rows});
    }

    static Json loaded_at(const project::Source &source) {
        const std::string &text = source.loaded_at_query.empty() ? source.loaded_at_field : source.loaded_at_query;
        return text.empty() ? Json() : Json(text);
    }

    static Json period(const project::Json &freshness, const char *key) {
        if (!freshness.is_object() || !freshness.contains(key) || !freshness[key].is_object()) return nullptr;
        const project::Json &value = freshness[key];
        if (!value.contains("count") || !value["count"].is_number() || !value.contains("period") || !value["period"].is_string()) return nullptr;
        return value["count"].dump() + " " + value["period"].get<std::string>();
    }

    // Of those in the files that were read.
    void drop_gone_sources() {
        for (const auto &[id, text] : read_.before) {
            if (id.rfind("source.", 0) != 0 || manifest_.sources.count(id)) continue;
            std::vector<std::string> words;  // source, project, source's name, table
            for (size_t at = 0; at <= id.size(); at = std::min(id.find('.', at), id.size()) + 1) words.push_back(id.substr(at, id.find('.', at) - at));
            if (words.size() != 4) continue;
            const std::string name = (words[1] == manifest_.project_name ? "" : words[1] + ".") + words[2];
            registry("delete from mesh.source_registry where domain = $1 and source_name = $2 and table_name = $3", {deployment_.domain, name, words[3]});
        }
    }

    Json source_rows() const {
        Json out = Json::array();
        for (const auto &[id, source] : manifest_.sources)
            out.push_back({registered_name(manifest_, source), source.name, source.schema, source.identifier, loaded_at(source), period(source.freshness, "warn_after"),
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
        if (old != nullptr && !changed_.is_changed(node.unique_id)) return;
        Model model = model_from(deployment_.domain, name, node, read_.files, lookup_);
        bool is_seed = node.resource_type == ResourceType::seed, is_read = read_.files.count(node.package_root + node.original_file_path) > 0;
        if (old != nullptr && !(is_seed && is_read)) model.body = is_seed ? seed_text(*old) : old->body;
        bool knows_schema = domain_.owns(node.schema);
        settle_definition(domain_, model);
        if (!knows_schema) domain_ = get_domain(model.domain);
        defined_.push_back({std::move(model), old == nullptr ? std::nullopt : std::optional<Model>(*old)});
    }

    // A model whose definition and inputs are as they were costs nothing.
    void analyze(const Node &node) {
        const Model before = mesh_.model({deployment_.domain, project_.model_name(node.unique_id)});
        bool anew = changed_.is_changed(node.unique_id) || changed_.any_macro_changed(node.depends_on_macros) || reads_changed(node);
        if (before.status == "ready" && !anew) return;
        analyzed_.insert(node.unique_id);
        ErrorData *error = pg::try_in_subtransaction([&] { analyze_one(before, anew); });
        if (error != nullptr) return cannot_analyze(before, node, error);
        compiled_.write(RowArrays::kAtOnce);
        if (mesh_.model({before.domain, before.name}).columns == before.columns) return;
        reshaped_.insert(node.unique_id);
        if (!read_.whole) add_readers(node.unique_id);
    }

    void analyze_one(const Model &model, bool anew) {
        if (model.materialized != "seed") {
            if (std::optional<Model> changed = project_.render(model, anew, compiled_)) mesh_.update(std::move(*changed));
            return;
        }
        Compiled compiled = compile(mesh_, model);
        compiled_.add(model, compiled);
        mesh_.update(with_analysis(model, compiled));
    }

    // What other domains read, and what is read of them.
    void check_others() {
        std::vector<std::string> names;
        for (const std::string &id : reshaped_) names.push_back(project_.model_name(id));
        recompile_readers_elsewhere(deployment_.domain, names);
        if (project_.external().empty()) return;
        std::string path;
        for (const std::string &id : load_graph().find_cycle().value_or(std::vector<std::string>())) path += (path.empty() ? "" : " -> ") + id;
        if (!path.empty()) throw Error("42P19", "the project's refs and those of others form a cycle", path + ".");
    }

    void cannot_analyze(const Model &model, const Node &node, ErrorData *error) {
        std::string file = node.package_root + node.original_file_path;
        bool breaks_others = error->sqlerrcode == ERRCODE_INVALID_TABLE_DEFINITION;  // a product's contract
        if ((deployment_.check && !reads_unknown(node)) || breaks_others) raise_in_file(error, node, file);
        unknown_.insert(node.unique_id);
        compiled_.add_declared(model, project_.models_read(node.unique_id));
        changes_.push_back({"warning", model.id(), project::resource_type_name(node.resource_type), file, error->message});
    }

    // Functions are made by runs, and so is what the project's own macros make: until then, nothing is known of what calls or reads one.
    bool reads_unknown(const Node &node) const {
        return std::any_of(node.depends_on_nodes.begin(), node.depends_on_nodes.end(), [&](const std::string &id) {
            auto parent = manifest_.nodes.find(id);
            if (parent == manifest_.nodes.end()) return false;
            if (parent->second.resource_type == ResourceType::function || unknown_.count(id) > 0) return true;
            return !project_.invocation().own_materialization(materialization(parent->second)).empty() || !project_.invocation().replaced(id, project::Work::build).empty();
        });
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
            if (!changed_.is_changed(id) || node.is_external()) continue;
            std::string name = project_.model_name(id).empty() ? node.name : project_.model_name(id);
            changes_.push_back({read_.before.count(id) ? "changed" : "added", deployment_.domain + "." + name, project::resource_type_name(node.resource_type),
                                node.package_root + node.original_file_path, ""});
        }
        for (const auto &[id, source] : manifest_.sources)
            if (changed_.is_changed(id))
                changes_.push_back({read_.before.count(id) ? "changed" : "added", deployment_.domain + "." + registered_name(manifest_, source) + "." + source.name, "source", source.original_file_path, ""});
        for (const project::Warning &warning : manifest_.warnings)
            changes_.push_back({warning.weight, "", "", warning.file + (warning.line == 0 ? "" : ":" + std::to_string(warning.line)), warning.text});
    }

    const Deployment &deployment_;
    const ReadProject &read_;
    const Manifest &manifest_;
    Mesh &mesh_;
    Project &project_;
    std::set<std::string> reshaped_;           // unique ids of models that have other columns now
    std::vector<std::string> order_;           // of the nodes, where it was needed
    std::set<std::string> unknown_;            // that could not be analyzed
    std::set<std::string> readers_, analyzed_;  // of a part: what reads those, what was looked at
    Changed changed_{read_, manifest_};
    Oid caller_;
    const project::RefLookup lookup_;
    Domain domain_;
    std::vector<Definition> defined_;
    CompiledStore compiled_{deployment_.domain};
    std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> deploy(Deployment deployment, Oid caller) {
    lock_registry();
    ReadProject read = read_project(deployment, caller);
    if (read.whole) ensure_domain(deployment, read.manifest, caller);
    restore_schemas(get_domain(deployment.domain));
    StoredProject &stored = read.stored;
    stored.name = read.manifest.project_name;
    stored.head = project::head_to_json(read.manifest);
    store_project(stored);
    store_files(stored.domain, read.files_before, read.files);
    store_resources(stored.domain, read.before, read.after, read.manifest);
    Mesh mesh;
    Project project(mesh, stored, std::move(read.manifest), nullptr, {}, read.whole);
    std::vector<Change> changes = Deployer(deployment, read, mesh, project, caller).go();
    project.hand_over();
    return changes;
}

}  // namespace mesh::engine
