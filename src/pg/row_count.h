// Counting the rows that a snapshot sees, and telling who wrote them.
#pragma once

#include "pg/storage.h"

extern "C" {
#include "access/transam.h"
}

namespace mesh::pg {

inline constexpr int kMostWriters = 16;

// 64-bit form of a transaction id that is not newer than the next one.
inline uint64 widened(TransactionId xid, uint64 next) {
    if (!TransactionIdIsNormal(xid)) return 0;  // frozen long ago
    uint64 full = (next & ~static_cast<uint64>(UINT32_MAX)) | xid;
    return full > next ? full - (static_cast<uint64>(1) << 32) : full;
}

// Plain data, for use under the guard.
struct RowCount {
    uint64 rows, next, horizon;
    uint64 writers[kMostWriters];
    int writer_count;
    bool failed, collect, any, own_changes;  // collect: our own transaction's ids become writers; any: whosever

    void take(HeapTupleHeader row) {
        rows++;
        uint64 xid = widened(HeapTupleHeaderGetRawXmin(row), next);
        if (xid >= horizon && !is_writer(xid)) take_writer(HeapTupleHeaderGetRawXmin(row), xid);
    }

private:
    bool is_writer(uint64 xid) const {
        for (int i = 0; i < writer_count; i++)
            if (writers[i] == xid) return true;
        return false;
    }
    void take_writer(TransactionId raw, uint64 xid);
};

// To count what the active snapshot sees; see count_rows() in storage.h.
RowCount start_count(bool own_changes);

// What a finished count tells; nothing when it failed.
std::optional<Counted> counted(const RowCount &count);

}  // namespace mesh::pg
