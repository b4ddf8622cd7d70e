#include "pg/lineage.h"

#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
}

namespace mesh::pg {

namespace {

// The queries around an expression, innermost first.
struct Level {
    Query *query;
    Level *outer;
};

struct RawEdge {
    int column;  // 0: decides about rows
    const char *relation, *attribute;
    bool direct;
};

struct Collector {
    RawEdge *edges;
    int count, capacity;
    int depth;      // of resolution, against recursive CTEs
    int column;
    bool direct;
    Level *level;
};

// A recursive CTE leads back to itself: beyond this depth there is nothing new to find.
constexpr int kMaxDepth = 64;
constexpr int kMaxEdges = 200000;

bool expr_walker(Node *node, Collector *out);
void resolve(Collector *out, Level *level, int varno, int attno);

void emit(Collector *out, const char *relation, const char *attribute) {
    for (int i = out->count - 1; i >= 0 && i >= out->count - 64; i--) {
        const RawEdge &seen = out->edges[i];
        if (seen.column == out->column && seen.direct == out->direct && strcmp(seen.relation, relation) == 0 &&
            strcmp(seen.attribute, attribute) == 0)
            return;
    }
    if (out->count >= kMaxEdges) return;
    if (out->count == out->capacity) {
        out->capacity *= 2;
        out->edges = static_cast<RawEdge *>(repalloc(out->edges, sizeof(RawEdge) * out->capacity));
    }
    out->edges[out->count++] = {out->column, relation, attribute, out->direct};
}

void walk_at(Collector *out, Level *level, Node *node) {
    Level *saved = out->level;
    out->level = level;
    expr_walker(node, out);
    out->level = saved;
}

// Columns of a relation, all of them for a whole-row reference (attno 0).
void emit_relation(Collector *out, const RangeTblEntry *rte, const char *name, int attno) {
    int column = 0;
    ListCell *cell;
    foreach (cell, rte->eref->colnames) {
        column++;
        if (attno != 0 && attno != column) continue;
        const char *attribute = rte->rtekind == RTE_RELATION ? get_attname(rte->relid, column, true)
                                                             : strVal(lfirst(cell));
        if (attribute != nullptr && attribute[0] != '\0') emit(out, name, attribute);
    }
}

// Column `attno` of a query: its expression, or that column of every branch of a set operation.
void resolve_query(Collector *out, Level *outer, Query *query, int attno) {
    Level level = {query, outer};
    if (query->setOperations != nullptr) {
        int varno = 0;
        ListCell *cell;
        foreach (cell, query->rtable) {
            varno++;
            if (lfirst_node(RangeTblEntry, cell)->rtekind == RTE_SUBQUERY) resolve(out, &level, varno, attno);
        }
        return;
    }
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        if (!entry->resjunk && (attno == 0 || entry->resno == attno))
            walk_at(out, &level, reinterpret_cast<Node *>(entry->expr));
    }
}

void resolve_cte(Collector *out, Level *level, RangeTblEntry *rte, int attno) {
    for (Index up = 0; up < rte->ctelevelsup && level != nullptr; up++) level = level->outer;
    if (level == nullptr) return;
    ListCell *cell;
    foreach (cell, level->query->cteList) {
        auto *cte = lfirst_node(CommonTableExpr, cell);
        if (strcmp(cte->ctename, rte->ctename) == 0 && IsA(cte->ctequery, Query))
            resolve_query(out, level, reinterpret_cast<Query *>(cte->ctequery), attno);
    }
}

void resolve(Collector *out, Level *level, int varno, int attno) {
    check_stack_depth();
    CHECK_FOR_INTERRUPTS();
    if (attno < 0 || out->depth > kMaxDepth) return;
    out->depth++;
    RangeTblEntry *rte = rt_fetch(varno, level->query->rtable);
    switch (rte->rtekind) {
        case RTE_RELATION:
            emit_relation(out, rte, psprintf("%s.%s", get_namespace_name(get_rel_namespace(rte->relid)), get_rel_name(rte->relid)), attno);
            break;
        case RTE_NAMEDTUPLESTORE:
            emit_relation(out, rte, rte->enrname, attno);
            break;
        case RTE_SUBQUERY:
            resolve_query(out, level, rte->subquery, attno);
            break;
        case RTE_JOIN:
            if (attno == 0) walk_at(out, level, reinterpret_cast<Node *>(rte->joinaliasvars));
            else walk_at(out, level, static_cast<Node *>(list_nth(rte->joinaliasvars, attno - 1)));
            break;
        case RTE_CTE:
            resolve_cte(out, level, rte, attno);
            break;
        default:
            walk_at(out, level, compat::grouping_expression(rte, attno));
            walk_at(out, level, reinterpret_cast<Node *>(rte->functions));
            walk_at(out, level, reinterpret_cast<Node *>(rte->values_lists));
            walk_at(out, level, reinterpret_cast<Node *>(rte->tablefunc));
    }
    out->depth--;
}

void row_deciders(Collector *out, Level *level);

bool expr_walker(Node *node, Collector *out) {
    if (node == nullptr) return false;
    if (IsA(node, Var)) {
        auto *var = reinterpret_cast<Var *>(node);
        Level *level = out->level;
        for (Index up = 0; up < var->varlevelsup && level != nullptr; up++) level = level->outer;
        if (level != nullptr) resolve(out, level, var->varno, var->varattno);
        return false;
    }
    if (IsA(node, Query)) {  // a sublink
        Level level = {reinterpret_cast<Query *>(node), out->level};
        resolve_query(out, out->level, level.query, 0);
        bool direct = out->direct;
        out->direct = false;
        row_deciders(out, &level);
        out->direct = direct;
        return false;
    }
    return expression_tree_walker(node, MESH_WALKER(expr_walker), out);
}

// What decides about the rows of one query, and of every query under it.
void row_deciders(Collector *out, Level *level) {
    check_stack_depth();
    Query *query = level->query;
    walk_at(out, level, reinterpret_cast<Node *>(query->jointree));
    walk_at(out, level, query->havingQual);
    walk_at(out, level, query->limitCount);
    ListCell *cell;
    foreach (cell, query->targetList) {
        auto *entry = lfirst_node(TargetEntry, cell);
        Index group = entry->ressortgroupref;
        if (group == 0) continue;
        bool sorts_only = query->limitCount == nullptr && query->distinctClause == NIL && query->groupClause == NIL;
        if (!sorts_only) walk_at(out, level, reinterpret_cast<Node *>(entry->expr));
    }
    foreach (cell, query->rtable) {
        auto *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind != RTE_SUBQUERY) continue;
        Level inner = {rte->subquery, level};
        row_deciders(out, &inner);
    }
    foreach (cell, query->cteList) {
        auto *cte = lfirst_node(CommonTableExpr, cell);
        if (!IsA(cte->ctequery, Query)) continue;
        Level inner = {reinterpret_cast<Query *>(cte->ctequery), level};
        row_deciders(out, &inner);
    }
}

