// mesh.plan, mesh.lineage, mesh.graph, mesh.source_freshness, mesh.history_cleanup.
#include "api/args.h"
#include "engine/freshness.h"
#include "engine/lineage.h"
#include "engine/picture.h"
#include "engine/plan.h"
#include "engine/record.h"

using namespace mesh;

namespace {

pg::Value text_or_null(const std::string &text) {
    return text.empty() ? pg::Value() : pg::Value(text);
}

}  // namespace

MESH_FUNCTION(mesh_identifier) {
    return api::text_result(engine::fit_identifier(api::required(fcinfo, 0, "name")));
}

MESH_FUNCTION(mesh_plan) {
    std::string selector = api::required(fcinfo, 0, "selector");
    bool full_refresh = api::arg(fcinfo, 2).value_or("f") == "t";
    std::vector<engine::PlanStep> steps = engine::plan(selector, api::arg(fcinfo, 1).value_or(""), full_refresh, api::arg(fcinfo, 3).value_or("f") == "t", GetUserId());
    api::start_rows(fcinfo);
    int number = 0;
    for (const engine::PlanStep &s : steps) api::add_row(fcinfo, {std::to_string(++number), s.node, s.kind, s.action, text_or_null(s.reason), text_or_null(s.change)});
    return Datum(0);
}

MESH_FUNCTION(mesh_lineage) {
    std::string node = api::required(fcinfo, 0, "node"), direction = api::required(fcinfo, 1, "direction");
    pg::Value limit = api::arg(fcinfo, 2);
    int depth = limit ? std::stoi(*limit) : core::Graph::unlimited;
    engine::Mesh mesh;
    std::vector<engine::LineageStep> steps = engine::lineage(mesh, node, direction, depth, GetUserId());
    api::start_rows(fcinfo);
    for (const engine::LineageStep &s : steps) api::add_row(fcinfo, {s.node, s.kind, s.direction, std::to_string(s.depth), s.via});
    return Datum(0);
}

MESH_FUNCTION(mesh_graph) {
    engine::Mesh mesh;
    return api::text_result(engine::picture(mesh, api::arg(fcinfo, 0).value_or(""), api::required(fcinfo, 1, "format"),
                                            api::arg(fcinfo, 2).value_or("f") == "t", GetUserId()));
}

MESH_FUNCTION(mesh_source_freshness) {
    engine::Mesh mesh;
    std::vector<engine::SourceAge> ages = engine::source_freshness(mesh, api::arg(fcinfo, 0).value_or(""), GetUserId());
    api::start_rows(fcinfo);
    for (const engine::SourceAge &a : ages)
        api::add_row(fcinfo, {a.domain + "." + a.source + "." + a.table, a.max_loaded_at, a.snapshotted_at, a.age, a.status, text_or_null(a.message)});
    return Datum(0);
}

MESH_FUNCTION(mesh_history_cleanup) {
    std::string older_than = api::required(fcinfo, 0, "older_than");
    if (!pg::acts_for(GetUserId(), pg::registry_owner()))
        throw core::Error("42501", "permission denied to remove history", "Only the owner of the extension may.", "See mesh.history_retention.");
    engine::registry("delete from mesh.freshness_history where snapshotted_at < pg_catalog.now() - $1::interval", {older_than});
    return Int64GetDatum(static_cast<int64>(engine::remove_runs("started_at < pg_catalog.now() - $1::interval", older_than)));
}
