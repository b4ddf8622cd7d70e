#include "pg/heap_insert.h"

extern "C" {
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xloginsert.h"
#include "catalog/catalog.h"
#include "catalog/pg_am_d.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/memutils.h"
}

namespace mesh::pg {

namespace {

void freeze_page(Relation relation, BlockNumber block) {
    Buffer buffer = ReadBuffer(relation, block);
    LockBuffer(buffer, BUFFER_LOCK_EXCLUSIVE);
    Page page = BufferGetPage(buffer);
    START_CRIT_SECTION();
    for (OffsetNumber at = FirstOffsetNumber; at <= PageGetMaxOffsetNumber(page); at = OffsetNumberNext(at)) {
        ItemId item = PageGetItemId(page, at);
        if (ItemIdIsNormal(item)) HeapTupleHeaderSetXminFrozen(reinterpret_cast<HeapTupleHeader>(PageGetItem(page, item)));
    }
    MarkBufferDirty(buffer);
    if (RelationNeedsWAL(relation)) log_newpage_buffer(buffer, true);
    END_CRIT_SECTION();
    UnlockReleaseBuffer(buffer);
}

}  // namespace

void FrozenInsert::begin(Relation relation, bool decoded) {
    relation_ = relation;
    command_ = GetCurrentCommandId(true);
    bulk_ = GetBulkInsertState();
    slots_context_ = CurrentMemoryContext;
    insert_context_ = AllocSetContextCreate(CurrentMemoryContext, "mesh insert", ALLOCSET_DEFAULT_SIZES);
    slots_ = static_cast<TupleTableSlot **>(palloc(sizeof(TupleTableSlot *) * kBatchRows));
    hidden_ = !decoded && RelationIsLogicallyLogged(relation);
    options_ = TABLE_INSERT_SKIP_FSM | TABLE_INSERT_FROZEN | (hidden_ ? TABLE_INSERT_NO_LOGICAL : 0);
    used_ = made_ = 0;
    bytes_ = 0;
    rows_ = 0;
    flushed_ = false;
}

void FrozenInsert::add(TupleTableSlot *slot) {
    TupleTableSlot *own = next_slot();
    ExecCopySlot(own, slot);
    bool should_free;
    bytes_ += ExecFetchSlotHeapTuple(own, true, &should_free)->t_len;
    rows_++;
    if (++used_ == kBatchRows || bytes_ > kBatchBytes) {
        flush(options_);
        flushed_ = true;
    }
}

void FrozenInsert::end() {
    bool small = !flushed_ && relation_->rd_rel->relam == HEAP_TABLE_AM_OID;
    flush(small ? options_ & ~TABLE_INSERT_FROZEN : options_);
    if (small) freeze();
    FreeBulkInsertState(bulk_);
    table_finish_bulk_insert(relation_, options_);
    for (int i = 0; i < made_; i++) ExecDropSingleTupleTableSlot(slots_[i]);
    MemoryContextDelete(insert_context_);
}

void FrozenInsert::flush(int options) {
    if (used_ == 0) return;
    MemoryContext outer = MemoryContextSwitchTo(insert_context_);
    if (!hidden_) table_multi_insert(relation_, slots_, used_, command_, options, bulk_);
    for (int i = 0; hidden_ && i < used_; i++) table_tuple_insert(relation_, slots_[i], command_, options, bulk_);
    MemoryContextSwitchTo(outer);
    MemoryContextReset(insert_context_);
    for (int i = 0; i < used_; i++) ExecClearTuple(slots_[i]);
    used_ = 0;
    bytes_ = 0;
}

void FrozenInsert::freeze() {
    BlockNumber blocks = RelationGetNumberOfBlocks(relation_);
    for (BlockNumber block = 0; block < blocks; block++) freeze_page(relation_, block);
}

TupleTableSlot *FrozenInsert::next_slot() {
    if (used_ < made_) return slots_[used_];
    MemoryContext outer = MemoryContextSwitchTo(slots_context_);
    slots_[made_++] = MakeSingleTupleTableSlot(RelationGetDescr(relation_), table_slot_callbacks(relation_));
    MemoryContextSwitchTo(outer);
    return slots_[used_];
}

}  // namespace mesh::pg
