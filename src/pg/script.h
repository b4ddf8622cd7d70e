// SQL of any kind, several statements perhaps, taken apart by the server's parser: hooks and what macros run.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// A relation named with its schema; byte offsets [begin, end) in the statement's text.
struct ScriptName {
    std::string schema, name;
    int begin = 0, end = 0;
    bool takes_alias = false;  // stands where an alias may follow, and has none
};

struct ScriptStatement {
    enum class Kind {
        query,        // gives rows
        change,       // INSERT, UPDATE, DELETE, MERGE, CREATE TABLE AS: reads data
        transaction,  // BEGIN, COMMIT and their kin
        vacuum,       // VACUUM, which cannot run in a transaction
        utility,      // everything else
    } kind = Kind::utility;
    std::string text;  // without its semicolon
    std::string tag;   // "SELECT", "CREATE TABLE AS" ...
    // What ALTER TABLE does to the columns of a table or view. One that ties the table to others (foreign keys, sequences), or computes a column, does
    // nothing here.
    enum class Columns { stay, are_added, are_moved } columns = Columns::stay;
    bool is_tied = false;  // ALTER TABLE that ties it to others
    std::string analyze;  // the ANALYZE in VACUUM (ANALYZE); else empty
    std::vector<ScriptName> names;
    ScriptName about;     // the relation that it makes (CREATE VIEW, CREATE MATERIALIZED VIEW), comments on, takes a policy, rule or trigger from, or makes a foreign key
                          // to (ALTER TABLE ADD), which is none of `names`; of DROP INDEX the index
    std::string part;     // the index, policy, rule or trigger that it makes or takes away
};

// Raises what the parser raises, with the position in `text`.
std::vector<ScriptStatement> parse_script(const std::string &text);

// The statement with names replaced by those of `names` (same order; empty: stays), each still known by its old name.
std::string replace_names(const ScriptStatement &statement, const std::vector<std::string> &names);

// Quoted names need no space beside them (from"a"where), what stands for them may: one is put between two words.
void append_apart(std::string &out, std::string_view text);

}  // namespace mesh::pg
