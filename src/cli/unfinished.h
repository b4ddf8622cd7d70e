// A run that ended without an answer.
#pragma once

#include "cli/command_run.h"

namespace mesh::cli {

// Writes run_results.json with every node that the command was to do as skipped, so that `retry` does it, and not what failed in an earlier command.
// The server is asked for them, with `is_lost` by another connection; where that cannot be done, the file is removed, which `retry` would take for this
// command's.
void write_unfinished(Session &session, const NodeCatalog &catalog, const std::string &message, bool is_lost);

}  // namespace mesh::cli
