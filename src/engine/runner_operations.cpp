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
        if (!start) tell_results(*project, steps_);
        for (const std::string &id : start ? project->manifest().on_run_start : project->manifest().on_run_end) operation(*project, id, start);
    }
}

void Runner::operation(Project &project, const std::string &id, bool start) {
    unchanged_.states().others_wrote();
    cannot_start_ = start;
    Step step = run_operation(mesh_, project, id, start, stage_);
    cannot_start_ = false;
    if (step.status == "error" && start_failed_.empty()) start_failed_ = step.node + " failed";
    note(step);
}

}  // namespace mesh::engine
