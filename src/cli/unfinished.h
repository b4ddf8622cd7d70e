// A run that ended without an answer.
#pragma once

#include "cli/command_run.h"

namespace mesh::cli {

// Writes run_results.json with every node that the command was to do as skipped, so that `retry` does it, and not what failed in an earlier command.
// `told`: the nodes that the server has told of. The others are asked for, with `is_lost` by another connection; where that cannot be done, the file is
// removed: `retry` would do a part of the command, or of another one.
void write_unfinished(Session &session, const NodeCatalog &catalog, const std::vector<Step> &told, const std::string &message, bool is_lost);

}  // namespace mesh::cli
