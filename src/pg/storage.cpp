#include "pg/storage.h"

#include "pg/compat.h"

extern "C" {
#include "access/heapam.h"
#include "access/relation.h"
#include "access/transam.h"
#include "access/tupdesc_details.h"
#include "access/visibilitymap.h"
#include "access/xlog.h"
#include "catalog/pg_am.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_rewrite.h"
#include "common/hashfn.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/rls.h"
#include "utils/typcache.h"
}

namespace mesh::pg {

namespace {

// Two independent sums of 64 bits. Plain data.
struct Digest {
    uint64 a, b;
};

void add(Digest *digest, const void *data, size_t size) {
    digest->a = hash_bytes_extended(static_cast<const unsigned char *>(data), static_cast<int>(size), digest->a);
    digest->b = hash_bytes_extended(static_cast<const unsigned char *>(data), static_cast<int>(size), digest->b + 0x9e3779b97f4a7c15ULL);
}

template <typename T>
void add_value(Digest *digest, T value) {
    add(digest, &value, sizeof(value));
}

std::string text_of(const Digest &digest) {
    char out[33];
    snprintf(out, sizeof(out), "%016llx%016llx", static_cast<unsigned long long>(digest.a), static_cast<unsigned long long>(digest.b));
    return out;
}

// Plain data of one look, for use under the guard.
struct Look {
    char kind;
    bool locked;
    bool logged, untouched;
    BlockNumber later;
    const char *unknown;
    Digest identity, shape;
    BlockNumber blocks;
    List *parts;
};

void add_place(Digest *digest, Oid relation) {
    add_value(digest, GetSystemIdentifier());
    add_value(digest, MyDatabaseId);
    add_value(digest, relation);
}

void add_columns(Digest *digest, TupleDesc desc, int depth);

// A composite type can change under a column.
void add_type(Digest *digest, Oid type, int depth) {
    Oid element = get_element_type(type), base = getBaseType(OidIsValid(element) ? element : type);
    if (depth > 3 || get_typtype(base) != TYPTYPE_COMPOSITE) return;
    TypeCacheEntry *entry = lookup_type_cache(base, TYPECACHE_TUPDESC);
    if (entry->tupDesc != nullptr) add_columns(digest, entry->tupDesc, depth + 1);
}

void add_missing(Digest *digest, TupleDesc desc, int i) {
    Form_pg_attribute column = TupleDescAttr(desc, i);
    if (!column->atthasmissing || desc->constr == nullptr || desc->constr->missing == nullptr) return;
    AttrMissing missing = desc->constr->missing[i];
    if (!missing.am_present) return;
    Datum value = missing.am_value;
    if (column->attlen == -1) add(digest, DatumGetPointer(value), VARSIZE_ANY(DatumGetPointer(value)));
    else if (column->attbyval) add_value(digest, value);
    else if (column->attlen > 0) add(digest, DatumGetPointer(value), column->attlen);
    else add(digest, DatumGetCString(value), strlen(DatumGetCString(value)));
}

// What generated columns are made of; other defaults change nothing that is there.
void add_generated(Digest *digest, TupleDesc desc) {
    if (desc->constr == nullptr) return;
    for (int i = 0; i < desc->constr->num_defval; i++) {
        const AttrDefault &value = desc->constr->defval[i];
        if (TupleDescAttr(desc, value.adnum - 1)->attgenerated == '\0') continue;
        add_value(digest, value.adnum);
        add(digest, value.adbin, strlen(value.adbin));
    }
}

void add_columns(Digest *digest, TupleDesc desc, int depth) {
    add_value(digest, desc->natts);
    for (int i = 0; i < desc->natts; i++) {
        Form_pg_attribute column = TupleDescAttr(desc, i);
        add(digest, NameStr(column->attname), strlen(NameStr(column->attname)));
        add_value(digest, column->atttypid);
        add_value(digest, column->atttypmod);
        add_value(digest, column->attcollation);
        add_value(digest, column->attisdropped);
        add_value(digest, column->attnotnull);
        add_missing(digest, desc, i);
        if (column->atttypid >= FirstNormalObjectId && !column->attisdropped) add_type(digest, column->atttypid, depth);
    }
    add_generated(digest, desc);
}

void add_indexes(Digest *digest, Relation relation) {
    if (!relation->rd_rel->relhasindex) return;
    ListCell *cell;
    foreach (cell, RelationGetIndexList(relation)) add_value(digest, lfirst_oid(cell));
}

// Its definition as it is stored; opening the view would build its tree.
void add_rule(Digest *digest, Oid view) {
    HeapTuple rule = SearchSysCache2(RULERELNAME, ObjectIdGetDatum(view), CStringGetDatum("_RETURN"));
    if (!HeapTupleIsValid(rule)) return;
    bool missing;
    Datum action = SysCacheGetAttr(RULERELNAME, rule, Anum_pg_rewrite_ev_action, &missing);
    if (!missing) add(digest, DatumGetPointer(action), VARSIZE_ANY(DatumGetPointer(action)));
    ReleaseSysCache(rule);
}

const char *untraceable(Form_pg_class row, Oid relation) {
    if (relation < FirstNormalObjectId) return "it is one of the server's own";
    if (row->relpersistence == RELPERSISTENCE_TEMP) return "it is temporary";
    if (row->relkind == RELKIND_FOREIGN_TABLE) return "it is a foreign table";
    if (strchr("rmpv", row->relkind) == nullptr) return "it is no table or view";
    if ((row->relkind == RELKIND_RELATION || row->relkind == RELKIND_MATVIEW) && row->relam != HEAP_TABLE_AM_OID) return "its access method is not heap";
    return nullptr;
}

constexpr BlockNumber kFewPages = 8;
constexpr BlockNumber kPagesPerMapPage = (BLCKSZ - MAXALIGN(SizeOfPageHeaderData)) * 8 / BITS_PER_HEAPBLOCK;

bool is_visible_in(const char *map, BlockNumber page) {
    BlockNumber bit = page % kPagesPerMapPage * BITS_PER_HEAPBLOCK;
    return (map[bit / 8] >> (bit % 8)) & VISIBILITYMAP_ALL_VISIBLE;
}

// One page of the visibility map. True when no bit of it was set after `log`: then pages whose bit is set have not changed since.
bool read_map(Relation relation, BlockNumber page, BlockNumber map_pages, uint64 log, char *copy) {
    std::memset(copy, 0, BLCKSZ);
    if (page >= map_pages) return false;
    Buffer buffer = ReadBufferExtended(relation, VISIBILITYMAP_FORKNUM, page, RBM_ZERO_ON_ERROR, nullptr);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    Page map = BufferGetPage(buffer);
    bool usable = !PageIsNew(map) && PageGetLSN(map) <= log;
    if (!PageIsNew(map)) memcpy(copy, PageGetContents(map), BLCKSZ - MAXALIGN(SizeOfPageHeaderData));
    UnlockReleaseBuffer(buffer);
    return usable;
}

bool page_is_newer(Relation relation, BlockNumber page, uint64 log, BufferAccessStrategy strategy) {
    Buffer buffer = ReadBufferExtended(relation, MAIN_FORKNUM, page, RBM_NORMAL, strategy);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    Page content = BufferGetPage(buffer);
    bool newer = !PageIsNew(content) && PageGetLSN(content) > log;
    UnlockReleaseBuffer(buffer);
    return newer;
}

// `later`: how many pages need not be read once the map is older than a newer position.
bool untouched_by_map(Relation relation, BlockNumber now, uint64 log, BlockNumber *later) {
    SMgrRelation storage = RelationGetSmgr(relation);
    BlockNumber map_pages = smgrexists(storage, VISIBILITYMAP_FORKNUM) ? smgrnblocks(storage, VISIBILITYMAP_FORKNUM) : 0;
    BufferAccessStrategy strategy = GetAccessStrategy(BAS_BULKREAD);
    char *map = static_cast<char *>(palloc(BLCKSZ));
    bool usable = false;
    for (BlockNumber page = 0; page < now; page++) {
        CHECK_FOR_INTERRUPTS();
        if (page % kPagesPerMapPage == 0) usable = read_map(relation, page / kPagesPerMapPage, map_pages, log, map);
        bool visible = is_visible_in(map, page);
        if (usable && visible) continue;
        if (page_is_newer(relation, page, log, strategy)) return false;
        *later += visible;
    }
    FreeAccessStrategy(strategy);
    pfree(map);
    return true;
}

// Of few pages the map tells no sooner than they themselves do.
bool untouched(Relation relation, BlockNumber blocks, uint64 log, BlockNumber *later) {
    if (blocks > kFewPages) return untouched_by_map(relation, blocks, log, later);
    for (BlockNumber page = 0; page < blocks; page++)
        if (page_is_newer(relation, page, log, nullptr)) return false;
    return true;
}

void look_inside(Oid oid, const Since &since, Look *out) {
    Relation relation = relation_open(oid, NoLock);
    add_place(&out->identity, oid);
    if (out->kind == RELKIND_RELATION || out->kind == RELKIND_MATVIEW) {
        add_value(&out->identity, relation->rd_rel->relfilenode);
        add_value(&out->identity, relation->rd_rel->reltablespace);
        add_value(&out->shape, relation->rd_rel->relispopulated);
        out->blocks = RelationGetNumberOfBlocks(relation);
    }
    if (relation->rd_rel->relhassubclass) {
        out->parts = find_inheritance_children(oid, NoLock);
        ListCell *cell;
        foreach (cell, out->parts) add_value(&out->identity, lfirst_oid(cell));
    }
    add_columns(&out->shape, RelationGetDescr(relation), 0);
    add_indexes(&out->shape, relation);
    out->logged = RelationNeedsWAL(relation);
    if (since.log > 0 && out->logged && out->blocks >= since.blocks) out->untouched = untouched(relation, out->blocks, since.log, &out->later);
    relation_close(relation, NoLock);
}

Look look(Oid oid, const Since &since) {
    Look out = {};
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(oid));
    if (!HeapTupleIsValid(tuple)) return out;
    auto *row = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    out.kind = row->relkind;
    out.unknown = untraceable(row, oid);
    add_value(&out.identity, row->relowner);
    add_value(&out.identity, row->relrowsecurity);  // who sees which rows
    add_value(&out.identity, row->relforcerowsecurity);
    ReleaseSysCache(tuple);
    if (out.unknown != nullptr) return out;
    if (out.kind == RELKIND_VIEW) {
        add_place(&out.identity, oid);
        add_rule(&out.identity, oid);
        return out;
    }
    if (!ConditionalLockRelationOid(oid, AccessShareLock)) {
        out.locked = true;
        return out;
    }
    look_inside(oid, since, &out);
    UnlockRelationOid(oid, AccessShareLock);
    return out;
}

uint64 newest_page(Oid catalog) {
    Relation relation = relation_open(catalog, AccessShareLock);
    BlockNumber pages = RelationGetNumberOfBlocks(relation);
    uint64 newest = 0;
    for (BlockNumber page = 0; page < pages; page++) {
        Buffer buffer = ReadBuffer(relation, page);
        LockBuffer(buffer, BUFFER_LOCK_SHARE);
        newest = Max(newest, PageGetLSN(BufferGetPage(buffer)));
        UnlockReleaseBuffer(buffer);
    }
    relation_close(relation, AccessShareLock);
    return newest;
}

struct Oids {
    Oid *oid;
    int count;
};

constexpr LOCKMASK kWriting = LOCKBIT_ON(RowExclusiveLock) | LOCKBIT_ON(ShareRowExclusiveLock) | LOCKBIT_ON(ExclusiveLock) | LOCKBIT_ON(AccessExclusiveLock);

Oids written_by_others() {
    LockData *locks = GetLockStatusData();
    Oids out = {static_cast<Oid *>(palloc(sizeof(Oid) * (locks->nelements + 1))), 0};
    for (int i = 0; i < locks->nelements; i++) {
        const LockInstanceData &lock = locks->locks[i];
        if (lock.pid == MyProcPid || lock.leaderPid == MyProcPid || (lock.holdMask & kWriting) == 0) continue;
        if (lock.locktag.locktag_type == LOCKTAG_RELATION && lock.locktag.locktag_field1 == MyDatabaseId) out.oid[out.count++] = lock.locktag.locktag_field2;
    }
    return out;
}

}  // namespace

