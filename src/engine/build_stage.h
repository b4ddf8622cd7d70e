// What building a view, a table and what a project's macros made have in common.
#pragma once

#include "engine/build.h"

namespace mesh::engine {

// Where a table's next rows come from.
struct Rows {
    std::vector<pg::Column> columns;
    std::function<uint64_t(Oid relation, Oid constraints_of, bool decoded, pg::RowConditions *asked)> fill;
};

Rows rows_of(const std::string &sql);
Rows rows_of_seed(const Staged &staged);

// The name of a staged relation; or, of one that nobody can see yet, the model's own.
void name_stage(Staged &staged, const BuildOptions &options, size_t number);
void own_name(Staged &staged);

void create_and_fill(Staged &staged, const Rows &rows, const BuildOptions &options);

// Stages rows for the table that is there.
void stage_existing(Staged &staged, const Rows &source, const Stage &stage, const BuildOptions &options);

// Beside the table that is there, or as a new one.
void stage_table(Staged &staged, const Rows &rows, const Stage &stage, const BuildOptions &options);

// Its target's storage is rebuilt beside it, with the columns that the target will have.
void stage_sibling(Staged &staged, const Rows &rows);

// Is what the model reads in this run the same as what its published definition names?
bool upstreams_at_target(Mesh &mesh, const Compiled &compiled, const Stage &stage);

// made.cpp: the statements that give the target what another relation has besides columns, rows and indexes; and definitions of the indexes that are
// no constraint's.
std::vector<std::string> traits_of(Oid made, const Staged &staged);
std::vector<std::string> plain_indexes(Oid relation);

// made.cpp: stages what the project's own macros made.
void stage_made(Mesh &mesh, Staged &staged, const Stage &stage, const BuildOptions &options);

}  // namespace mesh::engine
