// The exchange of storage between a table and its sibling. The steps are those of the server's own
// finish_heap_swap (commands/cluster.c), with the indexes exchanged too instead of rebuilt under the lock.
#include "pg/compat.h"
#include "pg/heap.h"
#include "pg/own_locks.h"
#include "pg/relation.h"

extern "C" {
#include "access/genam.h"
#include "access/relation.h"
#include "access/toast_internals.h"
#include "catalog/dependency.h"
#include "catalog/heap.h"
#include "catalog/index.h"
#include "catalog/indexing.h"
#include "catalog/pg_am.h"
#include "catalog/toasting.h"
#include "commands/cluster.h"
#include "commands/matview.h"
#include "commands/tablecmds.h"
#include "optimizer/optimizer.h"
#include "parser/parse_utilcmd.h"
#include "parser/parser.h"
#include "pgstat.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/relcache.h"
#include "utils/timeout.h"
}

namespace mesh::pg {

namespace {

AttrMap *identity_map(int natts) {
    AttrMap *map = make_attrmap(natts);
    for (int i = 0; i < natts; i++) map->attnums[i] = static_cast<AttrNumber>(i + 1);
    return map;
}

// Indexes of a relation in creation order; the caller frees the list.
List *index_list(Oid relation) {
    Relation rel = table_open(relation, NoLock);
    List *indexes = RelationGetIndexList(rel);
    list_sort(indexes, list_oid_cmp);
    table_close(rel, NoLock);
    return indexes;
}

bool column_lives(TupleDesc desc, int number) {
    return number <= desc->natts && !TupleDescAttr(desc, number - 1)->attisdropped;
}

// Dropping a column takes the indexes with it that name it, also in an expression or a predicate.
bool index_lives(Relation index, TupleDesc desc) {
    Form_pg_index form = index->rd_index;
    Bitmapset *used = nullptr;
    pull_varattnos(reinterpret_cast<Node *>(RelationGetIndexExpressions(index)), 1, &used);
    pull_varattnos(reinterpret_cast<Node *>(RelationGetIndexPredicate(index)), 1, &used);
    for (int i = 0; i < form->indnatts; i++)
        if (form->indkey.values[i] > 0) used = bms_add_member(used, form->indkey.values[i] - FirstLowInvalidHeapAttributeNumber);
    int member = -1;
    while ((member = bms_next_member(used, member)) >= 0) {
        int number = member + FirstLowInvalidHeapAttributeNumber;
        if (number > 0 && !column_lives(desc, number)) return false;
    }
    return true;
}

std::string staged_index(Oid source, Oid sibling) {
    return "mesh_stage_" + std::to_string(sibling) + "_" + std::to_string(source);
}

void copy_index(Oid target, Oid source, Oid sibling) {
    Relation index = index_open(source, AccessShareLock);
    Relation into = table_open(sibling, NoLock);
    bool lives = index_lives(index, RelationGetDescr(into));
    table_close(into, NoLock);
    if (!lives) {
        index_close(index, NoLock);
        return;
    }
    Relation rel = table_open(target, NoLock);
    AttrMap *map = identity_map(RelationGetDescr(rel)->natts);
    table_close(rel, NoLock);
    Oid constraint;
    RangeVar *heap = makeRangeVar(get_namespace_name(get_rel_namespace(sibling)), get_rel_name(sibling), -1);
    IndexStmt *stmt = generateClonedIndexStmt(heap, index, map, &constraint);
    stmt->idxname = psprintf("mesh_stage_%u_%u", sibling, source);
    stmt->idxcomment = nullptr;
    index_close(index, NoLock);
    compat::define_index(sibling, stmt, true);
    CommandCounterIncrement();
}

template <typename T>
void exchange(T &a, T &b) {
    T saved = a;
    a = b;
    b = saved;
}

// Exchanges what pg_class says about the storage of two relations of the same kind.
void exchange_rows(Oid first, Oid second, bool links) {
    Relation catalog = table_open(RelationRelationId, RowExclusiveLock);
    HeapTuple one = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(first));
    HeapTuple two = SearchSysCacheCopy1(RELOID, ObjectIdGetDatum(second));
    if (!HeapTupleIsValid(one) || !HeapTupleIsValid(two)) elog(ERROR, "cache lookup failed for relation %u or %u", first, second);
    auto *a = reinterpret_cast<Form_pg_class>(GETSTRUCT(one));
    auto *b = reinterpret_cast<Form_pg_class>(GETSTRUCT(two));
    exchange(a->relfilenode, b->relfilenode);
    exchange(a->reltablespace, b->reltablespace);
    exchange(a->relpersistence, b->relpersistence);
    exchange(a->relpages, b->relpages);
    exchange(a->reltuples, b->reltuples);
    exchange(a->relallvisible, b->relallvisible);
    if (compat::all_frozen_pages(a) != nullptr) exchange(*compat::all_frozen_pages(a), *compat::all_frozen_pages(b));
    exchange(a->relfrozenxid, b->relfrozenxid);
    exchange(a->relminmxid, b->relminmxid);
    if (links) exchange(a->reltoastrelid, b->reltoastrelid);
    Relation open_one = relation_open(first, NoLock);
    Relation open_two = relation_open(second, NoLock);
    compat::storage_exchanged(open_one, open_two);
    relation_close(open_one, NoLock);
    relation_close(open_two, NoLock);
    CatalogTupleUpdate(catalog, &one->t_self, one);
    CatalogTupleUpdate(catalog, &two->t_self, two);
    heap_freetuple(one);
    heap_freetuple(two);
    table_close(catalog, RowExclusiveLock);
    compat::close_storage(first);
    compat::close_storage(second);
    CommandCounterIncrement();
}

Oid toast_of(Oid relation) {
    Relation rel = table_open(relation, NoLock);
    Oid toast = rel->rd_rel->reltoastrelid;
    table_close(rel, NoLock);
    return toast;
}

// After the exchange each TOAST table belongs to the other heap: its dependency has to say so.
void own_toast(Oid relation) {
    Oid toast = toast_of(relation);
    if (!OidIsValid(toast)) return;
    deleteDependencyRecordsFor(RelationRelationId, toast, false);
    ObjectAddress base, dependent;
    ObjectAddressSet(base, RelationRelationId, relation);
    ObjectAddressSet(dependent, RelationRelationId, toast);
    recordDependencyOn(&dependent, &base, DEPENDENCY_INTERNAL);
}

// The server expects a TOAST table to be named after its heap. It was made as a rewrite's temporary one, whose changes
// logical decoding passes over: from now on they count.
void settle_toast(Oid relation) {
    Oid toast = toast_of(relation);
    if (!OidIsValid(toast)) return;
    char name[NAMEDATALEN];
    Oid index = toast_get_valid_index(toast, AccessExclusiveLock);
    snprintf(name, NAMEDATALEN, "pg_toast_%u", relation);
    RenameRelationInternal(toast, name, true, false);
    snprintf(name, NAMEDATALEN, "pg_toast_%u_index", relation);
    RenameRelationInternal(index, name, true, true);
    CommandCounterIncrement();
    ResetRelRewrite(toast);
    CommandCounterIncrement();
}

// Every row of the new storage has all columns: what ADD COLUMN ... DEFAULT noted for older rows is void.
void forget_missing_values(Oid relation) {
    Relation rel = table_open(relation, NoLock);
    RelationClearMissing(rel);
    table_close(rel, NoLock);
}

[[noreturn]] void indexes_changed(Oid target) {
    ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                    errmsg("the indexes of \"%s\" changed while its next contents were built", get_rel_name(target)), errhint("Run it again.")));
    pg_unreachable();
}

