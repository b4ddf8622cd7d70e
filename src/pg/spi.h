// SQL through SPI, as text in and text out.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

using Value = std::optional<std::string>;
using Row = std::vector<Value>;

struct Result {
    std::vector<std::string> columns;
    std::vector<std::string> types;  // as format_type() prints them; of query_as_of() alone
    std::vector<Row> rows;
    uint64_t processed = 0;
    bool empty() const { return rows.empty(); }
};

// Runs one command with the given parameters, each passed as text ($1::int casts in the SQL). Changes made
// so far by this transaction are visible to it. Returns at most `limit` rows (0: all).
// Raises ServerError for whatever the command raises.
Result query(const std::string &sql, const std::vector<Value> &args = {}, long limit = 0);

// The same with parameters that are arrays, each a text[], behind the others.
Result query_arrays(const std::string &sql, const std::vector<Value> &args, const std::vector<std::vector<std::string>> &arrays);

// The same by a plan that is kept for the session: for what is asked often, and is planned alike whatever the parameters are.
Result query_prepared(const std::string &sql, const std::vector<Value> &args);

// The first column of the first row, or nothing when there is no row or it is NULL.
Value query_value(const std::string &sql, const std::vector<Value> &args = {});

// Runs a command without parameters (DDL); returns the number of rows it processed.
uint64_t execute(const std::string &sql);

// The same, but on the active snapshot plus what this transaction changed itself: all statements of a run that read data see
// one moment (pg::SnapshotScope), however long the run takes. Raises 54000 when the result takes more than mesh.query_memory.
Result query_as_of(const std::string &sql);
uint64_t execute_as_of(const std::string &sql);

// "a"."b" with quotes where needed.
std::string quote_ident(const std::string &name);
std::string quote_literal(const std::string &text);
std::string qualified(const std::string &schema, const std::string &name);

// A PostgreSQL text[] literal of the given strings, and back.
std::string array_literal(const std::vector<std::string> &items);
std::vector<std::string> parse_array(const std::string &literal);

}  // namespace mesh::pg
