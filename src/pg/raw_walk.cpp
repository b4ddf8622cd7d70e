// Walks over the raw tree: which relations a body names (with SQL's scoping of CTEs), and is_incremental().
#include "pg/compat.h"
#include "pg/raw_body.h"

extern "C" {
#include "mb/pg_wchar.h"
#include "commands/dbcommands.h"
#include "parser/parser.h"
}

namespace mesh::pg {

namespace {

struct NameWalk {
    RawNames names;
    List *scope;  // names of the CTEs in view (String of the tree)
};

bool in_scope(const List *scope, const char *name) {
    ListCell *cell;
    foreach (cell, scope)
        if (strcmp(static_cast<const char *>(lfirst(cell)), name) == 0) return true;
    return false;
}

void refuse(NameWalk *walk, const char *why, int at) {
    if (walk->names.refused != nullptr) return;
    walk->names.refused = why;
    walk->names.refused_at = at;
}

bool is_incremental_call(Node *node) {
    if (node == nullptr || !IsA(node, FuncCall)) return false;
    auto *function = reinterpret_cast<FuncCall *>(node);
    return list_length(function->funcname) == 1 && function->args == NIL &&
           strcmp(strVal(linitial(function->funcname)), "is_incremental") == 0;
}

bool name_walker(Node *node, NameWalk *walk);

// CTEs of one WITH come into view one after another, or all at once when it is RECURSIVE.
void walk_with(WithClause *with, NameWalk *walk) {
    ListCell *cell;
    if (with->recursive)
        foreach (cell, with->ctes)
            walk->scope = lappend(walk->scope, lfirst_node(CommonTableExpr, cell)->ctename);
    foreach (cell, with->ctes) {
        auto *cte = lfirst_node(CommonTableExpr, cell);
        if (!IsA(cte->ctequery, SelectStmt)) refuse(walk, "data-modifying statements are not allowed in a model", cte->location);
        name_walker(cte->ctequery, walk);
        if (!with->recursive) walk->scope = lappend(walk->scope, cte->ctename);
    }
}

bool walk_select(SelectStmt *select, NameWalk *walk) {
    List *outer = list_copy(walk->scope);
    if (select->intoClause != nullptr)
        refuse(walk, "SELECT INTO is not allowed in a model", select->intoClause->rel->location);
    if (select->lockingClause != NIL) refuse(walk, "row locking is not allowed in a model", -1);
    WithClause *with = select->withClause;
    if (with != nullptr) walk_with(with, walk);
    select->withClause = nullptr;
    raw_expression_tree_walker(reinterpret_cast<Node *>(select), MESH_WALKER(name_walker), walk);
    select->withClause = with;
    walk->scope = outer;
    return false;
}

bool name_walker(Node *node, NameWalk *walk) {
    if (node == nullptr) return false;
    check_stack_depth();
    if (IsA(node, SelectStmt)) return walk_select(reinterpret_cast<SelectStmt *>(node), walk);
    if (IsA(node, RangeVar)) {
        auto *range = reinterpret_cast<RangeVar *>(node);
        if (range->catalogname != nullptr && strcmp(range->catalogname, get_database_name(MyDatabaseId)) != 0)
            refuse(walk, psprintf("cross-database references are not implemented: \"%s.%s.%s\"", range->catalogname, range->schemaname, range->relname), range->location);
        if (range->schemaname != nullptr || !in_scope(walk->scope, range->relname))
            walk->names.relations = lappend(walk->names.relations, range);
        return false;
    }
    if (IsA(node, ColumnRef) && list_length(reinterpret_cast<ColumnRef *>(node)->fields) >= 3)
        walk->names.qualified_columns = lappend(walk->names.qualified_columns, node);
    if (is_incremental_call(node)) walk->names.incremental_calls = lappend(walk->names.incremental_calls, node);
    return raw_expression_tree_walker(node, MESH_WALKER(name_walker), walk);
}

Node *bool_constant(bool value) {
    A_Const *constant = makeNode(A_Const);
    constant->val.boolval.type = T_Boolean;
    constant->val.boolval.boolval = value;
    constant->location = -1;
    return reinterpret_cast<Node *>(constant);
}

enum class Fold { unknown, yes, no };

Fold fold(Node *node, bool value) {
    if (is_incremental_call(node)) return value ? Fold::yes : Fold::no;
    if (node == nullptr || !IsA(node, BoolExpr)) return Fold::unknown;
    auto *expr = reinterpret_cast<BoolExpr *>(node);
    Fold deciding = expr->boolop == OR_EXPR ? Fold::yes : Fold::no;
    bool all_known = true;
    ListCell *cell;
    foreach (cell, expr->args) {
        Fold arg = fold(static_cast<Node *>(lfirst(cell)), value);
        if (expr->boolop == NOT_EXPR)
            return arg == Fold::unknown ? arg : arg == Fold::yes ? Fold::no : Fold::yes;
        if (arg == deciding) return deciding;
        all_known = all_known && arg != Fold::unknown;
    }
    if (!all_known) return Fold::unknown;
    return deciding == Fold::yes ? Fold::no : Fold::yes;
}

void fold_in_place(Node **slot, bool value) {
    Fold known = fold(*slot, value);
    if (known != Fold::unknown) *slot = bool_constant(known == Fold::yes);
}

List *fold_cases(List *whens, bool value) {
    List *kept = NIL;
    ListCell *cell;
    foreach (cell, whens)
        if (fold(reinterpret_cast<Node *>(lfirst_node(CaseWhen, cell)->expr), value) != Fold::no)
            kept = lappend(kept, lfirst(cell));
    return kept;
}

bool fold_walker(Node *node, bool *value) {
    if (node == nullptr) return false;
    if (IsA(node, SelectStmt)) {
        fold_in_place(&reinterpret_cast<SelectStmt *>(node)->whereClause, *value);
        fold_in_place(&reinterpret_cast<SelectStmt *>(node)->havingClause, *value);
    } else if (IsA(node, JoinExpr)) {
        fold_in_place(&reinterpret_cast<JoinExpr *>(node)->quals, *value);
    } else if (IsA(node, BoolExpr)) {
        ListCell *cell;
        foreach (cell, reinterpret_cast<BoolExpr *>(node)->args)
            fold_in_place(reinterpret_cast<Node **>(&lfirst(cell)), *value);
    } else if (IsA(node, CaseExpr) && reinterpret_cast<CaseExpr *>(node)->arg == nullptr) {
        auto *expr = reinterpret_cast<CaseExpr *>(node);
        List *kept = fold_cases(expr->args, *value);
        if (kept != NIL) expr->args = kept;
    } else if (is_incremental_call(node)) {
        // An A_Const is smaller than a FuncCall: the call itself becomes the constant.
        std::memcpy(static_cast<void *>(node), bool_constant(*value), sizeof(A_Const));
        return false;
    }
    return raw_expression_tree_walker(node, MESH_WALKER(fold_walker), value);
}

void move_position(void *arg) {
    auto *context = static_cast<PositionContext *>(arg);
    int position = geterrposition();
    if (position > 0) {
        errposition(0);
        internalerrposition(position);
        internalerrquery(context->text);
    }
}

}  // namespace

void push_position(PositionContext *context, const char *text) {
    context->text = text;
    context->callback.callback = move_position;
    context->callback.arg = context;
    context->callback.previous = error_context_stack;
    error_context_stack = &context->callback;
}

RawStmt *parse_one(const char *sql, int *statements) {
    List *parsed = raw_parser(sql, RAW_PARSE_DEFAULT);
    *statements = list_length(parsed);
    return parsed == NIL ? nullptr : linitial_node(RawStmt, parsed);
}

RawNames collect_names(RawStmt *statement) {
    NameWalk walk = {};
    name_walker(statement->stmt, &walk);
    return walk.names;
}

void fold_incremental(RawStmt *statement, bool value) {
    static_assert(sizeof(A_Const) <= sizeof(FuncCall));
    fold_walker(statement->stmt, &value);
}

}  // namespace mesh::pg