uint64_t log_position() {
    return call([] { return static_cast<uint64_t>(RecoveryInProgress() ? 0 : GetXLogInsertRecPtr()); });
}

uint64_t next_transaction() {
    return call([] { return static_cast<uint64_t>(U64FromFullTransactionId(ReadNextFullTransactionId())); });
}

std::set<Oid> relations_being_written() {
    Oids found = call([] { return written_by_others(); });
    return {found.oid, found.oid + found.count};
}

bool has_old_snapshot() {
    return IsolationUsesXactSnapshot() && FirstSnapshotSet;
}

uint64_t functions_log() {
    return call([] { return static_cast<uint64_t>(Max(newest_page(ProcedureRelationId), Max(newest_page(OperatorRelationId), newest_page(CastRelationId)))); });
}

Storage storage_of(Oid relation, const Since &since) {
    Look found = call([&] { return look(relation, since); });
    Storage out;
    out.kind = found.kind;
    out.locked = found.locked;
    if (found.unknown != nullptr) out.unknown = found.unknown;
    if (found.kind == '\0' || found.locked || found.unknown != nullptr) return out;
    out.identity = text_of(found.identity);
    out.shape = text_of(found.shape);
    out.blocks = found.blocks;
    out.is_logged = found.logged;
    out.is_untouched = found.untouched;
    out.later = found.later;
    ListCell *cell;
    foreach (cell, found.parts) out.parts.push_back(lfirst_oid(cell));
    return out;
}

bool sees_all_rows(Oid relation, Oid role) {
    return call([=] { return check_enable_rls(relation, role, true) != RLS_ENABLED; });
}

bool may_read(Oid relation, Oid role) {
    return call([=] {
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(relation)) || !compat::may_use_schema(get_rel_namespace(relation), role)) return false;
        return pg_class_aclcheck(relation, role, ACL_SELECT) == ACLCHECK_OK || pg_attribute_aclcheck_all(relation, role, ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK;
    });
}

}  // namespace mesh::pg
