// COPY FROM without a client: rows for a table as text, which costs less than a statement with parameters for each of many rows.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// One row of COPY's text format: field() for each column, then end(). Text is in the database's encoding.
class CopyRows {
public:
    CopyRows &field(const std::string &text);
    CopyRows &null();
    void end();

    const std::string &text() const { return text_; }
    void add(const std::string &lines) { text_ += lines; }  // of another

private:
    void separate();

    std::string text_;
    bool is_first_ = true;
};

// Adds the rows to `table` of `schema`, whose columns these are, with the current role's name and without asking for its privileges. What
// follows in this transaction sees them. Raises ServerError for whatever COPY raises.
void copy_rows(const std::string &schema, const std::string &table, const std::vector<std::string> &columns, const CopyRows &rows);

}  // namespace mesh::pg
