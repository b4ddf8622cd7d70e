// Text of a user that becomes part of other SQL, located and judged by PostgreSQL's own scanner and parser, so that
// a piece can neither end early nor reach beyond the place that it is put in.
#pragma once

#include "pg/analyze.h"

namespace mesh::pg {

// What stands for {{ name }}: as SQL, and as bare text where it stands within quotes.
struct Placeholder {
    std::string sql, raw;
};

struct Filled {
    std::string text;
    std::vector<std::pair<std::string, int>> places;  // name and byte offset in `text`, outside of quotes only
};

// Puts values in for {{ name }}. Comments are left alone. Within a string constant or a quoted identifier the bare text
// is put in with its quotes doubled, so that '{{ value }}' is always one constant. {{ ref(...) }} and {{ source(...) }}
// stay. Raises 42601, with the position in `text`, for a malformed or unknown placeholder.
Filled fill_placeholders(const std::string &text, const std::map<std::string, Placeholder> &values);

// The names of all placeholders in `text`, in order of their first appearance. Raises 42601 for a malformed one.
std::vector<std::string> placeholder_names(const std::string &text);

// Raises, with the position in `text`, unless it is one expression without a subquery (42601, 0A000). `what` names it.
void check_expression(const std::string &text, const std::string &what);

// Raises unless "1::bigint <text>" is one expression without a subquery; `what` names it (22023).
void check_comparison(const std::string &text, const std::string &what);

// What a query on one relation asks of each row by itself: SELECT <columns or constants> FROM relation WHERE condition.
struct RowCondition {
    std::string sql;                   // the condition, as the user wrote it
    std::vector<std::string> columns;  // output columns named one by one, to be checked for existence
    std::vector<std::string> functions;  // names, without schema, of the functions that it calls
};

// Nothing when the body is any other query. The condition may name its columns by body.references[0].name.
std::optional<RowCondition> row_condition(const ParsedBody &body);

}  // namespace mesh::pg
