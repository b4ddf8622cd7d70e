#include "pg/keyed_source.h"

#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "access/nbtree.h"
#include "access/relation.h"
#include "access/transam.h"
#include "catalog/catalog.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_inherits.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/ruleutils.h"
#include "utils/typcache.h"
}

namespace mesh::pg {

namespace {

constexpr int kMostParts = 8;

struct FunctionWalk {
    const char *mutable_one;
    StringInfoData versions;
};

// A function of a user can be replaced under its OID.
void add_version(Oid function, FunctionWalk *walk) {
    if (function < FirstNormalObjectId) return;
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return;
    appendStringInfo(&walk->versions, " %u:%u", function, HeapTupleHeaderGetRawXmin(tuple->t_data));
    ReleaseSysCache(tuple);
}

bool look_at_function(Oid function, void *context);

// An aggregate itself is always called immutable; a user's own is what its parts are.
void look_at_parts(Oid aggregate, FunctionWalk *walk) {
    HeapTuple tuple = aggregate < FirstNormalObjectId ? nullptr : SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
    if (!HeapTupleIsValid(tuple)) return;
    auto *parts = reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple));
    for (Oid part : {parts->aggtransfn, parts->aggfinalfn})
        if (OidIsValid(part)) (void)look_at_function(part, walk);
    ReleaseSysCache(tuple);
}

bool look_at_function(Oid function, void *context) {
    auto *walk = static_cast<FunctionWalk *>(context);
    add_version(function, walk);
    look_at_parts(function, walk);
    if (walk->mutable_one == nullptr && func_volatile(function) != PROVOLATILE_IMMUTABLE)
        walk->mutable_one = psprintf("it calls %s.%s, which is not immutable", get_namespace_name(get_func_namespace(function)), get_func_name(function));
    return false;
}

bool look_at_functions(Node *node, FunctionWalk *walk) {
    if (node == nullptr) return false;
    (void)check_functions_in_node(node, look_at_function, walk);
    if (walk->mutable_one == nullptr && (IsA(node, SQLValueFunction) || IsA(node, NextValueExpr)))
        walk->mutable_one = IsA(node, NextValueExpr) ? "it draws from a sequence" : "it asks for the user or the time";
    // A row lock changes xmax, and no trigger sees that.
    if (walk->mutable_one == nullptr && IsA(node, Var) && reinterpret_cast<Var *>(node)->varattno < 0) walk->mutable_one = "it reads a system column";
    if (IsA(node, Query)) return query_tree_walker(reinterpret_cast<Query *>(node), MESH_WALKER(look_at_functions), walk, 0);
    return expression_tree_walker(node, MESH_WALKER(look_at_functions), walk);
}

const char *why_not_kind(Form_pg_class form, const char *name) {
    switch (form->relkind) {
        case RELKIND_RELATION: break;
        case RELKIND_PARTITIONED_TABLE: return psprintf("%s is a partitioned table", name);
        case RELKIND_FOREIGN_TABLE: return psprintf("%s is a foreign table", name);
        case RELKIND_MATVIEW: return psprintf("%s is a materialized view, whose changes fire no triggers", name);
        default: return psprintf("%s is no table", name);
    }
    if (form->relpersistence == RELPERSISTENCE_UNLOGGED) return psprintf("%s is unlogged: a crash empties it unseen", name);
    if (form->relpersistence != RELPERSISTENCE_PERMANENT) return psprintf("%s is temporary", name);
    if (form->relrowsecurity) return psprintf("%s has row-level security", name);
    return nullptr;
}

// What the trigger reads as the extension's owner, and what stands as text between log and run: types of the server alone.
bool is_plain_type(Oid type, Oid collation) {
    Oid base = getBaseType(type);
    return base < FirstNormalObjectId && get_typtype(base) == TYPTYPE_BASE && base != BITOID && equal_is_identical(base, collation);
}

bool is_loggable(Oid relation, Node *expression) {
    ListCell *cell;
    List *vars = pull_vars_of_level(expression, 0);
    foreach (cell, vars) {
        auto *var = lfirst_node(Var, cell);
        if (!is_plain_type(var->vartype, var->varcollid)) return false;
        if (get_attgenerated(relation, var->varattno) == 'v') return false;
    }
    return vars != NIL;
}

