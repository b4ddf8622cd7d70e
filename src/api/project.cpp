// mesh.deploy and what is asked of a deployed project.
#include "api/args.h"
#include "engine/deploy.h"
#include "engine/invoke.h"
#include "engine/progress.h"

using namespace mesh;
using core::Error;
using engine::project::Json;

namespace {

Json json_arg(FunctionCallInfo fcinfo, int i, const char *name) {
    Json value = Json::parse(api::arg(fcinfo, i).value_or("{}"));
    if (!value.is_object()) throw Error("22023", std::string(name) + " must be a JSON object");
    return value;
}

pg::Value text_or_null(const std::string &text) {
    return text.empty() ? pg::Value() : pg::Value(text);
}

template <typename T>
pg::Value number_or_null(const std::optional<T> &number) {
    return number ? pg::Value(std::to_string(*number)) : pg::Value();
}

Json settings_of(FunctionCallInfo fcinfo) {
    static const char *const texts[] = {"profiles", "profile", "target"}, *const objects[] = {"vars", "env", "flags"};
    Json out = Json::object();
    for (int i = 0; i < 3; i++)
        if (auto text = api::arg(fcinfo, 2 + i)) out[texts[i]] = *text;
    for (int i = 0; i < 3; i++)
        if (api::arg(fcinfo, 5 + i)) out[objects[i]] = json_arg(fcinfo, 5 + i, objects[i]);
    return out;
}

// A domain whose project the caller may run.
engine::Domain runnable_domain(FunctionCallInfo fcinfo) {
    engine::Domain domain = engine::get_domain(api::required(fcinfo, 0, "domain"));
    engine::require_run(domain, GetUserId());
    return domain;
}

// One whose project the caller may read, and do with as its owner may: templates and SQL that are given run with the owner's rights.
engine::Domain own_domain(FunctionCallInfo fcinfo) {
    engine::Domain domain = engine::get_domain(api::required(fcinfo, 0, "domain"));
    engine::require_owner(domain, GetUserId());
    return domain;
}

}  // namespace

MESH_FUNCTION(mesh_deploy) {
    engine::Deployment deployment;
    deployment.domain = api::required(fcinfo, 0, "domain");
    deployment.files = json_arg(fcinfo, 1, "files");
    deployment.settings = settings_of(fcinfo);
    deployment.partial = api::arg(fcinfo, 8).value_or("f") == "t";
    deployment.check = api::arg(fcinfo, 9).value_or("t") == "t";
    std::vector<engine::Change> changes = engine::deploy(std::move(deployment), GetUserId());
    api::start_rows(fcinfo);
    for (const engine::Change &c : changes)
        api::add_row(fcinfo, {c.change, text_or_null(c.node), text_or_null(c.kind), text_or_null(c.file), text_or_null(c.message)});
    return Datum(0);
}

MESH_FUNCTION(mesh_deployed_files) {
    std::string domain = api::required(fcinfo, 0, "domain");
    std::map<std::string, std::string> files;
    if (engine::find_domain(domain)) files = engine::file_checksums(runnable_domain(fcinfo).name);
    api::start_rows(fcinfo);
    for (const auto &[path, checksum] : files) api::add_row(fcinfo, {path, checksum});
    return Datum(0);
}

MESH_FUNCTION(mesh_invoke) {
    engine::Domain domain = runnable_domain(fcinfo);
    std::vector<engine::InvokeRow> rows = engine::invoke(domain.name, api::required(fcinfo, 1, "command"), json_arg(fcinfo, 2, "options"), GetUserId());
    api::start_rows(fcinfo);
    for (const engine::InvokeRow &r : rows)
        api::add_row(fcinfo, {r.run_id == 0 ? pg::Value() : std::to_string(r.run_id), text_or_null(r.unique_id), r.step.node, r.step.kind, text_or_null(r.step.status),
                              number_or_null(r.step.rows), number_or_null(engine::failures_as_dbt_counts(r.step)), std::to_string(r.step.seconds) + " s", text_or_null(r.step.reason),
                              text_or_null(r.step.message), text_or_null(r.relation), text_or_null(r.compiled), r.step.batches.is_null() ? pg::Value() : r.step.batches.dump(), text_or_null(r.step.error_kind)});
    return Datum(0);
}

MESH_FUNCTION(mesh_compiled) {
    engine::Domain domain = own_domain(fcinfo);
    return api::text_result(engine::compiled_sql(domain.name, api::required(fcinfo, 1, "node")));
}

MESH_FUNCTION(mesh_manifest) {
    engine::Domain domain = own_domain(fcinfo);
    return api::text_result(engine::manifest(domain.name, json_arg(fcinfo, 1, "metadata")));
}

MESH_FUNCTION(mesh_catalog) {
    engine::Domain domain = runnable_domain(fcinfo);
    std::optional<std::vector<std::string>> nodes;
    if (auto list = api::arg(fcinfo, 1)) nodes = pg::parse_array(*list);
    return api::text_result(engine::catalog(domain.name, nodes, api::arg(fcinfo, 2).value_or("f") == "t").dump());
}

MESH_FUNCTION(mesh_run_operation) {
    engine::Domain domain = own_domain(fcinfo);
    return api::text_result(engine::run_operation(domain.name, api::required(fcinfo, 1, "macro"), json_arg(fcinfo, 2, "args"), json_arg(fcinfo, 3, "options")).dump());
}

MESH_FUNCTION(mesh_show) {
    engine::Domain domain = own_domain(fcinfo);
    const auto shown = engine::show(domain.name, api::required(fcinfo, 1, "node"), std::stol(api::arg(fcinfo, 2).value_or("5")), "pg_catalog.row_to_json(mesh_row)");
    api::start_values(fcinfo);
    for (const auto &row : shown.rows) api::add_row(fcinfo, {row[0].value_or("null")});
    return Datum(0);
}

MESH_FUNCTION(mesh_show_table) {
    engine::Domain domain = own_domain(fcinfo);
    const auto shown = engine::show(domain.name, api::required(fcinfo, 1, "node"), std::stol(api::arg(fcinfo, 2).value_or("5")), "mesh_row.*");
    Json rows = Json::array();
    for (const auto &row : shown.rows) {
        Json cells = Json::array();
        for (const auto &cell : row) cells.push_back(cell ? Json(*cell) : Json());
        rows.push_back(std::move(cells));
    }
    return api::text_result(Json{{"columns", shown.columns}, {"types", shown.types}, {"rows", rows}}.dump());
}
