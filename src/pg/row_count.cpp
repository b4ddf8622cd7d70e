#include "pg/row_count.h"

namespace mesh::pg {

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

}  // namespace mesh::pg