// A column of the result that can be part of the source's key.
struct Candidate {
    TargetEntry *target;
    Node *expression;
    bool taken;
};

struct Candidates {
    int count;
    Candidate *one;
};

bool is_new(const Candidates &all, Node *expression) {
    return std::none_of(all.one, all.one + all.count, [=](const Candidate &c) { return equal(c.expression, expression); });
}

Candidates candidates(const KeySource *source, List *targets, List *const *pairs) {
    Candidates out = {0, static_cast<Candidate *>(palloc0(sizeof(Candidate) * (list_length(targets) * 4 + 1)))};
    int at = 0;
    ListCell *cell, *inner;
    foreach (cell, targets) {
        auto *target = lfirst_node(TargetEntry, cell);
        if (target->resjunk) continue;
        auto *value = reinterpret_cast<Node *>(target->expr);
        foreach (inner, pairs[at]) {
            auto *pair = static_cast<KeyPair *>(lfirst(inner));
            if (pair->source != source || exprType(pair->expression) != exprType(value)) continue;
            if (!is_plain_type(exprType(value), exprCollation(value)) || !is_loggable(source->relation, pair->expression)) continue;
            if (is_new(out, pair->expression)) out.one[out.count++] = {target, pair->expression, false};
            break;
        }
        at++;
    }
    return out;
}

bool take_preferred(const Candidates &all, const char *const *preferred, int count) {
    for (int take = 0; take < 2; take++)
        for (int i = 0; i < count; i++) {
            Candidate *found = std::find_if(all.one, all.one + all.count, [=](const Candidate &c) { return strcmp(c.target->resname, preferred[i]) == 0; });
            if (found == all.one + all.count) return false;
            if (take == 1) found->taken = true;
        }
    return count > 0;
}

Candidate *of_column(const Candidates &all, int number) {
    Candidate *found = std::find_if(all.one, all.one + all.count, [=](const Candidate &c) {
        return IsA(c.expression, Var) && reinterpret_cast<Var *>(c.expression)->varattno == number;
    });
    return found == all.one + all.count ? nullptr : found;
}

bool take_index(const Candidates &all, Form_pg_index index) {
    for (int i = 0; i < index->indnkeyatts; i++)
        if (of_column(all, index->indkey.values[i]) == nullptr) return false;
    for (int i = 0; i < index->indnkeyatts; i++) of_column(all, index->indkey.values[i])->taken = true;
    return true;
}

// A unique key tells single rows apart; the primary one comes first.
bool take_unique(const Candidates &all, Oid relation) {
    Relation rel = relation_open(relation, NoLock);
    List *indexes = RelationGetIndexList(rel);
    Oid primary = rel->rd_pkindex;
    relation_close(rel, NoLock);
    if (OidIsValid(primary)) indexes = lcons_oid(primary, indexes);
    ListCell *cell;
    foreach (cell, indexes) {
        HeapTuple tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
        if (!HeapTupleIsValid(tuple)) continue;
        auto *index = reinterpret_cast<Form_pg_index>(GETSTRUCT(tuple));
        bool whole = index->indisunique && index->indisvalid && heap_attisnull(tuple, Anum_pg_index_indpred, nullptr);
        bool taken = whole && take_index(all, index);
        ReleaseSysCache(tuple);
        if (taken) return true;
    }
    return false;
}

// Short values first: they are written down for every change.
void take_all(const Candidates &all) {
    int taken = 0;
    for (bool fixed : {true, false})
        for (Candidate *c = all.one; c < all.one + all.count && taken < kMostParts; c++)
            if ((get_typlen(exprType(c->expression)) > 0) == fixed && (fixed || taken == 0)) {
                c->taken = true;
                taken++;
            }
}

// GROUP BY and the like have few columns, all of which count.
void take_some(const Candidates &all) {
    if (all.count > kMostParts) return take_all(all);
    for (int i = 0; i < all.count; i++) all.one[i].taken = true;
}

