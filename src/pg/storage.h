// A relation's rows as the server stores them: whether they can have changed since an earlier look, without reading their values.
// docs/unchanged.md tells why these answers are safe.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// The newest position in the write-ahead log.
uint64_t log_position();

// The id, in its 64-bit form, that the next transaction or subtransaction gets which writes something.
uint64_t next_transaction();

// The relations of this database that other sessions' transactions have locked for writing, prepared ones too. Whatever another transaction
// has written before log_position(), called before this, and is not yet committed, is among them.
std::set<Oid> relations_being_written();

// Will statements read a snapshot that was taken before now?
bool has_old_snapshot();

// The newest position at which a function, operator or cast was defined or changed, or the catalogs of these were cleaned up.
uint64_t functions_log();

struct Storage {
    char kind = '\0';
    std::string identity;  // digest of cluster, database, relation and where its rows are; of a view: of its definition
    std::string shape;     // digest of columns and indexes
    std::string unknown;   // why later changes of its rows leave no trace
    uint32_t blocks = 0;
    std::vector<Oid> parts;  // children, partitions
    bool locked = false;     // another session has it locked exclusively, and nothing else is known
    bool is_logged = false;  // changes of its pages stand in the write-ahead log
    bool is_untouched = false;  // no page of it is newer than the position that was asked for
    uint32_t later = 0;         // pages that were read for it, and need not be for a newer position
    bool has_rows() const { return kind == 'r' || kind == 'm'; }
};

// When a table had so many pages, and the write-ahead log stood there. 0: nothing is asked.
struct Since {
    uint32_t blocks = 0;
    uint64_t log = 0;
};

// What the relation is now. Waits for no lock, and holds none afterwards. Of a table or materialized view, for is_untouched: reads the visibility
// map, and the headers of pages that are not all visible since before the position.
Storage storage_of(Oid relation, const Since &since = {});

// The rows that the active snapshot sees.
struct Counted {
    uint64_t rows = 0;
    uint64_t horizon = 0;            // all of them were written by transactions older than this,
    std::vector<uint64_t> writers;   // or by these
};

// Nothing when that cannot be said: some were written by transactions that are neither older than all that are running nor ours, or there are
// too many pages. With `own_changes` also those that this transaction has written since the snapshot was taken, and without what it has deleted.
// Reads row headers only.
std::optional<Counted> count_rows(Oid relation, bool own_changes);

// Does the active snapshot see the rows of an earlier count_rows(), and no others?
bool sees_same_rows(Oid relation, const Counted &then);

// The same for a table that this transaction, or a worker of it that has ended, has filled and nobody else can have written to.
std::optional<Counted> count_own(Oid relation, uint64_t rows);

// Would the role see all rows of the relation?
bool sees_all_rows(Oid relation, Oid role);

// May the role read the relation, or a column of it?
bool may_read(Oid relation, Oid role);

}  // namespace mesh::pg
