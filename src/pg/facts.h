// What a query's result depends on besides the rows that it reads, and which columns it really reads.
#pragma once

#include "pg/analyze.h"

namespace mesh::pg {

// The facts of an analyzed query. `stand_ins` as for the analysis, `text` is what was parsed.
Facts query_facts(Query *query, const std::vector<StandIn> &stand_ins, const std::string &text);

// Of a query over relations of the catalog: a fingerprint of each column that is the same as long as its values are, over the same rows read.
// Under the empty name one of which rows there are. None where the order of rows decides about values, which another query may read in another order.
// Analyzes with the rights and search_path in force.
std::map<std::string, std::string> column_fingerprints(const std::string &sql);

// What a query calls, and the relations that it names.
struct SqlFacts {
    std::string never;
    bool settings = false, vars = false, functions = false;
    std::vector<Oid> relations;
};
SqlFacts view_facts(Oid view);

// Analyzes with the rights and search_path in force.
SqlFacts sql_facts(const std::string &sql);

}  // namespace mesh::pg
