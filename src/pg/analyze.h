// From a model's text to its columns, dependencies and lineage, by PostgreSQL's own scanner, parser and
// analyzer. No relation needs to exist: an upstream model stands in as an ephemeral named relation.
#pragma once

#include <map>
#include <set>

#include "pg/guard.h"

namespace mesh::pg {

struct Column {
    std::string name;
    std::string type;       // as format_type prints it, schema-qualified where needed
    std::string collation;  // "schema"."name", or empty for the type's own
    bool operator==(const Column &) const = default;
};

// One place in the text where a relation is named.
struct Reference {
    enum class Form { plain, ref, source } form = Form::plain;
    std::string schema;  // plain: schema; ref: domain; source: source name; may be empty
    std::string name;
    int begin = 0;       // byte offsets in the user's text: [begin, end)
    int end = 0;
    bool has_alias = false;
    int index = 0;       // place in the order of the text's relation names
};

// Byte offsets [begin, end) in the text.
struct Span {
    int begin, end;
};

struct ParsedBody {
    std::string text;  // the user's text without a trailing semicolon
    std::vector<Reference> references;
    std::vector<Span> incremental_calls;  // is_incremental()
    std::vector<Span> schema_prefixes;    // "schema." of column references such as schema.table.column
};

// What a reference stands for during analysis: a relation of the catalog (schema and name), or columns only.
struct StandIn {
    std::string schema, name;            // used when columns is empty
    std::vector<Column> columns;         // an upstream model, built or not
    bool is_model = false;
    std::string id;                      // how lineage names it
};

struct LineageEdge {
    std::string column;  // empty: decides about rows
    std::string upstream, upstream_column;
    bool direct = true;
    auto operator<=>(const LineageEdge &) const = default;
};

// What decides about a query's result besides the rows that it reads (facts.h).
struct Facts {
    std::string fingerprint;  // the query without comments, white space and columns that it does not need; its functions and the types of what it reads
    std::string never;        // why the same rows may give another result, in words; empty: they cannot
    bool settings = false;    // it depends on settings of the session
    bool vars = false;        // it calls mesh.var()
    bool functions = false;   // it calls functions that users made
    std::map<std::string, std::set<std::string>> reads;  // the columns that it needs, by the stand-in's id
};

struct Analysis {
    std::vector<Column> columns;
    std::vector<LineageEdge> lineage;
    bool is_volatile = false;
    Facts facts;
};

// Parses a body. Raises, with the position in `text`: syntax errors, more than one statement (42601), anything
// but a plain SELECT (0A000), a malformed {{ ... }} (42601).
ParsedBody parse_body(const std::string &text);

// Analyzes with each reference replaced by its stand-in (same order as body.references). is_incremental() is
// taken as `incremental`; guarded expressions are dropped when it is false. Errors carry the position in the
// user's text.
Analysis analyze_body(const ParsedBody &body, const std::vector<StandIn> &stand_ins, bool incremental);

// Raises with a cursor position in `text` (byte offset `byte`).
[[noreturn]] void raise_at(const char *sqlstate, const std::string &message, const std::string &text, int byte,
                           const std::string &hint);

// The body as SQL that the server can run: references replaced by `names` (complete FROM items), aliases added
// where the text had none, is_incremental() by true or false.
std::string splice(const ParsedBody &body, const std::vector<std::string> &names, bool incremental);

// The user's text with each reference spelled as in `names`; one that had no alias keeps its old name as its alias when that
// changes, so that columns qualified by it stay right. Schemas before such columns go.
std::string respell(const ParsedBody &body, const std::vector<std::string> &names);

}  // namespace mesh::pg
