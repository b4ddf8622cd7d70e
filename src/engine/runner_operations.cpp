#include <utility>

#include "engine/operations.h"
#include "core/project/project_flags.h"
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
        std::string failed = engine::run_operations(mesh_, *project, start, stage_, [&] { before_operation(start); }, [this](const Step &step) { after_operation(step); });
        if (start && project::project_flag(project->manifest(), "skip_nodes_if_on_run_start_fails") && start_failed_.empty()) start_failed_ = failed;
    }
}

void Runner::before_operation(bool start) {
    unchanged_.states().others_wrote();
    cannot_start_ = start;
}

void Runner::after_operation(const Step &step) {
    cannot_start_ = false;
    note(step);
}

}  // namespace mesh::engine
