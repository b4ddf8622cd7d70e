// The proof behind keyed_query, under pg::call.
#pragma once

#include "pg/keyed_pairs.h"

namespace mesh::pg {

// The columns of a query's result with their pairs. Adds its tables to proof->sources; when it fails, proof->why says why.
Columns prove_query(Proof *proof, Query *query, Level *outer);

}  // namespace mesh::pg
