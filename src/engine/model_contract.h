// dbt's enforced contract of a model: config "contract" {"enforced": true} with "columns" and "constraints".
#pragma once

#include "engine/build.h"

namespace mesh::engine {

bool has_enforced_contract(const Model &model);

// Raises 42P16, with a table of what differs, unless the columns are those of the contract by name and type, in any order. What dbt warns of is
// a warning, or raised with `warn_error`.
void check_model_contract(const Domain &domain, const Model &model, const std::vector<pg::Column> &columns, bool warn_error);

// The body's query with its columns in the contract's order, and for a table with the contract's types.
std::string in_contract_order(const Domain &domain, const Model &model, const std::string &sql, const std::vector<pg::Column> &columns);

// What ALTER TABLE has to do so that the table holds the contract's constraints; empty: it does. Each has a name, its own or the one
// that the server would give, by which it is found again.
std::vector<std::string> missing_constraints(const Model &model, Oid table);

// Is it a foreign key?
bool is_foreign_key(const std::string &action);

}  // namespace mesh::engine
