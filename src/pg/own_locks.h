// Locks on what this transaction has made itself. No other session can see that before it commits, so that they guard nothing; but a run that makes
// thousands of relations would fill the server's lock table with them, which has room for some thousand on a server as it is installed.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Lets go of the locks on what a relation consists of beside itself: row type, TOAST, indexes, rules. Does nothing unless the (sub)transaction that is
// going on has made the relation.
void release_parts(Oid relation);

// Drops a relation by this statement, and keeps no lock by that which only concerns what this transaction has made: none at all on a relation that the
// (sub)transaction that is going on has made.
void drop_own(Oid relation, const std::string &sql);

// Within pg::call. Notes which locks on the parts of a relation are held, if this transaction has made it, and lets go of those that were taken since;
// also when it has been dropped by then. NULL: it is older.
struct PartLocks;
PartLocks *note_part_locks(Oid relation);
void release_since(PartLocks *locks);

}  // namespace mesh::pg
