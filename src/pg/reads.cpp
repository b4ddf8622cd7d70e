#include "pg/reads.h"

#include <cstring>

#include "pg/compat.h"

extern "C" {
#include "nodes/bitmapset.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
}

namespace mesh::pg {

namespace {

// One query of the tree, with the columns of it that somebody needs.
struct Scope {
    Query *query;
    Scope *outer;
    Bitmapset *needed;
    bool whole;  // its rows depend on all of its columns
};

struct Reader {
    List *scopes;  // Scope *
    NeededColumn *columns;
    int count, capacity;
    Scope *at;
};

bool walk(Node *node, Reader *reader);
void need(Reader *reader, Scope *scope, int column);

void walk_at(Reader *reader, Scope *scope, Node *node) {
    Scope *saved = reader->at;
    reader->at = scope;
    walk(node, reader);
    reader->at = saved;
}

bool unites_all(Node *operation) {
    if (operation == nullptr || !IsA(operation, SetOperationStmt)) return true;
    auto *set = reinterpret_cast<SetOperationStmt *>(operation);
    return set->op == SETOP_UNION && set->all && unites_all(set->larg) && unites_all(set->rarg);
}

// DISTINCT, UNION and functions that return sets: each column decides about the rows.
bool is_whole(const Query *query) {
    return query->distinctClause != NIL || query->hasTargetSRFs || query->hasRecursive || !unites_all(query->setOperations) || query->commandType != CMD_SELECT;
}

bool decides(const Scope *scope, const TargetEntry *entry) {
    return scope->whole || entry->resjunk || entry->ressortgroupref != 0;
}

void visit(Reader *reader, Scope *scope);

Scope *scope_of(Reader *reader, Query *query, Scope *outer) {
    ListCell *cell;
    foreach (cell, reader->scopes) {
        auto *scope = static_cast<Scope *>(lfirst(cell));
        if (scope->query == query) return scope;
    }
    auto *scope = static_cast<Scope *>(palloc0(sizeof(Scope)));
    *scope = {query, outer, nullptr, is_whole(query)};
    reader->scopes = lappend(reader->scopes, scope);
    visit(reader, scope);
    return scope;
}

void need_all(Reader *reader, Scope *scope) {
    ListCell *cell;
    foreach (cell, scope->query->targetList)
        if (!lfirst_node(TargetEntry, cell)->resjunk) need(reader, scope, lfirst_node(TargetEntry, cell)->resno);
}

Scope *cte_scope(Reader *reader, Scope *scope, const RangeTblEntry *rte) {
    for (Index up = 0; up < rte->ctelevelsup && scope != nullptr; up++) scope = scope->outer;
    if (scope == nullptr) return nullptr;
    ListCell *cell;
    foreach (cell, scope->query->cteList) {
        auto *cte = lfirst_node(CommonTableExpr, cell);
        if (std::strcmp(cte->ctename, rte->ctename) == 0 && IsA(cte->ctequery, Query)) return scope_of(reader, reinterpret_cast<Query *>(cte->ctequery), scope);
    }
    return nullptr;
}

// What stands in FROM is read whether or not a column of it is needed.
void visit_entry(Reader *reader, Scope *scope, RangeTblEntry *rte);

// What decides about a query's rows.
void visit(Reader *reader, Scope *scope) {
    check_stack_depth();
    Query *query = scope->query;
    ListCell *cell;
    foreach (cell, query->rtable) visit_entry(reader, scope, lfirst_node(RangeTblEntry, cell));
    for (Node *node : {reinterpret_cast<Node *>(query->jointree), query->havingQual, query->limitCount, query->limitOffset}) walk_at(reader, scope, node);
    foreach (cell, query->windowClause) {
        auto *window = lfirst_node(WindowClause, cell);
        walk_at(reader, scope, window->startOffset);
        walk_at(reader, scope, window->endOffset);
    }
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (decides(scope, entry)) need(reader, scope, entry->resno);
    }
}

// Marks column `resno` of a query as needed, with all from which it is made.
void need(Reader *reader, Scope *scope, int resno) {
    check_stack_depth();
    if (bms_is_member(resno, scope->needed)) return;
    scope->needed = bms_add_member(scope->needed, resno);
    ListCell *cell;
    foreach (cell, scope->query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (entry->resno == resno) walk_at(reader, scope, reinterpret_cast<Node *>(entry->expr));
    }
    if (scope->query->setOperations == nullptr) return;
    foreach (cell, scope->query->rtable) {
        auto *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind == RTE_SUBQUERY) need(reader, scope_of(reader, rte->subquery, scope), resno);
    }
}

void emit(Reader *reader, const NeededColumn &column) {
    for (int i = 0; i < reader->count; i++) {
        const NeededColumn &seen = reader->columns[i];
        bool same_relation = seen.relation == column.relation && (column.name == nullptr || (seen.name != nullptr && std::strcmp(seen.name, column.name) == 0));
        if (same_relation && std::strcmp(seen.column, column.column) == 0) return;
    }
    if (reader->count == reader->capacity) {
        reader->capacity *= 2;
        reader->columns = static_cast<NeededColumn *>(repalloc(reader->columns, sizeof(NeededColumn) * reader->capacity));
    }
    reader->columns[reader->count++] = column;
}

