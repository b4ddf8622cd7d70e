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

// An inline query, with all that this call says: vars, flags, --defer.
std::string compiled_text(Session &session, const std::string &sql);

// What the foreign keys of these steps' nodes refer to, as it is written, and the relation that it is. Each is a call of ref() or source().
std::map<std::string, std::string> referenced_relations(Session &session, const std::vector<Step> &steps, const NodeCatalog &catalog);

// server_options() with the manifest of --state in it.
Json invocation_options(const Session &session);

// What templates see of the command: its flags, its arguments and its id.
Json told_options(const Session &session);

}  // namespace mesh::cli
