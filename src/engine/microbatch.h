// Microbatch models of dbt projects: built batch by batch, each of which may fail by itself.
#pragma once

#include "core/project/batches.h"
#include "engine/progress.h"
#include "engine/project.h"

namespace mesh::engine {

struct BatchOptions {
    std::string event_time_start, event_time_end;                   // empty: not given
    std::map<std::string, std::vector<project::BatchRange>> again;  // by unique id: the batches that failed before, which are done and no others
    std::map<std::string, std::vector<project::BatchRange>> done;   // by unique id: those that then succeeded
};

// What became of the batches.
struct BatchResults {
    std::vector<project::BatchRange> successful, failed;
    std::string message;  // dbt's, when some failed: "PARTIAL SUCCESS (2/3)"
    Json json() const;    // as in run_results.json
};

using TellBatch = std::function<void(const BatchProgress &)>;

// Is the model built in batches?
bool is_batched(Project &project, const Model &model);

// Builds as build() does. The rows of a failed batch are left out, `results` and the reason of what is returned say which; when all fail, or the
// first does, which keeps the others from being tried, raises that one's error. The stage holds what there is of the model while it is built.
Staged build_batches(Mesh &mesh, Project &project, const Model &model, const Target &target, Stage &stage, const BuildOptions &options,
                     const BatchOptions &batches, BatchResults &results, const TellBatch &tell);

}  // namespace mesh::engine