// The wrong storage behind an index would give wrong answers: each pair must be of one form.
void check_pair(Oid target, Oid a, Oid b) {
    Relation one = index_open(a, AccessExclusiveLock), two = index_open(b, AccessExclusiveLock);
    Form_pg_index x = one->rd_index, y = two->rd_index;
    bool same = one->rd_rel->relam == two->rd_rel->relam && x->indnatts == y->indnatts && x->indisunique == y->indisunique &&
                list_length(RelationGetIndexExpressions(one)) == list_length(RelationGetIndexExpressions(two)) &&
                (RelationGetIndexPredicate(one) == NIL) == (RelationGetIndexPredicate(two) == NIL);
    for (int i = 0; same && i < x->indnatts; i++) same = x->indkey.values[i] == y->indkey.values[i];
    index_close(one, NoLock);
    index_close(two, NoLock);
    if (!same) indexes_changed(target);
}

// A cursor or a trigger event of this session would go on in storage that is no longer there: the server's own check.
void check_not_in_use(Oid target) {
    Relation rel = table_open(target, NoLock);
    CheckTableNotInUse(rel, "publish");
    table_close(rel, NoLock);
}

void swap(Oid target, Oid sibling) {
    check_not_in_use(target);
    List *mine = index_list(target), *staged = index_list(sibling);
    if (list_length(mine) != list_length(staged)) indexes_changed(target);
    PartLocks *locks = note_part_locks(sibling);
    LockRelationOid(sibling, AccessExclusiveLock);
    ListCell *a, *b;
    forboth (a, mine, b, staged) {
        check_pair(target, lfirst_oid(a), lfirst_oid(b));
        exchange_rows(lfirst_oid(a), lfirst_oid(b), false);
    }
    exchange_rows(target, sibling, true);
    own_toast(target);
    own_toast(sibling);
    CommandCounterIncrement();
    ObjectAddress old;
    ObjectAddressSet(old, RelationRelationId, sibling);
    performDeletion(&old, DROP_RESTRICT, PERFORM_DELETION_INTERNAL);
    settle_toast(target);
    forget_missing_values(target);
    CacheInvalidateRelcacheByRelid(target);
    CommandCounterIncrement();
    release_since(locks);
}

}  // namespace

