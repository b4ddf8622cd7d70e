// What the commands that ask for nodes share.
#pragma once

#include "cli/deploy.h"
#include "cli/manifest.h"
#include "cli/session.h"
#include "cli/step.h"

namespace mesh::cli {

// Connects, deploys, writes target/manifest.json and reads the nodes from it; not kept: a file of that name with a dot before it.
NodeCatalog prepare(Session &session, bool keep_manifest = true);

// Calls mesh.invoke and hands over each row. Raises Error; for a lost connection with a hint how to ask for the run.
void invoke(Session &session, const std::string &command, const Json &options, const std::function<void(Step)> &take, long *run_id = nullptr);

// server_options() with the manifest of --state in it.
Json invocation_options(const Session &session);

}  // namespace mesh::cli
