// source freshness of a dbt project: the ages of its sources, and its hooks around them.
#include "core/project/manifest_json.h"
#include "core/project/project_flags.h"
#include "engine/freshness.h"
#include "engine/invoke.h"
#include "engine/operations.h"

namespace mesh::engine {

namespace {

// What the client writes to sources.json.
std::string told_age(const SourceAge &age, const project::Source &source) {
    return project::Json{{"max_loaded_at", age.max_loaded_at.value_or("")}, {"snapshotted_at", age.snapshotted_at.value_or("")},
                         {"age", age.age.value_or("")}, {"criteria", source.freshness}}.dump();
}

// on-run-start or on-run-end around the ages of sources, as dbt runs them unless the project's flag says no.
void run_hooks_of_freshness(Mesh &mesh, Project &project, bool start, std::vector<InvokeRow> &out) {
    if (!project::project_flag(project.manifest(), "source_freshness_run_project_hooks")) return;
    const Stage nothing;
    (void)run_operations(mesh, project, start, nothing, [] {}, [&](const Step &step) {
        const project::Node &node = project.manifest().nodes.at(step.unique_id);
        out.push_back({0, step.unique_id, step, node.relation_name, step.compiled});
    });
}

// What hooks of on-run-end read of it in `results`.
project::Json told_result(const SourceAge &age, const project::Source &source) {
    const auto or_null = [](const Value &text) { return text ? project::Json(*text) : project::Json(); };
    return {{"status", age.status}, {"timing", project::Json::array()}, {"thread_id", "Thread-1 (worker)"}, {"execution_time", age.seconds},
            {"adapter_response", project::Json::object()}, {"message", age.message.empty() ? project::Json() : project::Json(age.message)},
            {"failures", nullptr}, {"node", project::manifest_json(source)}, {"max_loaded_at", or_null(age.max_loaded_at)},
            {"snapshotted_at", or_null(age.snapshotted_at)}, {"age", or_null(age.age)}};
}

}  // namespace

std::vector<InvokeRow> freshness_of(Mesh &mesh, Project &project, const std::vector<std::string> &ids, Oid caller) {
    std::vector<InvokeRow> out;
    if (ids.empty()) return out;
    run_hooks_of_freshness(mesh, project, true, out);
    for (const SourceAge &age : source_freshness(mesh, project, ids, caller)) {
        const project::Source &source = project.manifest().sources.at(age.unique_id);
        Step step{project.domain(), project.domain() + "." + age.source + "." + age.table, "source"};
        InvokeRow row{0, source.unique_id, std::move(step), source.relation_name, ""};
        row.step.status = age.status;
        row.step.message = age.message;
        row.step.error_kind = age.error_kind;
        row.step.reason = told_age(age, source);
        row.step.seconds = age.seconds;
        if (!project.manifest().on_run_end.empty()) project.invocation().add_result(told_result(age, source));
        out.push_back(std::move(row));
    }
    run_hooks_of_freshness(mesh, project, false, out);
    return out;
}

}  // namespace mesh::engine
