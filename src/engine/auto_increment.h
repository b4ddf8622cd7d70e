// incremental_strategy "auto": a model that is kept up to date by rebuilding the keys that changed in what it reads.
#pragma once

#include "engine/build.h"
#include "engine/change_log.h"

namespace mesh::engine {

inline bool keeps_itself(const Model &model) {
    auto strategy = model.config.find("incremental_strategy");
    return model.materialized == "incremental" && strategy != model.config.end() && *strategy == "auto";
}

// What a step found when it built the model: kept with its rows when they are published.
struct Followed {
    Position position;                  // what its rows have seen
    std::vector<std::string> storages;  // of the tables that were read
    bool by_keys = false;               // only changed keys were rebuilt
    bool has_keys = false;              // the query is proven to be one whose keys can be followed
    bool later = false;                 // it can only after one more full build: its inputs are logged since this one
};

// Rebuilds in the target what changed since its rows were built, by `sql` (the body over what this run reads), and returns "". Or does
// nothing and returns why the model has to be built in full: `full` when that is known before, its keys are not proven, its
// definition or a table that it reads has changed otherwise than by rows, changes may have passed unseen, or too many keys changed.
// With the owner's rights, on the active snapshot.
std::string rebuild_changed_keys(Staged &staged, const std::string &sql, const std::string &full);

// Keeps what is needed to follow changes from these rows on, or why that cannot be. For models of another strategy nothing is kept. Called
// when all is published; `replaced` are the relations whose contents this publish replaced, as schema.name with quotes.
void keep_increment(const Staged &staged, const std::set<std::string> &replaced);

// The model was defined: its keys are looked for, and its inputs' changes logged from now on. Tells by a NOTICE why that cannot be.
void define_increment(Mesh &mesh, const Model &model, const Compiled &compiled);

// The model is gone, or has another strategy.
void forget_increment(const Model &model);

// Why the next run builds the model in full, as far as the registry and the catalogs tell; empty: it need not.
std::string why_in_full(const Model &model, const std::string &final_sql);

}  // namespace mesh::engine
