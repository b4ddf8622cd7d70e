// What holds for the whole of a run: one run of a domain at a time, one moment at which all data is read, its variables.
#pragma once

#include "engine/selection.h"

namespace mesh::engine {

// What was written before a snapshot was taken, and who was still writing.
struct Baseline {
    uint64_t log = 0;        // 0: the snapshot is older
    std::set<Oid> written;   // relations that others had locked for writing
};
Baseline take_baseline();
// This session takes part in a run: from now on it cannot start one, which a model's body might try.
void take_part_in_run();

class RunSession {
public:
    // Sets mesh.vars and a safe search_path for the time of the run. Raises 25006 in a read-only transaction and on a standby,
    // 55000 within a run: a model's body may call functions, but not a run.
    RunSession(const std::string &command, const Json &vars);
    ~RunSession();
    RunSession(const RunSession &) = delete;
    RunSession &operator=(const RunSession &) = delete;

    // Selects, and locks the domains of what was selected to the end of the transaction. What was selected while another run
    // held a lock is selected anew. The snapshot is taken when all locks are held, so that it sees what that run published.
    Selection start(Mesh &mesh, const Wanted &wanted, Oid caller, bool wait);

    // The same without locks, for what only reads.
    Selection start_reading(Mesh &mesh, const Wanted &wanted, Oid caller);

    void end();

    // The log and its writers as they were before the run's snapshot was taken.
    const Baseline &baseline() const { return baseline_; }

private:
    Baseline baseline_;
    int guc_level_;
    std::optional<pg::SnapshotScope> snapshot_;
};

}  // namespace mesh::engine
