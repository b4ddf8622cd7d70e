#include <utility>

#include "engine/operations.h"
#include "engine/runner.h"

namespace mesh::engine {

namespace {

// Nothing is staged for as long as this lives.
class Unstaged {
public:
    explicit Unstaged(Stage &stage) : stage_(stage), kept_(std::exchange(stage, {})) {}
    ~Unstaged() { stage_ = std::move(kept_); }
    Unstaged(const Unstaged &) = delete;
    Unstaged &operator=(const Unstaged &) = delete;

private:
    Stage &stage_;
    Stage kept_;
};

}  // namespace

// on-run-start or on-run-end of the projects whose nodes are run. At the end what was published is at its place, and the rest is gone.
void Runner::run_operations(bool start) {
    const Unstaged none(stage_);
    for (const std::string &domain : selection_.domains()) {
        Project *project = projects_.find(domain);
        if (project == nullptr) continue;
        if (!start && start_failed_.empty()) tell_results(*project, steps_);
        std::string failed = run_operations(*project, start);
        if (start && project->manifest().skip_nodes_if_on_run_start_fails && start_failed_.empty()) start_failed_ = failed;
    }
}

// Hooks after one that failed are skipped. Returns that one did.
std::string Runner::run_operations(Project &project, bool start) {
    std::string failed;
    for (const std::string &id : start ? project.manifest().on_run_start : project.manifest().on_run_end) {
        unchanged_.states().others_wrote();
        cannot_start_ = start;
        Step step = failed.empty() ? run_operation(mesh_, project, id, start, stage_) : skipped_operation(project, id, failed);
        cannot_start_ = false;
        if (step.status == "error") failed = step.node + " failed";
        note(step);
    }
    return failed;
}

}  // namespace mesh::engine