NeededColumn column_of(const RangeTblEntry *rte, int attno) {
    NeededColumn out = {rte->rtekind == RTE_RELATION ? rte->relid : InvalidOid, rte->rtekind == RTE_RELATION ? nullptr : rte->enrname, "", InvalidOid, -1, InvalidOid};
    if (attno <= 0) return out;
    if (rte->rtekind == RTE_RELATION) {
        out.column = get_attname(rte->relid, attno, true);
        get_atttypetypmodcoll(rte->relid, attno, &out.type, &out.typmod, &out.collation);
    } else {
        out.column = strVal(list_nth(rte->eref->colnames, attno - 1));
        out.type = list_nth_oid(rte->coltypes, attno - 1);
        out.typmod = list_nth_int(rte->coltypmods, attno - 1);
        out.collation = list_nth_oid(rte->colcollations, attno - 1);
    }
    if (out.column == nullptr) out.column = "";
    return out;
}

void visit_entry(Reader *reader, Scope *scope, RangeTblEntry *rte) {
    if (rte->rtekind == RTE_RELATION || rte->rtekind == RTE_NAMEDTUPLESTORE) emit(reader, column_of(rte, 0));
    else if (rte->rtekind == RTE_SUBQUERY) (void)scope_of(reader, rte->subquery, scope);
    else if (rte->rtekind == RTE_CTE && !rte->self_reference) (void)cte_scope(reader, scope, rte);
    for (Node *node : {reinterpret_cast<Node *>(rte->functions), reinterpret_cast<Node *>(rte->values_lists), reinterpret_cast<Node *>(rte->tablefunc),
                       reinterpret_cast<Node *>(rte->tablesample)})
        walk_at(reader, scope, node);
}

// Column `attno` of entry `varno`; 0: the whole row.
void need_of_entry(Reader *reader, Scope *scope, int varno, int attno) {
    if (attno < 0) return;
    RangeTblEntry *rte = rt_fetch(varno, scope->query->rtable);
    Scope *inner = nullptr;
    switch (rte->rtekind) {
        case RTE_RELATION:
        case RTE_NAMEDTUPLESTORE:
            for (int i = 1; i <= list_length(rte->eref->colnames); i++)
                if (attno == 0 || attno == i) emit(reader, column_of(rte, i));
            return;
        case RTE_SUBQUERY: inner = scope_of(reader, rte->subquery, scope); break;
        case RTE_CTE: inner = cte_scope(reader, scope, rte); break;
        case RTE_JOIN:
            if (attno == 0) walk_at(reader, scope, reinterpret_cast<Node *>(rte->joinaliasvars));
            else walk_at(reader, scope, static_cast<Node *>(list_nth(rte->joinaliasvars, attno - 1)));
            return;
        default: walk_at(reader, scope, compat::grouping_expression(rte, attno)); return;
    }
    if (inner == nullptr) return;
    if (attno == 0) need_all(reader, inner);
    else need(reader, inner, attno);
}

bool walk(Node *node, Reader *reader) {
    if (node == nullptr) return false;
    if (IsA(node, Var)) {
        auto *var = reinterpret_cast<Var *>(node);
        Scope *scope = reader->at;
        for (Index up = 0; up < var->varlevelsup && scope != nullptr; up++) scope = scope->outer;
        if (scope != nullptr) need_of_entry(reader, scope, var->varno, var->varattno);
        return false;
    }
    if (IsA(node, Query)) {  // a sublink
        need_all(reader, scope_of(reader, reinterpret_cast<Query *>(node), reader->at));
        return false;
    }
    return expression_tree_walker(node, MESH_WALKER(walk), reader);
}

// column: of the query's own, 0: all, -1: none but those that decide about its rows.
Reader read(Query *query, int column) {
    Reader reader = {};
    reader.capacity = 32;
    reader.columns = static_cast<NeededColumn *>(palloc(sizeof(NeededColumn) * reader.capacity));
    Scope *scope = scope_of(&reader, query, nullptr);
    if (column == 0) need_all(&reader, scope);
    else if (column > 0) need(&reader, scope, column);
    return reader;
}

void drop_others(Query *query, int column) {
    Reader reader = read(query, column);
    ListCell *cell, *inner;
    foreach (cell, reader.scopes) {
        auto *scope = static_cast<Scope *>(lfirst(cell));
        List *kept = NIL;
        if (scope->query->setOperations != nullptr) continue;  // its branches are numbered together
        foreach (inner, scope->query->targetList) {
            auto *entry = lfirst_node(TargetEntry, inner);
            if (bms_is_member(entry->resno, scope->needed)) kept = lappend(kept, entry);
        }
        scope->query->targetList = kept;
    }
}

}  // namespace

Needed needed_columns(Query *query) {
    Reader reader = read(query, 0);
    return {reader.columns, reader.count};
}

void drop_unneeded(Query *query) {
    drop_others(query, 0);
}

void keep_column(Query *query, int column) {
    drop_others(query, column);
}

}  // namespace mesh::pg
