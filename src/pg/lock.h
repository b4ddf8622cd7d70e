// Locks: on names of the mesh (advisory), and on relations that are about to be published.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Takes the lock that stands for `name` (a domain; "" is the registry) to the end of the transaction. With wait
// false returns false instead of waiting. Advisory locks of class 77 ("mesh"); SQL's own use classes 1 and 2.
bool lock_name(const std::string &name, bool wait);

// Keeps others from taking lock_name(name) as long as this session lives; any number of sessions can do so at once.
void hold_name(const std::string &name);

// Takes AccessExclusiveLock on all of `relations`, in order of OID, or on none: each attempt waits no longer than mesh.lock_timeout for all
// of them, so that new readers do not queue behind it for long, and there are mesh.lock_retries more of them. An autovacuum in the way
// is cancelled. Held to the end of the transaction. Returns the relation that could not be locked, or InvalidOid.
Oid lock_all(std::vector<Oid> relations);

// While it lives, no lock is waited for longer than lock_all() does in all its attempts: then 55P03. For what locks relations and runs no
// user's code. On an exception the (sub)transaction's abort ends it.
struct LimitedWaits {
    int level;
    LimitedWaits();
    void end();
};

// Locks a relation against changes of its definition, or for writing. Raises 55P03, which names it, as LimitedWaits.
void lock_relation(Oid relation, bool for_writing);

// Has another session of this database a snapshot that was taken before now? Waits some milliseconds for a moment without any, as short
// statements leave it; when it says no, there was none just then.
bool older_snapshots();

}  // namespace mesh::pg
