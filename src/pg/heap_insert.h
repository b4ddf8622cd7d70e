// Rows into a heap that is new in this transaction, so that every snapshot sees them.
#pragma once

#include "pg/pg.h"

extern "C" {
#include "access/heapam.h"
#include "executor/tuptable.h"
#include "utils/rel.h"
}

namespace mesh::pg {

// Inserts in batches, as COPY does. What fits into one batch is written without a visibility map and frozen in place: another file
// would cost a small table more than its rows. Functions of the server's C: call them within pg::call.
class FrozenInsert {
public:
    // `decoded`: the rows are for logical decoding too. Allocates in the current memory context, which must outlive it.
    void begin(Relation relation, bool decoded);
    void add(TupleTableSlot *slot);
    void end();
    uint64 rows() const { return rows_; }

private:
    static constexpr int kBatchRows = 1000;
    static constexpr Size kBatchBytes = 65535;

    void flush(int options);
    void freeze();
    TupleTableSlot *next_slot();

    Relation relation_;
    CommandId command_;
    BulkInsertState bulk_;
    MemoryContext slots_context_, insert_context_;
    TupleTableSlot **slots_;
    int options_, used_, made_;
    Size bytes_;
    uint64 rows_;
    bool flushed_;
    bool hidden_;  // from logical decoding, which sees every row of a batch: then rows go one by one
};

}  // namespace mesh::pg
