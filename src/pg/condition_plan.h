// Conditions on the rows of a relation, analyzed and planned by the server.
#pragma once

#include "pg/guard.h"

extern "C" {
#include "nodes/plannodes.h"
}

namespace mesh::pg {

// SELECT (condition), ..., key, ... FROM from.
std::string conditions_sql(const std::string &from, const std::vector<std::string> &conditions, const std::vector<std::string> &keys);

// Analyzes and plans it with the rights and search_path in force, as one scan of a whole relation where that is possible.
PlannedStmt *plan_conditions(const std::string &sql);

// The plan's scan, which puts out the conditions and after them as many keys, whatever their type; NULL when it is anything else than one scan of one stored relation, or when it needs
// more than the row at hand.
const Scan *conditions_scan(const PlannedStmt *plan, size_t keys);

}  // namespace mesh::pg
