// Column lineage from the analyzed tree.
#pragma once

#include "pg/analyze.h"

namespace mesh::pg {

// Which upstream columns each output column of `query` is made from (direct), and which decide about its rows
// (indirect: WHERE, JOIN, GROUP BY, HAVING, DISTINCT). Sees through subqueries, CTEs, joins, set operations and
// sublinks; what functions in FROM return is opaque, their arguments count. `stand_ins` gives the names of the
// ephemeral relations ("mesh_stand_in_<i>"); catalog relations appear as "schema.name".
// Follows the steps of PostgreSQL's own ruleutils (resolve_special_varno) and Citus (FindReferencedTableColumn).
std::vector<LineageEdge> column_lineage(Query *query, const std::vector<StandIn> &stand_ins);

}  // namespace mesh::pg
