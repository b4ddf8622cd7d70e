// mesh.create_model, mesh.drop_model.
#include "api/args.h"
#include "engine/compile.h"
#include "engine/selection.h"

using namespace mesh;
using core::Error;
using engine::Json;
using engine::Model;

namespace {

void check_materialized(const std::string &value) {
    static const std::set<std::string> known = {"view", "table", "materialized_view", "incremental", "ephemeral"};
    if (!known.count(value))
        throw Error("22023", "unknown materialization \"" + value + "\"", "", "Use view, table, materialized_view, incremental or ephemeral.");
}

// A word that nobody knows would mean the usual silently.
void check_word(const Json &config, const char *key, const std::set<std::string> &known, const char *hint) {
    if (!config.contains(key) || (config[key].is_string() && known.count(config[key].get<std::string>()))) return;
    std::string given = config[key].is_string() ? config[key].get<std::string>() : config[key].dump();
    throw Error("22023", "unknown " + std::string(key) + " \"" + given + "\"", "", hint);
}

void check_config(const Json &config) {
    check_word(config, "incremental_strategy", {"append", "delete+insert", "merge"}, "Use append, delete+insert or merge.");
    check_word(config, "on_schema_change", {"ignore", "fail", "append_new_columns", "sync_all_columns"},
               "Use ignore, fail, append_new_columns or sync_all_columns.");
}

// "a -> b -> c": from a model up to one of its ancestors.
std::string path_between(const core::Graph &graph, const std::string &from, const std::string &to) {
    std::string out = from;
    for (std::string at = from; at != to;) {
        for (const std::string &parent : graph.parents(at))
            if (parent == to || graph.ancestors(parent).count(to)) {
                at = parent;
                break;
            }
        out += " -> " + at;
    }
    return out;
}

// What the new body reads must not read the model, directly or through others. Nothing can when nobody reads the model yet.
void check_cycle(const Model &model, const engine::Compiled &compiled) {
    if (engine::readers_of(model.id()).empty() &&
        std::none_of(compiled.upstreams.begin(), compiled.upstreams.end(), [&](const engine::Upstream &up) { return up.id == model.id(); }))
        return;
    core::Graph graph = engine::load_graph();
    for (const engine::Upstream &up : compiled.upstreams) {
        if (up.kind != engine::Upstream::Kind::model) continue;
        if (up.id != model.id() && !graph.ancestors(up.id).count(model.id())) continue;
        throw Error("42P19", "model \"" + model.id() + "\" would depend on itself", model.id() + " -> " + path_between(graph, up.id, model.id()) + ".");
    }
}

void recompile(const Model &model) {
    engine::Mesh mesh;
    engine::Compiled compiled = engine::compile(mesh, model);
    check_cycle(model, compiled);
    engine::store_compiled(model, compiled);
}

// Those that read `id` are analyzed anew: what was pending may be ready now, what breaks is an error that names it.
void recompile_readers(const std::string &id) {
    for (const engine::ModelName &name : engine::readers_of(id)) {
        Model reader = engine::get_model(name);
        std::vector<pg::Column> before = reader.columns;
        std::string status = reader.status;
        ErrorData *error = pg::try_in_subtransaction([&] { recompile(reader); });
        if (error != nullptr)
            throw Error("42P16", "the change breaks model \"" + reader.id() + "\", which reads \"" + id + "\"", error->message,
                        "Change the reader first, or both in one transaction.");
        Model after = engine::get_model(name);
        if (after.columns != before || after.status != status) recompile_readers(after.id());
    }
}

Json config_of(FunctionCallInfo fcinfo) {
    Json config = Json::parse(api::arg(fcinfo, 9).value_or("{}"));
    if (!config.is_object()) throw Error("22023", "config must be a JSON object");
    if (auto key = api::arg(fcinfo, 3)) config["unique_key"] = pg::parse_array(*key);
    if (auto strategy = api::arg(fcinfo, 4)) config["incremental_strategy"] = *strategy;
    if (auto change = api::arg(fcinfo, 5)) config["on_schema_change"] = *change;
    if (auto indexes = api::arg(fcinfo, 6)) config["indexes"] = Json::parse(*indexes);
    return config;
}

}  // namespace

MESH_FUNCTION(mesh_create_model) {
    engine::ModelName name = engine::parse_model_name(api::required(fcinfo, 0, "name"));
    engine::Domain domain = engine::get_domain(name.domain);
    engine::require_owner(domain, GetUserId());
    Model model;
    model.domain = name.domain;
    model.name = name.name;
    model.body = api::required(fcinfo, 1, "body");
    model.materialized = api::arg(fcinfo, 2).value_or("view");
    model.config = config_of(fcinfo);
    check_materialized(model.materialized);
    check_config(model.config);
    bool replace = api::arg(fcinfo, 10).value_or("f") == "t";
    bool exists = engine::find_model(name.domain, name.name).has_value();
    if (exists && !replace)
        throw Error("42710", "model \"" + model.id() + "\" already exists", "", "Use replace => true to change it.");
    engine::Mesh mesh;
    engine::Compiled compiled = engine::compile(mesh, model);
    check_cycle(model, compiled);
    engine::registry("insert into mesh.model_registry (domain, name, body, materialized, config, tags, description, status)"
                     " values ($1, $2, $3, $4, $5::jsonb, $6::text[], $7, 'pending') on conflict (domain, name) do update set body = excluded.body,"
                     " materialized = excluded.materialized, config = excluded.config, tags = excluded.tags, description = excluded.description,"
                     " changed_at = pg_catalog.now()",
                     {model.domain, model.name, model.body, model.materialized, model.config.dump(), api::arg(fcinfo, 7).value_or("{}"), api::arg(fcinfo, 8)});
    engine::store_compiled(model, compiled);
    recompile_readers(model.id());
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_drop_model) {
    Model model = engine::get_model(engine::parse_model_name(api::required(fcinfo, 0, "name")));
    engine::Domain domain = engine::get_domain(model.domain);
    engine::require_owner(domain, GetUserId());
    std::string readers;
    for (const engine::ModelName &reader : engine::readers_of(model.id())) readers += (readers.empty() ? "" : ", ") + reader.domain + "." + reader.name;
    if (!readers.empty())
        throw Error("2BP01", "cannot drop model \"" + model.id() + "\" because other models read it", "Read by " + readers + ".", "Drop or change those first.");
    pg::Value product = engine::registry_value("select name || ' v' || version from mesh.product_registry where domain = $1 and model = $2", {model.domain, model.name});
    if (product) throw Error("2BP01", "cannot drop model \"" + model.id() + "\" because product " + *product + " publishes it", "", "Use mesh.unpublish() first.");
    if (!model.built_kind.empty()) {
        std::string kind = model.built_kind == "v" ? "view" : model.built_kind == "m" ? "materialized view" : "table";
        std::string relation = pg::qualified(domain.schema, engine::fit_identifier(model.name));
        pg::as_role(domain.owner_oid, domain.search_path(), [&] { pg::execute("drop " + kind + " if exists " + relation + " restrict"); });
    }
    engine::registry("delete from mesh.model_registry where domain = $1 and name = $2", {model.domain, model.name});
    PG_RETURN_VOID();
}
