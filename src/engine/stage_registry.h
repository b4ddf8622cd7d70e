// What workers have staged: relations that are committed and not yet published. Each is known by a row of mesh.stage_registry, which is
// committed with it, so that none outlives its run for long.
#pragma once

#include "engine/build.h"

namespace mesh::engine {

// Makes what a worker has built ready to be committed: it gets its staged name, so that nobody meets it at the published one, and is shown to
// nobody who is not meant to see it before it is published. What default privileges would give is given at the publish (staged.after).
// As the owner, in the worker's transaction.
void hide_staged(Staged &staged, const BuildOptions &options);

// Notes relations that the worker's transaction commits: {domain, schema, name} each.
void note_staged(int64_t run_id, const Json &relations);

// Drops what is left of a run's stage, but for `kept` ("schema"."name"), and forgets it. What cannot be dropped now stays noted.
void clean_stage(int64_t run_id, const std::set<std::string> &kept = {});

// Drops what runs of these domains have left that were ended before they could do it. The domains' locks are held, so that no such run
// is going on; a worker of one that has just ended is waited for.
void clean_left_stages(const std::set<std::string> &domains);

// A worker holds this while it may still add to the stage of the run.
void hold_stage(int64_t run_id);

}  // namespace mesh::engine
