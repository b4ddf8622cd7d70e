// mesh.run and mesh.test.
#include "api/args.h"
#include "engine/run.h"
#include "pg/guc.h"

using namespace mesh;

namespace {

bool flag(FunctionCallInfo fcinfo, int i, bool otherwise) {
    pg::Value value = api::arg(fcinfo, i);
    return value ? *value == "t" : otherwise;
}

pg::Value text_or_null(const std::string &text) {
    return text.empty() ? pg::Value() : pg::Value(text);
}

template <typename T>
pg::Value number_or_null(const std::optional<T> &number) {
    return number ? pg::Value(std::to_string(*number)) : pg::Value();
}

Datum steps_result(FunctionCallInfo fcinfo, const engine::RunResult &result) {
    api::start_rows(fcinfo);
    for (const engine::Step &s : result.steps)
        api::add_row(fcinfo, {std::to_string(result.run_id), s.node, s.kind, s.status, number_or_null(s.rows), number_or_null(s.failures),
                              std::to_string(s.seconds) + " s", text_or_null(s.reason), text_or_null(s.message)});
    return Datum(0);
}

int threads_of(const pg::Value &text) {
    int threads = text ? std::stoi(*text) : pg::threads;
    if (threads >= 1 && threads <= pg::kMostThreads) return threads;
    throw core::Error("22023", "invalid value for threads: " + std::to_string(threads), "", "Use a number from 1 to " + std::to_string(pg::kMostThreads) + ".");
}

engine::Json vars_of(const pg::Value &text) {
    engine::Json vars = engine::Json::parse(text.value_or("{}"));
    if (!vars.is_object()) throw core::Error("22023", "vars must be a JSON object");
    return vars;
}

}  // namespace

MESH_FUNCTION(mesh_run) {
    engine::RunOptions options;
    options.selector = api::required(fcinfo, 0, "selector");
    options.tests = flag(fcinfo, 1, true);
    options.full_refresh = flag(fcinfo, 2, false);
    options.fail_fast = flag(fcinfo, 3, false);
    options.atomic = flag(fcinfo, 4, false);
    options.exclude = api::arg(fcinfo, 5).value_or("");
    options.vars = vars_of(api::arg(fcinfo, 6));
    options.wait = flag(fcinfo, 7, true);
    std::string publish = api::arg(fcinfo, 8).value_or("run");
    if (publish != "run" && publish != "model")
        throw core::Error("22023", "invalid value for publish: \"" + publish + "\"", "",
                          "Use 'run' to publish everything together, or 'model' to publish each model for itself.");
    options.publish_each = publish == "model";
    options.force = flag(fcinfo, 9, false);
    options.skip_unchanged = pg::skip_unchanged;
    options.threads = threads_of(api::arg(fcinfo, 10));
    return steps_result(fcinfo, engine::run(options, GetUserId()));
}

MESH_FUNCTION(mesh_test) {
    engine::RunOptions options;
    options.command = "test";
    options.selector = api::required(fcinfo, 0, "selector");
    options.exclude = api::arg(fcinfo, 1).value_or("");
    options.vars = vars_of(api::arg(fcinfo, 2));
    options.force = flag(fcinfo, 3, false);
    options.skip_unchanged = pg::skip_unchanged;
    return steps_result(fcinfo, engine::test(options, GetUserId()));
}
