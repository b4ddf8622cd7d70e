// Statements around a model's build: its hooks, and what its settings ask of the relation when it is at its place.
#pragma once

#include "engine/render.h"

namespace mesh::engine {

// The model's hooks, one after the other: a project's from the renderer, others from config ("pre_hook", "post_hook": one or a list).
void pre_hooks(Renderer *renderer, const Model &model, const Stage &stage, const RunHook &run);
void post_hooks(Renderer *renderer, const Model &model, const Stage &stage, const RunHook &run);

// Has it any of its own config? Nothing is rendered for that, and a hook may turn out to be nothing.
bool has_pre_hooks(const Model &model);
bool has_post_hooks(const Model &model);

// Runs statements as the domain's owner. Names of what the run has staged mean the staged relations. What defines something on one of them
// (ALTER TABLE, CREATE INDEX, GRANT, COMMENT) while that is staged beside its place waits, in `own`, until it is published.
// BEGIN, COMMIT and their kin are left out: the run's transaction goes on.
void run_hooks(Mesh &mesh, const Domain &domain, const std::vector<std::string> &hooks, const Stage &stage, Staged *own);

// Hooks may have changed the staged rows: as many are to be published.
void count_written(Staged &own);

// hook_definitions.cpp: where dbt would have made the relation anew, and here it keeps what it has: leaves out of own.after what hooks defined on it the
// last time as well (indexes, constraints, columns). What they say anew of a trigger or a policy takes the place of the former.
void leave_out_defined(Staged &own);

// The same for what they define on others' relations, when all is built: `built` has the models' ids in their order.
void leave_out_defined_on_others(Stage &stage, const std::vector<std::string> &built);

// At the publish, as the owner, when the relation is at its place: grants, column comments, constraints, and what hooks left to do.
void apply_settings(const Staged &staged);

// The statements that take from others what the owner has granted of the model's relation, but for what agreements stand for. None where its config
// says nothing of grants.
std::vector<std::string> revokes_of_held(const Staged &staged);

// Shall its descriptions ("relation", "columns") become comments? A model made by hand: that of the relation, always.
bool persists_docs(const Model &model, const char *what);

// config "grants" ({"select": ["role"]}): raises 22023 for another shape.
void check_grants(const Model &model);

}  // namespace mesh::engine
