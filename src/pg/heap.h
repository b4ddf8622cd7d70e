// Building a table's next contents beside it, and putting them in its place in one short step.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Runs `sql` (one SELECT) and writes its rows into the relation, frozen: a REPEATABLE READ reader whose snapshot
// is older sees them as well, so that it never finds an empty table after a swap. The relation must have been
// created in this transaction and be empty. Columns go by position. Returns the number of rows. The caller's
// rights and search_path apply.
uint64_t fill_frozen(Oid relation, const std::string &sql);

// An empty heap with the row layout of `target` (dropped columns included), in its schema, with its options
// and TOAST. No indexes.
Oid create_sibling(Oid target);

// Builds on `sibling` a copy of each index of `target`, in the order of the target's index list.
void copy_indexes(Oid target, Oid sibling);

// Gives `target` the storage (heap, TOAST, indexes) of `sibling`, and drops the sibling with the old storage. The target keeps its
// OID and all that hangs on it. Needs AccessExclusiveLock on target, held by the caller. The index lists must
// still match; raises 40001 when somebody changed the table's indexes since copy_indexes.
void swap_storage(Oid target, Oid sibling);

// Takes AccessExclusiveLock, waiting at most `timeout_ms`; false when that was not enough.
bool try_lock_exclusive(Oid relation, int timeout_ms);

// Marks a materialized view as holding data.
void set_populated(Oid matview);

}  // namespace mesh::pg
