// Locks: on names of the mesh (advisory), and on relations that are about to be published.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Takes the lock that stands for `name` (a domain; "" is the registry) to the end of the transaction. With wait
// false returns false instead of waiting. Advisory locks of class 77 ("mesh"); SQL's own use classes 1 and 2.
bool lock_name(const std::string &name, bool wait);

// Takes AccessExclusiveLock on all of `relations`, in order of OID, or on none: false when one of them could not be had
// within `timeout_ms`. Held to the end of the transaction.
bool try_lock_all(std::vector<Oid> relations, int timeout_ms);

// Has another session of this database a snapshot that was taken before now? One that is gone within milliseconds, as a
// short statement's is, does not count.
bool older_snapshots();

}  // namespace mesh::pg
