#include "pg/copy.h"

#include "pg/relation.h"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "commands/copy.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
}

namespace mesh::pg {

namespace {

// COPY asks for more by a function that takes nothing of ours along.
struct Source {
    const char *at;
    size_t left;
};
Source source;

int read_source(void *out, int, int most) {
    size_t taken = Min(source.left, static_cast<size_t>(most));
    memcpy(out, source.at, taken);
    source.at += taken;
    source.left -= taken;
    return static_cast<int>(taken);
}

struct Target {
    Oid table;
    const char *const *column;
    int columns;
};

void copy(const Target &target) {
    Relation table = table_open(target.table, RowExclusiveLock);
    List *columns = NIL;
    for (int i = 0; i < target.columns; i++) columns = lappend(columns, makeString(pstrdup(target.column[i])));
    ParseState *state = make_parsestate(nullptr);
    (void)addRangeTableEntryForRelation(state, table, RowExclusiveLock, nullptr, false, false);
    List *options = list_make1(makeDefElem(pstrdup("encoding"), reinterpret_cast<Node *>(makeString(pstrdup(GetDatabaseEncodingName()))), -1));
    CopyFromState from = BeginCopyFrom(state, table, nullptr, nullptr, false, read_source, columns, options);
    (void)CopyFrom(from);
    EndCopyFrom(from);
    free_parsestate(state);
    table_close(table, NoLock);
    CommandCounterIncrement();
}

}  // namespace

void CopyRows::separate() {
    if (!is_first_) text_ += '\t';
    is_first_ = false;
}

CopyRows &CopyRows::field(const std::string &text) {
    separate();
    for (char c : text) {
        switch (c) {
            case '\\': text_ += "\\\\"; break;
            case '\t': text_ += "\\t"; break;
            case '\n': text_ += "\\n"; break;
            case '\r': text_ += "\\r"; break;
            default: text_ += c;
        }
    }
    return *this;
}

CopyRows &CopyRows::null() {
    separate();
    text_ += "\\N";
    return *this;
}

void CopyRows::end() {
    text_ += '\n';
    is_first_ = true;
}

void copy_rows(const std::string &schema, const std::string &table, const std::vector<std::string> &columns, const CopyRows &rows) {
    if (rows.text().empty()) return;
    std::vector<const char *> names;
    for (const std::string &column : columns) names.push_back(column.c_str());
    Target target = {relation_oid(schema, table), names.data(), static_cast<int>(names.size())};
    source = {rows.text().data(), rows.text().size()};
    call([target] { copy(target); });
}

}  // namespace mesh::pg
