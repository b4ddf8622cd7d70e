// What a run did, kept where the end of its transaction cannot undo it: lines of text in shared memory. When the
// (sub)transaction that wrote the run's history is rolled back, a background worker writes the lines to the history instead.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

struct Recorder;

// Begins a record of at most `bytes`; `worker` is the exported function that will write it. Returns nullptr when there is
// no shared memory for it. It ends with the transaction.
Recorder *recorder_begin(size_t bytes, const char *worker);

// Adds one line; false when there is no room for it. Never raises.
bool recorder_add(Recorder *recorder, const std::string &line) noexcept;

// In the worker: the lines, and a connection to the run's database with all rights. `argument` is the worker's.
std::string recorder_receive(Datum argument);

// Shows what is being done in pg_stat_activity.application_name, until the transaction ends or `text` is empty.
void show_progress(const std::string &text);

}  // namespace mesh::pg
