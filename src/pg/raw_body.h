// Inner parts of parse and analysis, shared by parse.cpp, raw_walk.cpp and analyze.cpp only.
#pragma once

#include "pg/analyze.h"

namespace mesh::pg {

inline constexpr const char *kPlaceholder = "_mesh_";

// A token of PostgreSQL's scanner, which skips comments and keeps quoted text whole.
struct Token {
    int code;          // the character itself for single characters
    int begin;
    std::string text;  // string constants only
};
std::vector<Token> scan(const std::string &text);

// Does the unquoted `word` (lower case) stand at `at`?
bool word_at(const std::string &text, int at, std::string_view word);

// One {{ ... }} in the text, byte offsets [begin, end).
struct TemplateCall {
    std::string function;
    std::vector<std::string> arguments;
    int begin = 0, end = 0;
};

// While it lives the server tells warnings alone. Parsing a model's text tells nothing new: a long name in it is not cut, as the server would
// say, but replaced by a shortened one; of what the server runs it tells then.
class NoNotices {
public:
    NoNotices();
    ~NoNotices();
    NoNotices(const NoNotices &) = delete;
    NoNotices &operator=(const NoNotices &) = delete;

private:
    int level_;  // of client_min_messages, as it was
};

// The text with each template replaced, in place and at the same length, by the name _mesh_<n>.
struct Template {
    std::string sql;
    std::vector<TemplateCall> calls;
};

Template expand_template(const std::string &text);

// The end of the possibly qualified name that starts at `begin`.
int name_end(const std::string &text, int begin);

// Moves the cursor position of an error from the caller's statement into `text`.
struct PositionContext {
    ErrorContextCallback callback;
    const char *text;
};
void push_position(PositionContext *context, const char *text);

// Runs `f` so that error positions point into `text`. Not for lambdas that leave by `return` of references.
template <typename F>
auto with_position(const std::string &text, F &&f) {
    PositionContext context;
    push_position(&context, text.c_str());
    struct Pop {
        ErrorContextCallback *previous;
        ~Pop() { error_context_stack = previous; }
    } pop{context.callback.previous};
    return f();
}

// A relation name of the raw tree that is not a CTE's, in the order of the walk (palloc'd; tree-owned).
struct RawNames {
    List *relations;           // RangeVar
    List *qualified_columns;   // ColumnRef with at least three parts
    List *incremental_calls;   // FuncCall
    const char *refused;       // why the statement is refused; NULL: it is not
    int refused_at;
};

// Parses `sql` and collects the names in it; call under pg::call.
RawStmt *parse_one(const char *sql, int *statements);
RawNames collect_names(RawStmt *statement);

// Makes every is_incremental() a constant and drops what it decides.
void fold_incremental(RawStmt *statement, bool value);

// The columns of an analyzed query as plain data; describe_query runs under pg::call.
struct PlainColumns {
    int count;
    const char **names, **types, **collations;
    bool is_volatile;
    Query *query;
};
PlainColumns describe_query(Query *query);
// How a type and a collation other than the type's own are written; under pg::call.
const char *type_text(Oid type, int32 typmod);
const char *collation_text(Oid type, Oid collation);
std::vector<Column> to_columns(const PlainColumns &found);

}  // namespace mesh::pg