Collector collect(Query *query) {
    Collector out = {};
    out.capacity = 64;
    out.edges = static_cast<RawEdge *>(palloc(sizeof(RawEdge) * out.capacity));
    out.direct = true;
    int columns = 0;
    ListCell *cell;
    foreach (cell, query->targetList)
        if (!lfirst_node(TargetEntry, cell)->resjunk) columns++;
    for (out.column = 1; out.column <= columns; out.column++) resolve_query(&out, nullptr, query, out.column);
    out.column = 0;
    out.direct = false;
    Level level = {query, nullptr};
    row_deciders(&out, &level);
    return out;
}

std::string upstream_id(const std::string &relation, const std::vector<StandIn> &stand_ins) {
    constexpr std::string_view prefix = "mesh_stand_in_";
    if (relation.compare(0, prefix.size(), prefix) == 0) return stand_ins.at(std::stoul(relation.substr(prefix.size()))).id;
    for (const StandIn &in : stand_ins)
        if (in.columns.empty() && in.schema + "." + in.name == relation) return in.id;
    return relation;
}

}  // namespace

std::vector<LineageEdge> column_lineage(Query *query, const std::vector<StandIn> &stand_ins) {
    Collector raw = call([query] { return collect(query); });
    std::vector<std::string> names;
    ListCell *cell;
    foreach (cell, query->targetList)
        if (!lfirst_node(TargetEntry, cell)->resjunk) names.emplace_back(lfirst_node(TargetEntry, cell)->resname);
    std::set<LineageEdge> edges;
    for (int i = 0; i < raw.count; i++) {
        const RawEdge &edge = raw.edges[i];
        edges.insert({edge.column == 0 ? "" : names[edge.column - 1], upstream_id(edge.relation, stand_ins),
                      edge.attribute, edge.direct});
    }
    return {edges.begin(), edges.end()};
}

}  // namespace mesh::pg
