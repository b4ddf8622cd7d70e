// mesh.create_model, mesh.drop_model, mesh.rename_model.
#include "api/args.h"
#include "engine/definition.h"

using namespace mesh;
using core::Error;
using engine::Json;
using engine::Model;

namespace {

Json config_of(FunctionCallInfo fcinfo) {
    Json config = Json::parse(api::arg(fcinfo, 9).value_or("{}"));
    if (!config.is_object()) throw Error("22023", "config must be a JSON object", "", "For example '{\"unlogged\": true}'.");
    if (auto key = api::arg(fcinfo, 3)) config["unique_key"] = pg::parse_array(*key);
    if (auto strategy = api::arg(fcinfo, 4)) config["incremental_strategy"] = *strategy;
    if (auto change = api::arg(fcinfo, 5)) config["on_schema_change"] = *change;
    if (auto indexes = api::arg(fcinfo, 6)) config["indexes"] = Json::parse(*indexes);
    for (auto item = config.begin(); item != config.end();) item = item->is_null() ? config.erase(item) : std::next(item);  // as if not given
    return config;
}

// A model that the caller may change.
Model own_model(FunctionCallInfo fcinfo) {
    Model model = engine::get_model(engine::parse_model_name(api::required(fcinfo, 0, "name")));
    engine::require_owner(engine::get_domain(model.domain), GetUserId());
    return model;
}

}  // namespace

MESH_FUNCTION(mesh_create_model) {
    engine::ModelName name = engine::parse_model_name(api::required(fcinfo, 0, "name"));
    engine::require_owner(engine::get_domain(name.domain), GetUserId());
    Model model;
    model.domain = name.domain;
    model.name = name.name;
    model.body = api::required(fcinfo, 1, "body");
    model.materialized = api::arg(fcinfo, 2).value_or("view");
    model.config = config_of(fcinfo);
    model.tags = pg::parse_array(api::arg(fcinfo, 7).value_or("{}"));
    model.description = api::arg(fcinfo, 8);
    model.schema = api::arg(fcinfo, 11);
    model.alias = api::arg(fcinfo, 12);
    engine::define_model(model, api::arg(fcinfo, 10).value_or("f") == "t");
    engine::report_unknown_config(model);
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_drop_model) {
    engine::drop_model(own_model(fcinfo));
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_rename_model) {
    engine::rename_model(own_model(fcinfo), api::required(fcinfo, 1, "new_name"));
    PG_RETURN_VOID();
}
