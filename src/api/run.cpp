// mesh.run.
#include "api/args.h"
#include "engine/run.h"

using namespace mesh;

MESH_FUNCTION(mesh_run) {
    engine::RunOptions options;
    options.selector = api::required(fcinfo, 0, "selector");
    options.tests = api::arg(fcinfo, 1).value_or("t") == "t";
    options.full_refresh = api::arg(fcinfo, 2).value_or("f") == "t";
    options.fail_fast = api::arg(fcinfo, 3).value_or("f") == "t";
    options.atomic = api::arg(fcinfo, 4).value_or("f") == "t";
    engine::RunResult result = engine::run(options, GetUserId());
    api::start_rows(fcinfo);
    for (const engine::Step &s : result.steps)
        api::add_row(fcinfo, {std::to_string(result.run_id), s.node, s.kind, s.status, s.rows ? pg::Value(std::to_string(*s.rows)) : pg::Value(),
                              s.failures ? pg::Value(std::to_string(*s.failures)) : pg::Value(), std::to_string(s.seconds) + " s",
                              s.reason.empty() ? pg::Value() : pg::Value(s.reason), s.message.empty() ? pg::Value() : pg::Value(s.message)});
    return Datum(0);
}
