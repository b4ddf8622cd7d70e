// Snapshots: tables that keep what a query's rows were and when, with dbt's columns and meaning.
#pragma once

#include "engine/registry.h"

namespace mesh::engine {

inline bool is_snapshot(const Model &model) {
    return model.materialized == "snapshot";
}

struct Staged;

// The settings: strategy (timestamp with updated_at, or check with check_cols), unique_key, hard_deletes ... Raises 22023.
void check_snapshot_config(const Model &model);

// The query of a snapshot's first build: the body's rows with the columns that tell when they were valid.
std::string snapshot_body(const Model &model);

// Brings the existing table up to date, in place: rows that changed or went are closed, what is new is added, and so are columns.
// `source` is the body as runnable SQL. Raises 42703 when the table has not the columns of a snapshot.
void apply_snapshot(Staged &staged, const std::string &source);

}  // namespace mesh::engine
