// The differences between what a model is and what was built of it, in words.
#pragma once

#include "engine/build.h"

namespace mesh::engine {

// "adds b integer", "drops b", "makes b text instead of integer", "reorders its columns"; empty when they are the same.
std::string column_changes(const std::vector<pg::Column> &from, const std::vector<pg::Column> &to);

// Columns whose storage goes when a table is altered from one to the other.
std::set<std::string> lost_columns(const std::vector<pg::Column> &from, const std::vector<pg::Column> &to);

// "view", "materialized view", "table", by relkind.
std::string kind_of_relation(const std::string &relkind);

// What is known to have changed: its definition, its materialization, its columns, joined by "; ".
std::string changes(const Model &model, const Target &target, const std::string &final_sql);

// What an incremental model's on_schema_change makes of changed columns. Raises 42P16 or 42703 when the run would.
std::string increment_changes(const Model &model, const Target &target);

}  // namespace mesh::engine
