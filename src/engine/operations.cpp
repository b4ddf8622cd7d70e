#include "engine/operations.h"

#include <tuple>

#include "core/project/artifacts.h"
#include "engine/hooks.h"
#include "engine/progress.h"
#include "pg/report.h"

namespace mesh::engine {

namespace {

using core::project::Json;

Json or_null(const std::string &text) {
    return text.empty() ? Json() : Json(text);
}

Json timing_of(const Step &step) {
    if (step.status == "skipped" || step.finished_at == 0) return Json::array();
    const std::string start = core::project::utc_timestamp(step.finished_at - step.seconds), end = core::project::utc_timestamp(step.finished_at);
    return {{{"name", "compile"}, {"started_at", start}, {"completed_at", start}}, {{"name", "execute"}, {"started_at", start}, {"completed_at", end}}};
}

// dbt keeps from its hooks what other hooks did, and has no results of ephemeral models.
bool is_result(const Project &project, const Step &step) {
    if (project.manifest().others.count(step.unique_id)) return true;
    auto node = project.manifest().nodes.find(step.unique_id);
    if (node == project.manifest().nodes.end() || (step.kind == "operation" && step.status != "error")) return false;
    return node->second.config.value("materialized", "") != "ephemeral";
}

std::string resource_type(const Step &step) {
    return step.unique_id.substr(0, step.unique_id.find('.'));
}

// dbt's words begin with a capital.
std::string as_sentence(std::string message) {
    if (message.starts_with("got ")) message[0] = 'G';
    return message;
}

// As dbt tells it to its hooks.
std::string message_of(const Project &project, const Step &step, const std::string &tag) {
    if (step.error_kind.empty()) return step.message.empty() ? tag : as_sentence(step.message);
    auto node = project.manifest().nodes.find(step.unique_id);
    auto unit = project.manifest().others.find(step.unique_id);
    core::project::NodeError error{step.error_kind, resource_type(step), "", "", step.message, ""};
    if (node != project.manifest().nodes.end()) std::tie(error.name, error.path) = std::tie(node->second.name, node->second.original_file_path);
    if (unit != project.manifest().others.end()) std::tie(error.name, error.path) = std::tie(unit->second.name, unit->second.original_file_path);
    return core::project::error_message(error);
}

Json node_of(const Project &project, const Step &step) {
    if (auto unit = project.manifest().others.find(step.unique_id); unit != project.manifest().others.end()) return core::project::manifest_json(unit->second);
    Json node = core::project::manifest_json(project.manifest().nodes.at(step.unique_id));
    node["compiled"] = !step.compiled.empty();
    if (!step.compiled.empty()) node["compiled_code"] = step.compiled;
    return node;
}

Json result_of(const Project &project, const Step &step) {
    auto node = project.manifest().nodes.find(step.unique_id);
    std::string tag;
    if (step.status == "success" && node != project.manifest().nodes.end())
        tag = core::project::command_tag(resource_type(step), node->second.config.value("materialized", ""), node->second.contract_enforced, step.reason, step.rows);
    const bool is_tested = step.kind == "test" || step.kind == "unit_test";
    return {{"status", step.status}, {"timing", timing_of(step)}, {"thread_id", "Thread-1 (worker)"}, {"execution_time", step.seconds},
            {"adapter_response", is_tested && step.failures ? core::project::test_response() : core::project::adapter_response(tag)},
            {"message", or_null(message_of(project, step, tag))}, {"failures", step.failures ? Json(*step.failures) : Json()}, {"node", node_of(project, step)},
            {"agate_table", Json()}, {"batch_results", step.batches.is_null() ? Json() : Json::parse(step.batches.dump())}};
}

Step new_step(const Project &project, const std::string &id) {
    return {project.domain(), project.domain() + "." + project.manifest().nodes.at(id).name, "operation", "success", {}, {}, 0, "", "", {}, id, ""};
}

Step skipped_operation(const Project &project, const std::string &id, const std::string &why) {
    Step out = new_step(project, id);
    out.status = "skipped";
    out.reason = why;
    return out;
}

Step run_operation(Mesh &mesh, Project &project, const std::string &id, bool is_start, const Stage &stage) {
    const core::project::Node &node = project.manifest().nodes.at(id);
    Step out = new_step(project, id);
    Clock clock;
    ErrorData *error = pg::try_in_subtransaction([&] { out.compiled = project.invocation().render_hook(id, node.raw_code); });
    if (error != nullptr && is_start) throw pg::ServerError{error};
    if (error == nullptr) error = pg::try_in_subtransaction([&] { run_hooks(mesh, mesh.domain(project.domain()), {out.compiled}, stage, nullptr); });
    out.seconds = clock.seconds();
    if (error != nullptr) {
        out.status = "error";
        out.tell_error(error);
    }
    return out;
}

}  // namespace

std::string run_operations(Mesh &mesh, Project &project, bool start, const Stage &stage, const std::function<void()> &before, const std::function<void(const Step &)> &after) {
    std::string failed;
    for (const std::string &id : start ? project.manifest().on_run_start : project.manifest().on_run_end) {
        before();
        Step step = failed.empty() ? run_operation(mesh, project, id, start, stage) : skipped_operation(project, id, failed);
        if (step.status == "error") failed = step.node + " failed";
        after(step);
    }
    return failed;
}

void tell_results(Project &project, const std::vector<Step> &steps) {
    if (project.manifest().on_run_end.empty()) return;  // nobody asks
    for (const Step &step : steps)
        if (step.domain == project.domain() && is_result(project, step)) project.invocation().add_result(result_of(project, step));
}

}  // namespace mesh::engine
