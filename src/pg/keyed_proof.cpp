// The proof goes bottom-up through the rewritten query. For each column of each row source it keeps pairs (input, expression): rows
// of the source with value v in the column depend on no rows of the input but those for which the expression gives v. Joins, filters,
// groups, windows, set operations each keep or lose pairs; an input without a pair in the result cannot be followed.
#include "pg/keyed_proof.h"

#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
}

namespace mesh::pg {

namespace {

constexpr int kMostSources = 64;

Bitmapset *prove_from(Scope *scope, Node *node);
void prove_conditions(Scope *scope, Node *condition);
Query *plain(Query *query);

void join_outer(Scope *scope, Node *condition, const Bitmapset *kept, const Bitmapset *nullable) {
    ListCell *cell;
    foreach (cell, identities(condition)) {
        auto *equality = static_cast<Equality *>(lfirst(cell));
        if (within(equality->left, nullable) && within(equality->right, kept)) std::swap(equality->left, equality->right);
        if (!within(equality->left, kept) || !within(equality->right, nullable)) continue;
        equality->one_way = true;
        scope->equalities = lappend(scope->equalities, equality);
    }
    spread(scope);
    extend_by_nulls(scope, nullable);
}

Bitmapset *prove_join(Scope *scope, JoinExpr *join) {
    if (has_sublink(join->quals)) fail(scope->proof, "it has a subquery in the condition of a join");
    Bitmapset *left = prove_from(scope, join->larg), *right = prove_from(scope, join->rarg);
    if (scope->proof->why != nullptr) return nullptr;
    switch (join->jointype) {
        case JOIN_INNER:
            scope->equalities = list_concat(scope->equalities, identities(join->quals));
            spread(scope);
            break;
        case JOIN_LEFT: join_outer(scope, join->quals, left, right); break;
        case JOIN_RIGHT: join_outer(scope, join->quals, right, left); break;
        default:
            extend_by_nulls(scope, left);
            extend_by_nulls(scope, right);
    }
    return bms_union(left, right);
}

Columns prove_cte(Scope *scope, RangeTblEntry *entry) {
    Level *level = &scope->level;
    for (Index up = 0; up < entry->ctelevelsup && level != nullptr; up++) level = level->outer;
    ListCell *cell;
    foreach (cell, level == nullptr ? NIL : level->query->cteList) {
        auto *cte = lfirst_node(CommonTableExpr, cell);
        if (strcmp(cte->ctename, entry->ctename) != 0) continue;
        if (cte->cterecursive || !IsA(cte->ctequery, Query)) break;
        return prove_query(scope->proof, reinterpret_cast<Query *>(cte->ctequery), level);
    }
    fail(scope->proof, "it has a recursive query");
    return no_pairs(0);
}

Columns prove_table(Scope *scope, RangeTblEntry *entry) {
    Proof *proof = scope->proof;
    if (list_length(proof->sources) == kMostSources) fail(proof, psprintf("it reads tables in more than %d places", kMostSources));
    if (entry->tablesample != nullptr) fail(proof, "it reads a sample of a table");
    if (entry->securityQuals != NIL) fail(proof, psprintf("row-level security of %s decides what it reads", relation_text(entry->relid)));
    if (const char *why = why_not_followed(entry->relid)) fail(proof, why);
    if (proof->why != nullptr) return no_pairs(0);
    auto *source = static_cast<KeySource *>(palloc0(sizeof(KeySource)));
    source->relation = entry->relid;
    proof->sources = lappend(proof->sources, source);
    Columns out = no_pairs(column_count(entry->relid));
    for (int i = 0; i < out.count; i++)
        if (Node *column = source_column(entry->relid, i + 1)) out.pairs[i] = list_make1(make_pair_of(source, column));
    return out;
}

Columns prove_entry(Scope *scope, RangeTblEntry *entry) {
    switch (entry->rtekind) {
        case RTE_RELATION: return prove_table(scope, entry);
        case RTE_CTE: return prove_cte(scope, entry);
        case RTE_SUBQUERY:
            if (entry->lateral) fail(scope->proof, "it has a lateral subquery");
            return entry->lateral ? no_pairs(0) : prove_query(scope->proof, entry->subquery, &scope->level);
        case RTE_NAMEDTUPLESTORE: fail(scope->proof, "it reads a transition table"); return no_pairs(0);
        default: break;  // a function of the row beside it, or constants
    }
    for (void *part : {static_cast<void *>(entry->functions), static_cast<void *>(entry->values_lists), static_cast<void *>(entry->tablefunc)})
        if (has_sublink(static_cast<Node *>(part))) fail(scope->proof, "it has a subquery in the arguments of a function in FROM");
    return no_pairs(list_length(entry->eref->colnames));
}

// Returns the range table's entries that are in this part of FROM.
Bitmapset *prove_from(Scope *scope, Node *node) {
    check_stack_depth();
    if (scope->proof->why != nullptr) return nullptr;
    if (IsA(node, JoinExpr)) return prove_join(scope, reinterpret_cast<JoinExpr *>(node));
    if (IsA(node, RangeTblRef)) {
        int entry = reinterpret_cast<RangeTblRef *>(node)->rtindex;
        scope->entries[entry] = prove_entry(scope, rt_fetch(entry, scope->level.query->rtable));
        return bms_make_singleton(entry);
    }
    auto *from = castNode(FromExpr, node);
    Bitmapset *out = nullptr;
    ListCell *cell;
    foreach (cell, from->fromlist) out = bms_join(out, prove_from(scope, static_cast<Node *>(lfirst(cell))));
    if (scope->proof->why == nullptr) prove_conditions(scope, from->quals);
    scope->equalities = list_concat(scope->equalities, identities(from->quals));
    spread(scope);
    return out;
}

// The outer query's column of a correlated subquery, as the outer query has it.
Var *outer_column(Node *node) {
    node = without_relabel(node);
    if (!IsA(node, Var) || reinterpret_cast<Var *>(node)->varlevelsup != 1) return nullptr;
    auto *column = static_cast<Var *>(copyObjectImpl(node));
    column->varlevelsup = 0;
    return column;
}

void prove_subqueries(Scope *scope, Node *node);

// What the subquery makes of a row of the outer query depends on those rows alone that its FROM and WHERE let through for that row:
// where they ask for y.b = x.a, on rows with the row's own a.
void prove_correlated(Scope *outer, Query *query) {
    query = plain(static_cast<Query *>(copyObjectImpl(query)));
    Scope scope = {outer->proof, {query, &outer->level}, nullptr, NIL};
    scope.entries = static_cast<Columns *>(palloc0(sizeof(Columns) * (list_length(query->rtable) + 1)));
    if (query->setOperations != nullptr) fail(outer->proof, "it has a set operation in the subquery of an expression");
    if (outer->proof->why == nullptr) (void)prove_from(&scope, reinterpret_cast<Node *>(query->jointree));
    if (outer->proof->why == nullptr) prove_subqueries(&scope, reinterpret_cast<Node *>(query->targetList));
    if (outer->proof->why == nullptr) prove_subqueries(&scope, query->havingQual);
    ListCell *cell;
    foreach (cell, outer->proof->why == nullptr ? scope.equalities : NIL) {
        auto *equality = static_cast<Equality *>(lfirst(cell));
        if (Var *column = outer_column(equality->left)) (void)add_pairs(outer, reinterpret_cast<Node *>(column), pairs_of(&scope, without_relabel(equality->right)));
        if (Var *column = outer_column(equality->right)) (void)add_pairs(outer, reinterpret_cast<Node *>(column), pairs_of(&scope, without_relabel(equality->left)));
    }
}

struct SubqueryWalk {
    Scope *scope;
};

bool look_at_subquery(Node *node, SubqueryWalk *walk) {
    if (node == nullptr || walk->scope->proof->why != nullptr) return false;
    if (IsA(node, SubLink)) {
        prove_correlated(walk->scope, castNode(Query, reinterpret_cast<SubLink *>(node)->subselect));
        return look_at_subquery(reinterpret_cast<SubLink *>(node)->testexpr, walk);
    }
    return expression_tree_walker(node, MESH_WALKER(look_at_subquery), walk);
}

void prove_subqueries(Scope *scope, Node *node) {
    SubqueryWalk walk = {scope};
    (void)look_at_subquery(node, &walk);
}

// x.a in (select y.b ...): whether a row passes depends on the subquery's rows with its own a.
void prove_in(Scope *scope, SubLink *link) {
    Columns columns = prove_query(scope->proof, castNode(Query, link->subselect), &scope->level);
    ListCell *cell;
    foreach (cell, make_ands_implicit(reinterpret_cast<Expr *>(link->testexpr))) {
        auto *test = static_cast<Node *>(lfirst(cell));
        if (!IsA(test, OpExpr) || !is_identity(reinterpret_cast<OpExpr *>(test))) continue;
        Node *param = without_relabel(static_cast<Node *>(lsecond(reinterpret_cast<OpExpr *>(test)->args)));
        if (!IsA(param, Param) || reinterpret_cast<Param *>(param)->paramid > columns.count) continue;
        (void)add_pairs(scope, static_cast<Node *>(linitial(reinterpret_cast<OpExpr *>(test)->args)), columns.pairs[reinterpret_cast<Param *>(param)->paramid - 1]);
    }
}

// Of the conditions that every row meets, those with IN tell more than others.
void prove_conditions(Scope *scope, Node *condition) {
    ListCell *cell;
    foreach (cell, make_ands_implicit(reinterpret_cast<Expr *>(condition))) {
        auto *one = static_cast<Node *>(lfirst(cell));
        if (scope->proof->why != nullptr) return;
        if (IsA(one, SubLink) && reinterpret_cast<SubLink *>(one)->subLinkType == ANY_SUBLINK) prove_in(scope, reinterpret_cast<SubLink *>(one));
        else prove_subqueries(scope, one);
    }
}

bool is_among(Node *expression, List *clauses, List *targets) {
    ListCell *cell;
    foreach (cell, clauses)
        if (equal(expression, get_sortgroupclause_expr(lfirst_node(SortGroupClause, cell), targets))) return true;
    return false;
}

bool in_every_partition(Query *query, Node *expression) {
    ListCell *cell;
    foreach (cell, query->windowClause)
        if (!is_among(expression, lfirst_node(WindowClause, cell)->partitionClause, query->targetList)) return false;
    return true;
}

// Does a row of the result with this value in this column come from rows alone that have it too?
bool keeps_apart(Proof *proof, Query *query, Node *expression) {
    bool grouped = query->groupClause != NIL || query->hasAggs || query->havingQual != nullptr;
    if (grouped && !is_among(expression, query->groupClause, query->targetList)) {
        lose(proof, query->groupClause == NIL ? "an aggregate without GROUP BY" : "GROUP BY");
        return false;
    }
    if (query->hasWindowFuncs && !in_every_partition(query, expression)) {
        lose(proof, "a window that is not partitioned by it");
        return false;
    }
    if (query->hasDistinctOn && !is_among(expression, query->distinctClause, query->targetList)) {
        lose(proof, "DISTINCT ON");
        return false;
    }
    return true;
}

Columns prove_targets(Scope *scope, Query *query) {
    Columns out = no_pairs(ExecCleanTargetListLength(query->targetList));
    int at = 0;
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *target = lfirst_node(TargetEntry, cell);
        if (target->resjunk) continue;
        auto *expression = reinterpret_cast<Node *>(target->expr);
        if (keeps_apart(scope->proof, query, expression)) out.pairs[at] = pairs_of(scope, expression);
        at++;
    }
    return out;
}

// Whole rows are compared, so that what has a value in a column comes from rows of all branches that have it too.
Columns prove_branches(Scope *scope, Node *node) {
    if (IsA(node, RangeTblRef)) return prove_entry(scope, rt_fetch(reinterpret_cast<RangeTblRef *>(node)->rtindex, scope->level.query->rtable));
    auto *operation = castNode(SetOperationStmt, node);
    Columns out = no_pairs(list_length(operation->colTypes));
    for (Node *branch : {operation->larg, operation->rarg}) {
        Columns columns = prove_branches(scope, branch);
        if (scope->proof->why != nullptr) return out;
        for (int i = 0; i < out.count && i < columns.count; i++) {
            Oid type = list_nth_oid(operation->colTypes, i);
            ListCell *cell;
            foreach (cell, columns.pairs[i])
                if (exprType(static_cast<KeyPair *>(lfirst(cell))->expression) == type) out.pairs[i] = lappend(out.pairs[i], lfirst(cell));
        }
    }
    return out;
}

const char *why_not_query(Query *query) {
    if (query->commandType != CMD_SELECT || query->hasModifyingCTE) return "it writes";
    if (query->limitCount != nullptr || query->limitOffset != nullptr) return "it has a limit";
    if (query->rowMarks != NIL) return "it locks rows";
    if (query->groupingSets != NIL) return "it has grouping sets";
    if (has_sublink(reinterpret_cast<Node *>(query->windowClause))) return "it has a subquery in a window";
    return nullptr;
}

// Names of join columns become the columns themselves, and from 18 on those of groups.
Query *plain(Query *query) {
    query = compat::without_group_entry(query);
    query->targetList = castNode(List, compat::flatten_joins(query, reinterpret_cast<Node *>(query->targetList)));
    query->jointree = castNode(FromExpr, compat::flatten_joins(query, reinterpret_cast<Node *>(query->jointree)));
    return query;
}

}  // namespace

Columns prove_query(Proof *proof, Query *query, Level *outer) {
    check_stack_depth();
    CHECK_FOR_INTERRUPTS();
    if (const char *why = why_not_query(query)) fail(proof, why);
    if (proof->why != nullptr) return no_pairs(0);
    query = plain(static_cast<Query *>(copyObjectImpl(query)));
    Scope scope = {proof, {query, outer}, nullptr, NIL};
    scope.entries = static_cast<Columns *>(palloc0(sizeof(Columns) * (list_length(query->rtable) + 1)));
    if (query->setOperations != nullptr) return prove_branches(&scope, query->setOperations);
    (void)prove_from(&scope, reinterpret_cast<Node *>(query->jointree));
    prove_subqueries(&scope, reinterpret_cast<Node *>(query->targetList));
    prove_subqueries(&scope, query->havingQual);
    spread(&scope);
    return proof->why != nullptr ? no_pairs(0) : prove_targets(&scope, query);
}

}  // namespace mesh::pg
