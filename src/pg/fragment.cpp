#include "pg/fragment.h"

#include <algorithm>

#include "pg/compat.h"
#include "pg/raw_body.h"

extern "C" {
#include "parser/parser.h"
}

namespace mesh::pg {

namespace {

bool plain_select(const SelectStmt *select) {
    return select->op == SETOP_NONE && select->distinctClause == NIL && select->intoClause == nullptr &&
           select->groupClause == NIL && select->havingClause == nullptr && select->windowClause == NIL &&
           select->valuesLists == NIL && select->sortClause == NIL && select->limitOffset == nullptr &&
           select->limitCount == nullptr && select->lockingClause == NIL && select->withClause == nullptr;
}

bool subquery_walker(Node *node, void *) {
    if (node == nullptr) return false;
    if (IsA(node, SubLink) || IsA(node, SelectStmt)) return true;
    return raw_expression_tree_walker(node, MESH_WALKER(subquery_walker), nullptr);
}

// The one expression that `sql` is, or nullptr.
Node *parse_expression(const char *sql) {
    List *parsed = raw_parser(sql, RAW_PARSE_PLPGSQL_EXPR);
    auto *select = castNode(SelectStmt, linitial_node(RawStmt, parsed)->stmt);
    if (!plain_select(select) || select->fromClause != NIL || select->whereClause != nullptr || list_length(select->targetList) != 1)
        return nullptr;
    auto *target = linitial_node(ResTarget, select->targetList);
    return target->name == nullptr && target->indirection == NIL ? target->val : nullptr;
}

enum class Verdict { one, several, subquery };

Verdict judge_expression(const std::string &text) {
    const char *sql = text.c_str();
    return with_position(text, [&] {
        return call([sql] {
            Node *node = parse_expression(sql);
            if (node == nullptr) return Verdict::several;
            return subquery_walker(node, nullptr) ? Verdict::subquery : Verdict::one;
        });
    });
}

struct RowWalk {
    const char *name;  // by which columns may be qualified; nullptr: by none
    const char *alias;
    List *functions;   // names (of the tree)
};

// Is there anything in the condition that does not stand for itself once it is moved to another query?
bool foreign_walker(Node *node, RowWalk *walk) {
    if (node == nullptr) return false;
    if (IsA(node, SubLink) || IsA(node, CurrentOfExpr)) return true;
    if (IsA(node, ColumnRef)) {
        List *fields = reinterpret_cast<ColumnRef *>(node)->fields;
        const char *first = IsA(linitial(fields), String) ? strVal(linitial(fields)) : "";
        if (list_length(fields) > 2 || IsA(llast(fields), A_Star)) return true;
        if (list_length(fields) == 2) return walk->name == nullptr || strcmp(first, walk->name) != 0;
        return strcmp(first, walk->alias) == 0;  // the whole row
    }
    if (IsA(node, FuncCall))
        walk->functions = lappend(walk->functions, strVal(llast(reinterpret_cast<FuncCall *>(node)->funcname)));
    return raw_expression_tree_walker(node, MESH_WALKER(foreign_walker), walk);
}

struct PlainCondition {
    bool found;
    int columns, functions;
    const char **column, **function;
};

// Output columns are never computed when rows are only counted: no more than stars, constants and column names are passed.
bool plain_targets(const List *targets, PlainCondition *out) {
    out->column = static_cast<const char **>(palloc0(sizeof(char *) * (list_length(targets) + 1)));
    ListCell *cell;
    foreach (cell, targets) {
        Node *value = lfirst_node(ResTarget, cell)->val;
        if (value != nullptr && IsA(value, A_Const)) continue;
        if (value == nullptr || !IsA(value, ColumnRef)) return false;
        List *fields = reinterpret_cast<ColumnRef *>(value)->fields;
        if (list_length(fields) != 1) return false;
        if (!IsA(linitial(fields), A_Star)) out->column[out->columns++] = strVal(linitial(fields));
    }
    return true;
}

PlainCondition find_condition(const char *sql, const char *name) {
    PlainCondition out = {};
    int statements;
    RawStmt *raw = parse_one(sql, &statements);
    auto *select = reinterpret_cast<SelectStmt *>(raw->stmt);
    if (!plain_select(select) || list_length(select->fromClause) != 1 || select->whereClause == nullptr) return out;
    if (!IsA(linitial(select->fromClause), RangeVar) || !plain_targets(select->targetList, &out)) return out;
    auto *range = linitial_node(RangeVar, select->fromClause);
    if (!range->inh || (range->alias != nullptr && range->alias->colnames != NIL)) return out;
    RowWalk walk = {range->alias == nullptr ? name : nullptr, range->alias == nullptr ? name : range->alias->aliasname, NIL};
    out.found = !foreign_walker(select->whereClause, &walk);
    out.function = static_cast<const char **>(palloc0(sizeof(char *) * (list_length(walk.functions) + 1)));
    ListCell *cell;
    foreach (cell, walk.functions) out.function[out.functions++] = static_cast<const char *>(lfirst(cell));
    return out;
}

}  // namespace

void check_expression(const std::string &text, const std::string &what) {
    Verdict verdict = judge_expression(text);
    if (verdict == Verdict::several)
        raise_at("42601", what + " must be one expression", text, 0, "Give a condition on the columns of one row.");
    if (verdict == Verdict::subquery)
        raise_at("0A000", what + " must not contain a subquery", text, 0, "Write a singular test instead: sql => 'select ...'.");
}

void check_comparison(const std::string &text, const std::string &what) {
    const char *hint = "Give a comparison with the number of failures, for example '> 10'.";
    ErrorData *error = nullptr;
    try {
        if (judge_expression("1::bigint " + text + "\n") == Verdict::one) return;
    } catch (const ServerError &e) {
        error = e.data;
    }
    if (error != nullptr && error->sqlerrcode != ERRCODE_SYNTAX_ERROR) throw ServerError{error};
    throw core::Error("22023", what + " \"" + text + "\" is not a comparison", "", hint);
}

std::optional<RowCondition> row_condition(const ParsedBody &body) {
    if (body.references.size() != 1 || !body.schema_prefixes.empty() || !body.incremental_calls.empty()) return std::nullopt;
    std::string expanded = expand_template(body.text).sql;
    const char *sql = expanded.c_str(), *name = body.references[0].name.c_str();
    PlainCondition found = call([=] { return find_condition(sql, name); });
    if (!found.found) return std::nullopt;
    RowCondition out;
    for (int i = 0; i < found.columns; i++) out.columns.emplace_back(found.column[i]);
    for (int i = 0; i < found.functions; i++) out.functions.emplace_back(found.function[i]);
    for (const Token &token : scan(expanded)) {
        if (token.begin < body.references[0].end || !word_at(expanded, token.begin, "where")) continue;
        out.sql = body.text.substr(token.begin + std::strlen("where"));
        return out;
    }
    return std::nullopt;
}

}  // namespace mesh::pg
