// Which rows of a query's result depend on which rows of the tables that it reads: the proof behind incremental_strategy "auto".
#pragma once

#include "pg/analyze.h"

namespace mesh::pg {

// One column of the result, and what it is made from in a row of an input: a row of the result depends on no rows of the input but
// those for which `expression` gives its value in `column`.
struct KeyPart {
    std::string column, type;  // the type without its modifier
    std::string expression;    // over the input's columns, as l."column"
    bool is_short = false;     // its values have a fixed size
};

// A table that the query reads, once for each place where it does.
struct KeyedInput {
    Oid relation = InvalidOid;
    std::string schema, name;
    std::string storage;                        // as it is now, whatever the snapshot says
    std::vector<int> numbers;                   // attribute numbers of the columns that the parts are made from, ascending
    std::vector<std::string> columns, types;    // their names, and their types without modifiers and domains
    std::vector<KeyPart> parts;
};

struct KeyedQuery {
    std::string why_not;                // why no keys are proven; empty: they are, for all inputs
    std::vector<KeyedInput> inputs;
    std::string fingerprint;            // changes with the query, with views in it, and with functions that users wrote
    std::vector<std::string> storages;  // of the tables that it reads, sorted: another one when the table was rewritten
};

// Analyzes and rewrites one SELECT, with the rights and search_path in force. Views are looked through. Of several possible keys of an
// input `preferred` columns of the result are taken, else its primary key, else all. Raises what the analyzer raises.
KeyedQuery keyed_query(const std::string &sql, const std::vector<std::string> &preferred);

}  // namespace mesh::pg
