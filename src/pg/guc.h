// The extension's settings (mesh.*). Plain C variables with literal boot values.
#pragma once

#include <string>
#include <vector>

namespace mesh::pg {

enum ProgressForm { kNoProgress, kProgressText, kProgressJson };
constexpr int kMostThreads = 64;

extern int history_retention_days;  // mesh.history_retention: days of run history kept; 0 keeps all
extern int lock_retries;            // mesh.lock_retries: attempts after the first
extern int lock_timeout_ms;         // mesh.lock_timeout: how long one publish attempt waits for its locks
extern int query_memory_kb;         // mesh.query_memory: how much memory the result of one query may take
extern int threads;                 // mesh.threads: how many models a run builds at once
extern int progress;                // mesh.progress: how a run tells each step in a NOTICE, a ProgressForm
extern bool skip_unchanged;         // mesh.skip_unchanged: a run leaves what would come out the same
extern bool standby_readers;        // mesh.standby_readers: standbys may hold snapshots that are older than a publish
extern char *vars;                  // mesh.vars: a run's variables, as a JSON object

void define_settings();

// The names in a search_path written as in SET, without pg_catalog and pg_temp. Raises 22023 for what is no list of names.
std::vector<std::string> parse_search_path(const std::string &text);

}  // namespace mesh::pg
