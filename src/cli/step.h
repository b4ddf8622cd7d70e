// One node of a run as the server reports it: in a notice when it starts and ends, in a row of mesh.invoke's result.
#pragma once

#include <optional>

#include "cli/connection.h"

namespace mesh::cli {

struct Step {
    std::string unique_id, node, kind, status, message, reason, relation, error_kind;
    std::string compiled_path;              // of its SQL, where that is written
    std::string batch;                      // of a microbatch model: "2024-01-01"; index and total count them
    Value compiled, batch_results;
    std::optional<long> rows, failures;
    double seconds = 0;
    long index = 0, total = 0, run_id = 0;  // 0: not known
    double finished_at = 0;                 // by the client's clock
};

// The detail of a notice of mesh.progress = json; nullopt for any other notice. starts: whether it is a start.
std::optional<Step> step_of_notice(const Notice &notice, bool &starts);

// A row of mesh.invoke, its columns taken by name; "seconds" is its duration.
Step step_of_row(const Row &row);

// How a status counts, by dbt's words for it.
enum class Outcome { pass, warn, error, skip, noop };
Outcome outcome(const Step &step);

// "model", "test", "unit_test": the first word of the unique id, else the kind.
std::string resource_type(const Step &step);

}  // namespace mesh::cli
