#include "pg/index_walk.h"

extern "C" {
#include "access/genam.h"
#include "access/nbtree.h"
#include "catalog/pg_am_d.h"
#include "commands/defrem.h"
#include "storage/bufmgr.h"
#include "utils/datum.h"
}

namespace mesh::pg {

namespace {

// A value on its way from one page to the next. Plain data.
struct Walk {
    Relation index;
    BufferAccessStrategy strategy;
    MemoryContext memory;   // for comparisons
    Form_pg_attribute type;
    FmgrInfo *order;
    Oid collation;
    bool by_image;          // values are equal when their bytes are, and only then
    bool has_last;
    Datum last;
    char *room;             // for the last value of the page before
};

Buffer read_page(const Walk &walk, BlockNumber block) {
    Buffer buffer = ReadBufferExtended(walk.index, MAIN_FORKNUM, block, RBM_NORMAL, walk.strategy);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    return buffer;
}

// Everything from here to the right is what there is. P_NONE: there is nothing.
BlockNumber leftmost_leaf(Walk *walk) {
    Buffer buffer = read_page(*walk, BTREE_METAPAGE);
    BTMetaPageData *meta = BTPageGetMeta(BufferGetPage(buffer));
    BlockNumber block = meta->btm_root;
    walk->by_image = meta->btm_version >= BTREE_VERSION && meta->btm_allequalimage;
    UnlockReleaseBuffer(buffer);
    while (block != P_NONE) {
        buffer = read_page(*walk, block);
        Page page = BufferGetPage(buffer);
        BTPageOpaque opaque = BTPageGetOpaque(page);
        bool is_leaf = P_ISLEAF(opaque);
        BlockNumber next = opaque->btpo_next;
        if (!is_leaf && !P_IGNORE(opaque)) next = BTreeTupleGetDownLink(reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, P_FIRSTDATAKEY(opaque)))));
        UnlockReleaseBuffer(buffer);
        if (is_leaf) break;
        block = next;
    }
    return block;
}

bool is_equal(const Walk &walk, Datum a, Datum b) {
    if (walk.by_image) return walk.type->attbyval ? a == b : datum_image_eq(a, b, false, walk.type->attlen);
    return DatumGetInt32(FunctionCall2Coll(walk.order, walk.collation, a, b)) == 0;
}

// A tuple with a list of rows stands for a value that occurs several times.
bool repeats(Walk *walk, IndexTuple tuple) {
    bool is_null;
    Datum value = index_getattr(tuple, 1, RelationGetDescr(walk->index), &is_null);
    if (is_null) return false;
    bool out = BTreeTupleIsPosting(tuple) || (walk->has_last && is_equal(*walk, walk->last, value));
    walk->last = value;
    walk->has_last = true;
    return out;
}

void keep_last(Walk *walk) {
    if (!walk->has_last || walk->type->attbyval) return;
    Size size = datumGetSize(walk->last, false, walk->type->attlen);
    memmove(walk->room, DatumGetPointer(walk->last), size);
    walk->last = PointerGetDatum(walk->room);
}

bool page_repeats(Walk *walk, BlockNumber *block) {
    Buffer buffer = read_page(*walk, *block);
    Page page = BufferGetPage(buffer);
    BTPageOpaque opaque = BTPageGetOpaque(page);
    bool out = false;
    if (!P_IGNORE(opaque))
        for (OffsetNumber at = P_FIRSTDATAKEY(opaque); at <= PageGetMaxOffsetNumber(page) && !out; at = OffsetNumberNext(at)) {
            ItemId item = PageGetItemId(page, at);
            if (!ItemIdIsDead(item)) out = repeats(walk, reinterpret_cast<IndexTuple>(PageGetItem(page, item)));
        }
    keep_last(walk);
    *block = opaque->btpo_next;
    UnlockReleaseBuffer(buffer);
    return out;
}

bool has_duplicates(Relation index) {
    Walk walk = {};
    walk.index = index;
    walk.strategy = GetAccessStrategy(BAS_BULKREAD);
    walk.memory = AllocSetContextCreate(CurrentMemoryContext, "mesh index walk", ALLOCSET_DEFAULT_SIZES);
    walk.type = TupleDescAttr(RelationGetDescr(index), 0);
    walk.order = index_getprocinfo(index, 1, BTORDER_PROC);
    walk.collation = index->rd_indcollation[0];
    walk.room = static_cast<char *>(palloc(BLCKSZ));
    bool out = false;
    MemoryContext outer = MemoryContextSwitchTo(walk.memory);
    for (BlockNumber block = leftmost_leaf(&walk); block != P_NONE && !out;) {
        CHECK_FOR_INTERRUPTS();
        MemoryContextReset(walk.memory);
        out = page_repeats(&walk, &block);
    }
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(walk.memory);
    FreeAccessStrategy(walk.strategy);
    return out;
}

// Equal in the index has to be equal in SQL, and each row that a snapshot sees has to be in it.
bool speaks_for(Relation index, Relation table, AttrNumber column) {
    Form_pg_index form = index->rd_index;
    Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(table), column - 1);
    if (index->rd_rel->relam != BTREE_AM_OID || !form->indisvalid || !form->indisready || !form->indislive || form->indcheckxmin) return false;
    if (form->indkey.values[0] != column || RelationGetIndexPredicate(index) != NIL || index->rd_indcollation[0] != attribute->attcollation) return false;
    Oid standard = GetDefaultOpClass(attribute->atttypid, BTREE_AM_OID);
    return OidIsValid(standard) && get_opclass_family(standard) == index->rd_opfamily[0];
}

// Rows of children are in indexes of their own.
const char *find_index(Oid oid, const char *column) {
    Relation table = table_open(oid, AccessShareLock);
    AttrNumber number = get_attnum(oid, column);
    const char *out = nullptr;
    bool plain = (table->rd_rel->relkind == RELKIND_RELATION || table->rd_rel->relkind == RELKIND_MATVIEW) && !table->rd_rel->relhassubclass;
    ListCell *cell;
    foreach (cell, plain && number > 0 && table->rd_rel->relam == HEAP_TABLE_AM_OID ? RelationGetIndexList(table) : NIL) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (speaks_for(index, table, number) && !has_duplicates(index)) out = pstrdup(RelationGetRelationName(index));
        index_close(index, AccessShareLock);
        if (out != nullptr) break;
    }
    table_close(table, AccessShareLock);
    return out;
}

}  // namespace

std::optional<std::string> index_without_duplicates(Oid relation, const std::string &column) {
    const char *name = column.c_str();
    const char *found = call([=] { return find_index(relation, name); });
    return found == nullptr ? std::nullopt : std::optional<std::string>(found);
}

}  // namespace mesh::pg
