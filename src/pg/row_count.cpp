#include "pg/row_count.h"

#include <algorithm>

extern "C" {
#include "access/heapam.h"
#include "access/relation.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
}

namespace mesh::pg {

namespace {

// Above this a count would read too much: 2 GB.
constexpr BlockNumber kMostPages = 262144;
constexpr uint64 kNobody = 1;  // a horizon before which nobody wrote

void count_page(Relation relation, BlockNumber page, BufferAccessStrategy strategy, Snapshot snapshot, RowCount *count) {
    Buffer buffer = ReadBufferExtended(relation, MAIN_FORKNUM, page, RBM_NORMAL, strategy);
    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    Page content = BufferGetPage(buffer);
    OffsetNumber last = PageIsNew(content) ? 0 : PageGetMaxOffsetNumber(content);
    for (OffsetNumber line = FirstOffsetNumber; line <= last && !count->failed; line++) {
        ItemId item = PageGetItemId(content, line);
        if (!ItemIdIsNormal(item)) continue;
        HeapTupleData row;
        row.t_data = reinterpret_cast<HeapTupleHeader>(PageGetItem(content, item));
        row.t_len = ItemIdGetLength(item);
        row.t_tableOid = RelationGetRelid(relation);
        ItemPointerSet(&row.t_self, page, line);
        if (HeapTupleSatisfiesVisibility(&row, snapshot, buffer)) count->take(row.t_data);
    }
    UnlockReleaseBuffer(buffer);
}

void count_all(Oid oid, RowCount *count) {
    if (!ConditionalLockRelationOid(oid, AccessShareLock)) {
        count->failed = true;
        return;
    }
    Relation relation = relation_open(oid, NoLock);
    BlockNumber pages = RelationGetNumberOfBlocks(relation);
    if (pages > kMostPages) count->failed = true;
    BufferAccessStrategy strategy = GetAccessStrategy(BAS_BULKREAD);
    PushCopiedSnapshot(GetActiveSnapshot());
    if (count->own_changes) UpdateActiveSnapshotCommandId();
    for (BlockNumber page = 0; page < pages && !count->failed; page++) {
        CHECK_FOR_INTERRUPTS();
        count_page(relation, page, strategy, GetActiveSnapshot(), count);
    }
    PopActiveSnapshot();
    FreeAccessStrategy(strategy);
    relation_close(relation, AccessShareLock);
}

// So many transactions later the short form of an id could mean another one.
bool is_too_old(const RowCount &count) {
    uint64 oldest = count.horizon > kNobody ? count.horizon : count.next;
    for (int i = 0; i < count.writer_count; i++) oldest = Min(oldest, count.writers[i]);
    return count.next - oldest > INT32_MAX;
}

}  // namespace

void RowCount::take_writer(TransactionId raw, uint64 xid) {
    if (!collect || writer_count == kMostWriters || !(any || TransactionIdIsCurrentTransactionId(raw))) failed = true;
    else writers[writer_count++] = xid;
}

RowCount start_count(bool own_changes) {
    RowCount out = {};
    out.next = U64FromFullTransactionId(ReadNextFullTransactionId());
    out.horizon = widened(GetActiveSnapshot()->xmin, out.next);
    out.collect = true;
    out.own_changes = own_changes;
    return out;
}

std::optional<Counted> counted(const RowCount &count) {
    if (count.failed) return std::nullopt;
    return Counted{count.rows, count.horizon, {count.writers, count.writers + count.writer_count}};
}

std::optional<Counted> count_rows(Oid relation, bool own_changes) {
    RowCount count = call([=] {
        RowCount out = start_count(own_changes);
        count_all(relation, &out);
        return out;
    });
    return counted(count);
}

bool sees_same_rows(Oid relation, const Counted &then) {
    if (then.writers.size() > kMostWriters) return false;
    RowCount count = {};
    count.horizon = then.horizon;
    for (uint64_t writer : then.writers) count.writers[count.writer_count++] = writer;
    RowCount *at = &count;
    call([=] {
        at->next = U64FromFullTransactionId(ReadNextFullTransactionId());
        if (is_too_old(*at)) at->failed = true;
        else count_all(relation, at);
    });
    return !count.failed && count.rows == then.rows;
}

std::optional<Counted> count_own(Oid oid, uint64_t rows) {
    RowCount count = call([=] {
        RowCount out = {};
        out.next = U64FromFullTransactionId(ReadNextFullTransactionId());
        out.horizon = kNobody;
        out.collect = out.any = true;  // a worker of the run may have filled it, and has ended
        out.rows = rows;
        if (rows == 0) return out;
        Relation relation = relation_open(oid, AccessShareLock);
        RowCount first = out;
        first.rows = 0;
        PushCopiedSnapshot(GetActiveSnapshot());
        UpdateActiveSnapshotCommandId();
        count_page(relation, 0, nullptr, GetActiveSnapshot(), &first);
        PopActiveSnapshot();
        relation_close(relation, NoLock);
        first.rows = rows;
        return first;
    });
    return rows > 0 && count.writer_count != 1 ? std::nullopt : counted(count);
}

}  // namespace mesh::pg
