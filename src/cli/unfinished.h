// A run that ended without an answer.
#pragma once

#include "cli/command_run.h"

namespace mesh::cli {

// Writes run_results.json with every node that the command was to do as skipped, so that `retry` does it, and not what failed in an earlier command.
// `told`: the nodes that the server has told of. Where it cannot be asked any more they are all that is known.
void write_unfinished(Session &session, const NodeCatalog &catalog, const std::vector<Step> &told, const std::string &message);

}  // namespace mesh::cli
