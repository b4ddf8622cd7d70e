// Differences between PostgreSQL 15 and 18, in one place: what a wrapper's comment says changed in which version.
#pragma once

#include "pg/pg.h"

extern "C" {
#include "catalog/pg_namespace.h"
#include "commands/defrem.h"
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "parser/parse_type.h"
#include "storage/lock.h"
#include "utils/relcache.h"
}

namespace mesh::pg::compat {

// 16: the "missing_ok" flag became an error context.
inline void parse_type(const char *text, Oid *type, int32 *typmod) {
#if PG_VERSION_NUM >= 160000
    (void)parseTypeString(text, type, typmod, nullptr);
#else
    parseTypeString(text, type, typmod, false);
#endif
}

// 16: the tree walkers became macros over typed functions.
#if PG_VERSION_NUM >= 160000
#define MESH_WALKER(f) (f)
#define MESH_MUTATOR(f) (f)
#else
#define MESH_WALKER(f) (reinterpret_cast<bool (*)()>(reinterpret_cast<void *>(f)))
#define MESH_MUTATOR(f) (reinterpret_cast<Node *(*)()>(reinterpret_cast<void *>(f)))
#endif

// 16: the planner's state became an argument, and may be missing.
inline Node *flatten_joins(Query *query, Node *node) {
#if PG_VERSION_NUM >= 160000
    return flatten_join_alias_vars(nullptr, query, node);
#else
    return flatten_join_alias_vars(query, node);
#endif
}

// 18: what a query groups by stands in a range table entry of its own; before, in the target list.
inline Query *without_group_entry(Query *query) {
#if PG_VERSION_NUM >= 180000
    if (query->hasGroupRTE) query->targetList = castNode(List, flatten_group_exprs(nullptr, query, reinterpret_cast<Node *>(query->targetList)));
#endif
    return query;
}

// 16: relfilenode became relfilelocator. `target` has just been given new storage in the catalog, and `other` what was the
// target's: the relation cache has to know in which subtransaction each became what it is.
inline void storage_exchanged(Relation target, Relation other) {
    other->rd_createSubid = target->rd_createSubid;
#if PG_VERSION_NUM >= 160000
    other->rd_newRelfilelocatorSubid = target->rd_newRelfilelocatorSubid;
    other->rd_firstRelfilelocatorSubid = target->rd_firstRelfilelocatorSubid;
    RelationAssumeNewRelfilelocator(target);
#else
    other->rd_newRelfilenodeSubid = target->rd_newRelfilenodeSubid;
    other->rd_firstRelfilenodeSubid = target->rd_firstRelfilenodeSubid;
    RelationAssumeNewRelfilenode(target);
#endif
}

// 17: the storage manager's relations no longer hold a pointer into the relation cache, and need no closing.
inline void close_storage([[maybe_unused]] Oid relation) {
#if PG_VERSION_NUM < 170000
    RelationCloseSmgrByOid(relation);
#endif
}

// 18: pg_class counts the pages that are all frozen too.
inline int32 *all_frozen_pages([[maybe_unused]] Form_pg_class row) {
#if PG_VERSION_NUM >= 180000
    return &row->relallfrozen;
#else
    return nullptr;
#endif
}

// 18: the flag that forbade a second run of one QueryDesc is gone.
inline void run_to_the_end(QueryDesc *desc) {
#if PG_VERSION_NUM >= 180000
    ExecutorRun(desc, ForwardScanDirection, 0);
#else
    ExecutorRun(desc, ForwardScanDirection, 0, true);
#endif
}

// 16: whether only summarizing indexes are meant became an argument.
inline void insert_index_entries(ResultRelInfo *target, TupleTableSlot *slot, EState *estate) {
#if PG_VERSION_NUM >= 160000
    (void)ExecInsertIndexTuples(target, slot, estate, false, false, nullptr, NIL, false);
#else
    (void)ExecInsertIndexTuples(target, slot, estate, false, false, nullptr, NIL);
#endif
}

// 18: a column of a grouped query is a Var of a range table entry of its own; what it groups by, or NULL for other entries.
inline Node *grouping_expression([[maybe_unused]] const RangeTblEntry *entry, [[maybe_unused]] int attno) {
#if PG_VERSION_NUM >= 180000
    if (entry->rtekind == RTE_GROUP) return static_cast<Node *>(list_nth(entry->groupexprs, attno - 1));
#endif
    return nullptr;
}

// 16: one function for the privileges on all kinds of objects.
inline bool may_use_schema(Oid schema, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE) == ACLCHECK_OK;
#else
    return pg_namespace_aclcheck(schema, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

// 16 added total_parts; 17 and 18 kept it. With build false only the catalog entries are made.
inline Oid define_index(Oid relation, IndexStmt *stmt, bool build) {
#if PG_VERSION_NUM >= 160000
    return DefineIndex(relation, stmt, InvalidOid, InvalidOid, InvalidOid, -1, false, false, false, !build, true).objectId;
#else
    return DefineIndex(relation, stmt, InvalidOid, InvalidOid, InvalidOid, false, false, false, !build, true).objectId;
#endif
}

// 17 can also ask for stronger locks.
inline bool holds_lock(const LOCKTAG *tag, LOCKMODE mode) {
#if PG_VERSION_NUM >= 170000
    return LockHeldByMe(tag, mode, false);
#else
    return LockHeldByMe(tag, mode);
#endif
}

}  // namespace mesh::pg::compat
