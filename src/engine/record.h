// The history of a run: written in the run's own transaction, or by a background worker when that was rolled back.
#pragma once

#include <chrono>

#include "engine/registry.h"
#include "pg/recorder.h"
#include "pg/report.h"

namespace mesh::engine {

struct Step {
    std::string domain, node, kind, status;
    std::optional<uint64_t> rows;
    std::optional<int64_t> failures;
    double seconds = 0;
    std::string reason, message;
    std::vector<std::string> failing;  // tests: some of the rows that are wrong, as JSON
    std::string unique_id, compiled;   // of a project's node: dbt's id, its SQL as it was rendered for this run
    Json batches;                      // of a microbatch model: dbt's batch_results
    std::string error_kind;            // of one that failed by an error: compilation, database or runtime
    double finished_at = 0;            // seconds since 1970

    void tell_error(const ErrorData *error, const std::string &before = "");  // as its message
};

// Seconds since 1970 by the wall clock.
inline double clock_seconds() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What kind of step builds the model: "model", "seed", "snapshot" or "function".
inline const char *step_kind(const Model &model) {
    if (is_function(model)) return "function";
    return model.materialized == "seed" ? "seed" : model.materialized == "snapshot" ? "snapshot" : "model";
}

// Removes the runs for which the condition on mesh.run_history holds, $1 being the value, with their steps and failing rows; how many runs.
uint64_t remove_runs(const std::string &condition, const std::string &value);

class History {
public:
    // Draws the run's number. `steps` is about how many there will be.
    History(const std::string &command, const std::string &selector, const std::string &exclude, const Json &options, size_t steps);

    int64_t run_id() const { return run_id_; }

    // What is known so far survives a rollback from here on.
    void add(const Step &step);
    void fail(const std::string &message);

    // Writes the history in the current transaction, and removes what is older than mesh.history_retention. Again: writes what changed of
    // it since, so that little is left to be written while a publish holds its locks.
    void write(const std::vector<Step> &steps, const std::string &status);

    // The subtransaction that wrote it was rolled back.
    void forget_written() { written_.reset(); }

private:
    int64_t run_id_ = 0;
    void write_new(const std::vector<Step> &steps, const std::string &status);
    void write_changes(const std::vector<Step> &steps, const std::string &status);

    Json run_;
    size_t steps_ = 0;  // that were added
    std::optional<std::vector<Step>> written_;
    pg::Recorder *recorder_ = nullptr;
};

}  // namespace mesh::engine