void add_columns(PlainInput *input, Node *expression) {
    ListCell *cell;
    foreach (cell, pull_vars_of_level(expression, 0)) {
        auto *var = lfirst_node(Var, cell);
        PlainColumn *end = input->column + input->columns;
        if (std::any_of(input->column, end, [=](const PlainColumn &c) { return c.number == var->varattno; })) continue;
        *end = {var->varattno, get_attname(input->relation, var->varattno, false), format_type_extended(getBaseType(var->vartype), -1, FORMAT_TYPE_FORCE_QUALIFY)};
        input->columns++;
    }
}

}  // namespace

KeyPair *make_pair_of(const KeySource *source, Node *expression) {
    auto *pair = static_cast<KeyPair *>(palloc0(sizeof(KeyPair)));
    *pair = {source, expression};
    return pair;
}

const char *relation_text(Oid relation) {
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), get_rel_name(relation));
}

const char *storage_text(Oid relation) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) return "";
    const char *out = psprintf("%u", reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relfilenode);
    ReleaseSysCache(tuple);
    return out;
}

const char *why_not_followed(Oid relation) {
    const char *name = relation_text(relation);
    if (relation < FirstNormalObjectId) return psprintf("%s is a relation of the system", name);
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) return psprintf("%s is gone", name);
    const char *why = why_not_kind(reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple)), name);
    ReleaseSysCache(tuple);
    if (why == nullptr && (has_superclass(relation) || find_inheritance_children(relation, NoLock) != NIL))
        why = psprintf("%s is part of an inheritance tree", name);
    return why;
}

int column_count(Oid relation) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple)) return 0;
    int out = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relnatts;
    ReleaseSysCache(tuple);
    return out;
}

Node *source_column(Oid relation, int number) {
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relation), Int16GetDatum(static_cast<int16>(number)));
    if (!HeapTupleIsValid(tuple)) return nullptr;
    auto *column = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple));
    Node *out = column->attisdropped ? nullptr : reinterpret_cast<Node *>(makeVar(1, static_cast<AttrNumber>(number), column->atttypid, column->atttypmod, column->attcollation, 0));
    ReleaseSysCache(tuple);
    return out;
}

bool equal_is_identical(Oid type, Oid collation) {
    Oid base = getBaseType(type);
    if (base == BPCHAROID) return false;
    Oid opclass = GetDefaultOpClass(base, BTREE_AM_OID);
    if (!OidIsValid(opclass)) return false;
    Oid input = get_opclass_input_type(opclass);
    Oid says = get_opfamily_proc(get_opclass_family(opclass), input, input, BTEQUALIMAGE_PROC);
    return OidIsValid(says) && DatumGetBool(OidFunctionCall1Coll(says, collation, ObjectIdGetDatum(input)));
}

bool is_default_equality(Oid op, Oid type) {
    return lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr == op;
}

Functions used_functions(Query *query) {
    FunctionWalk walk = {};
    initStringInfo(&walk.versions);
    (void)look_at_functions(reinterpret_cast<Node *>(query), &walk);
    return {walk.mutable_one, walk.versions.data};
}

PlainInput choose_key(const KeySource *source, List *targets, List *const *pairs, const char *const *preferred, int preferred_count) {
    Candidates all = candidates(source, targets, pairs);
    if (!take_preferred(all, preferred, preferred_count) && !take_unique(all, source->relation)) take_some(all);
    PlainInput out = {source->relation, get_namespace_name(get_rel_namespace(source->relation)), get_rel_name(source->relation), 0, 0, nullptr, nullptr};
    out.column = static_cast<PlainColumn *>(palloc0(sizeof(PlainColumn) * (column_count(source->relation) + 1)));
    out.part = static_cast<PlainPart *>(palloc0(sizeof(PlainPart) * (all.count + 1)));
    List *names = deparse_context_for("l", source->relation);
    for (Candidate *c = all.one; c < all.one + all.count; c++) {
        if (!c->taken) continue;
        add_columns(&out, c->expression);
        const char *type = format_type_extended(exprType(c->expression), -1, FORMAT_TYPE_FORCE_QUALIFY);
        out.part[out.parts++] = {c->target->resname, type, deparse_expression(c->expression, names, true, false), get_typlen(exprType(c->expression)) > 0};
    }
    std::sort(out.column, out.column + out.columns, [](const PlainColumn &a, const PlainColumn &b) { return a.number < b.number; });
    return out;
}

}  // namespace mesh::pg
