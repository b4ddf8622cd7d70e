#include "pg/keyed_pairs.h"

#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace mesh::pg {

static constexpr int kMostPairs = 4;  // of one column with one input: two expressions that are made of each other would grow for ever

void fail(Proof *proof, const char *why) {
    if (proof->why == nullptr) proof->why = why;
}

void lose(Proof *proof, const char *how) {
    if (proof->lost == nullptr) proof->lost = how;
}

Columns no_pairs(int count) {
    return {count, static_cast<List **>(palloc0(sizeof(List *) * (count + 1)))};
}

Node *without_relabel(Node *node) {
    while (IsA(node, RelabelType)) node = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(node)->arg);
    return node;
}

static List *pairs_of_var(Scope *scope, Var *var) {
    if (var->varlevelsup != 0 || var->varattno <= 0) return NIL;
    Columns &columns = scope->entries[var->varno];
    return var->varattno <= columns.count ? columns.pairs[var->varattno - 1] : NIL;
}

static Node *pair_with(List *pairs, const KeySource *source) {
    ListCell *cell;
    foreach (cell, pairs)
        if (static_cast<KeyPair *>(lfirst(cell))->source == source) return static_cast<KeyPair *>(lfirst(cell))->expression;
    return nullptr;
}

struct Substitution {
    Scope *scope;
    const KeySource *source;
};

static Node *substitute(Node *node, Substitution *to) {
    if (node == nullptr) return nullptr;
    if (IsA(node, Var)) return static_cast<Node *>(copyObjectImpl(pair_with(pairs_of_var(to->scope, reinterpret_cast<Var *>(node)), to->source)));
    return expression_tree_mutator(node, MESH_MUTATOR(substitute), to);
}

// Is it anything else than a function of one row?
static bool beyond_row(Node *node, void *) {
    if (node == nullptr) return false;
    if (IsA(node, Var) && reinterpret_cast<Var *>(node)->varlevelsup > 0) return true;
    if (IsA(node, Aggref) || IsA(node, GroupingFunc) || IsA(node, WindowFunc) || IsA(node, SubLink) || IsA(node, Param)) return true;
    return expression_tree_walker(node, MESH_WALKER(beyond_row), nullptr);
}

bool has_sublink(Node *node, void *) {
    if (node == nullptr) return false;
    return IsA(node, SubLink) || expression_tree_walker(node, MESH_WALKER(has_sublink), nullptr);
}

static bool all_have(Scope *scope, List *vars, const KeySource *source) {
    ListCell *cell;
    foreach (cell, vars)
        if (pair_with(pairs_of_var(scope, lfirst_node(Var, cell)), source) == nullptr) return false;
    return true;
}

List *pairs_of(Scope *scope, Node *expression) {
    if (IsA(expression, Var)) return pairs_of_var(scope, reinterpret_cast<Var *>(expression));
    if (beyond_row(expression, nullptr) || expression_returns_set(expression)) return NIL;
    List *vars = pull_vars_of_level(expression, 0), *out = NIL;
    if (vars == NIL) return NIL;
    ListCell *cell;
    foreach (cell, pairs_of_var(scope, linitial_node(Var, vars))) {
        const KeySource *source = static_cast<KeyPair *>(lfirst(cell))->source;
        if (pair_with(out, source) != nullptr || !all_have(scope, vars, source)) continue;
        Substitution to = {scope, source};
        out = lappend(out, make_pair_of(source, substitute(expression, &to)));
    }
    return out;
}

static bool has_pair(List *pairs, const KeyPair *wanted) {
    int with_source = 0;
    ListCell *cell;
    foreach (cell, pairs) {
        auto *pair = static_cast<KeyPair *>(lfirst(cell));
        if (pair->source != wanted->source) continue;
        if (equal(pair->expression, wanted->expression) || ++with_source == kMostPairs) return true;
    }
    return false;
}

bool add_pairs(Scope *scope, Node *column, List *pairs) {
    column = without_relabel(column);
    if (!IsA(column, Var)) return false;
    auto *var = reinterpret_cast<Var *>(column);
    if (var->varlevelsup != 0 || var->varattno <= 0 || var->varattno > scope->entries[var->varno].count) return false;
    List *&own = scope->entries[var->varno].pairs[var->varattno - 1];
    bool added = false;
    ListCell *cell;
    foreach (cell, pairs) {
        auto *pair = static_cast<KeyPair *>(lfirst(cell));
        auto *expression = reinterpret_cast<Expr *>(without_relabel(pair->expression));
        if (exprType(reinterpret_cast<Node *>(expression)) != var->vartype)
            expression = reinterpret_cast<Expr *>(makeRelabelType(expression, var->vartype, var->vartypmod, var->varcollid, COERCE_IMPLICIT_CAST));
        KeyPair *next = make_pair_of(pair->source, reinterpret_cast<Node *>(expression));
        if (has_pair(own, next)) continue;
        own = lappend(own, next);
        added = true;
    }
    return added;
}

void spread(Scope *scope) {
    for (bool again = true; again;) {
        again = false;
        ListCell *cell;
        foreach (cell, scope->equalities) {
            auto *equality = static_cast<Equality *>(lfirst(cell));
            again |= add_pairs(scope, equality->left, pairs_of(scope, without_relabel(equality->right)));
            if (!equality->one_way) again |= add_pairs(scope, equality->right, pairs_of(scope, without_relabel(equality->left)));
        }
    }
}

bool within(Node *expression, const Bitmapset *entries) {
    List *vars = pull_vars_of_level(expression, 0);
    ListCell *cell;
    foreach (cell, vars)
        if (!bms_is_member(lfirst_node(Var, cell)->varno, entries)) return false;
    return vars != NIL;
}

// The default equality of one type, whose equal values are identical.
bool is_identity(OpExpr *op) {
    if (list_length(op->args) != 2) return false;
    Oid left = exprType(static_cast<Node *>(linitial(op->args))), right = exprType(static_cast<Node *>(lsecond(op->args)));
    return left == right && is_default_equality(op->opno, left) && equal_is_identical(left, op->inputcollid);
}

List *identities(Node *condition) {
    List *out = NIL;
    ListCell *cell;
    foreach (cell, make_ands_implicit(reinterpret_cast<Expr *>(condition))) {
        auto *op = static_cast<Node *>(lfirst(cell));
        if (!IsA(op, OpExpr) || !is_identity(reinterpret_cast<OpExpr *>(op))) continue;
        auto *equality = static_cast<Equality *>(palloc0(sizeof(Equality)));
        equality->left = static_cast<Node *>(linitial(reinterpret_cast<OpExpr *>(op)->args));
        equality->right = static_cast<Node *>(lsecond(reinterpret_cast<OpExpr *>(op)->args));
        out = lappend(out, equality);
    }
    return out;
}

void extend_by_nulls(Scope *scope, const Bitmapset *entries) {
    int entry = -1;
    while ((entry = bms_next_member(entries, entry)) >= 0) scope->entries[entry] = no_pairs(scope->entries[entry].count);
    List *kept = NIL;
    ListCell *cell;
    foreach (cell, scope->equalities) {
        auto *equality = static_cast<Equality *>(lfirst(cell));
        if (!within(equality->left, entries) && !within(equality->right, entries)) kept = lappend(kept, equality);
    }
    scope->equalities = kept;
    lose(scope->proof, "an outer join");
}

}  // namespace mesh::pg
