#include "engine/runner.h"

#include <tuple>

#include "core/project/artifacts.h"
#include "engine/hooks.h"
#include "pg/report.h"

namespace mesh::engine {

// on-run-start or on-run-end of the projects whose nodes are run.
void Runner::run_operations(bool start) {
    for (const std::string &domain : selection_.domains()) {
        Project *project = projects_.find(domain);
        if (project == nullptr) continue;
        if (!start) add_results(*project);
        for (const std::string &id : start ? project->manifest().on_run_start : project->manifest().on_run_end) operation(*project, id, start);
    }
}

// As with dbt, an on-run-start hook that cannot be rendered ends the run; one whose SQL fails is a failed step.
void Runner::operation(Project &project, const std::string &id, bool start) {
    const core::project::Node &node = project.manifest().nodes.at(id);
    Step out{project.domain(), project.domain() + "." + node.name, "operation", "success", {}, {}, 0, "", "", {}, id, ""};
    Clock clock;
    unchanged_.states().others_wrote();
    ErrorData *error = pg::try_in_subtransaction([&] { out.compiled = project.invocation().render_hook(id, node.raw_code); });
    if (error != nullptr && start) {
        cannot_start_ = true;
        throw pg::ServerError{error};
    }
    if (error == nullptr) error = pg::try_in_subtransaction([&] {
        run_hooks(mesh_, mesh_.domain(project.domain()), {out.compiled}, stage_, nullptr);
    });
    out.seconds = clock.seconds();
    if (error != nullptr) {
        out.status = "error";
        out.tell_error(error);
        if (start_failed_.empty()) start_failed_ = out.node + " failed";
    }
    note(out);
}

void Runner::add_results(Project &project) {
    for (const Step &step : steps_) {
        if (step.domain != project.domain() || !is_result(project, step)) continue;
        std::string message = message_of(project, step);
        core::project::Json result = {{"status", step.status}, {"message", message.empty() ? core::project::Json() : core::project::Json(message)}, {"execution_time", step.seconds}, {"unique_id", step.unique_id}};
        auto unit = project.manifest().others.find(step.unique_id);
        result["node"] = unit != project.manifest().others.end() ? core::project::manifest_json(unit->second) : core::project::manifest_json(project.manifest().nodes.at(step.unique_id));
        result["failures"] = step.failures ? core::project::Json(*step.failures) : core::project::Json();
        project.invocation().add_result(result);
    }
}

// As dbt tells it to its hooks.
std::string Runner::message_of(const Project &project, const Step &step) {
    if (step.error_kind.empty()) return step.message;
    auto node = project.manifest().nodes.find(step.unique_id);
    auto unit = project.manifest().others.find(step.unique_id);
    core::project::NodeError error{step.error_kind, step.unique_id.substr(0, step.unique_id.find('.')), "", "", step.message, ""};
    if (node != project.manifest().nodes.end()) std::tie(error.name, error.path) = std::tie(node->second.name, node->second.original_file_path);
    if (unit != project.manifest().others.end()) std::tie(error.name, error.path) = std::tie(unit->second.name, unit->second.original_file_path);
    return core::project::error_message(error);
}

// dbt keeps from its hooks what other hooks did, and has no results of ephemeral models.
bool Runner::is_result(const Project &project, const Step &step) {
    if (project.manifest().others.count(step.unique_id)) return true;
    auto node = project.manifest().nodes.find(step.unique_id);
    if (node == project.manifest().nodes.end() || (step.kind == "operation" && step.status != "error")) return false;
    return node->second.config.value("materialized", "") != "ephemeral";
}

}  // namespace mesh::engine