Oid create_sibling(Oid target, bool unlogged) {
    return call([=] {
        Relation rel = table_open(target, AccessShareLock);
        Oid space = rel->rd_rel->reltablespace, method = rel->rd_rel->relam;
        char persistence = unlogged ? RELPERSISTENCE_UNLOGGED : RELPERSISTENCE_PERMANENT;
        table_close(rel, NoLock);
        Oid sibling = make_new_heap(target, space, method, persistence, AccessShareLock);
        CommandCounterIncrement();
        return sibling;
    });
}

void copy_indexes(Oid target, Oid sibling) {
    List *indexes = call([=] {
        LockRelationOid(target, AccessShareLock);
        return index_list(target);
    });
    for (int i = 0; i < list_length(indexes); i++) {
        Oid source = list_nth_oid(indexes, i);
        std::string name = relation_name(source).second;
        try {
            call([=] { copy_index(target, source, sibling); });
        } catch (const ServerError &e) {
            rename_in_error(e.data, staged_index(source, sibling), name);
            throw;
        }
    }
}

void create_index_entry(Oid target, const std::string &sql) {
    const char *text = sql.c_str();
    call([=] {
        auto *raw = linitial_node(RawStmt, raw_parser(text, RAW_PARSE_DEFAULT));
        IndexStmt *stmt = transformIndexStmt(target, castNode(IndexStmt, raw->stmt), text);
        compat::define_index(target, stmt, false);
        CommandCounterIncrement();
    });
}

void swap_storage(Oid target, Oid sibling, uint64_t rows) {
    call([=] {
        swap(target, sibling);
        Relation rel = table_open(target, NoLock);
        pgstat_count_truncate(rel);
        pgstat_count_heap_insert(rel, static_cast<PgStat_Counter>(rows));
        table_close(rel, NoLock);
    });
}

void set_populated(Oid matview) {
    call([=] {
        Relation rel = table_open(matview, AccessExclusiveLock);
        SetMatViewPopulatedState(rel, true);
        table_close(rel, NoLock);
        CommandCounterIncrement();
    });
}

}  // namespace mesh::pg
