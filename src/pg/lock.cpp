#include "pg/lock.h"

#include <algorithm>

#include "pg/session.h"

extern "C" {
#include "common/hashfn.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
}

namespace mesh::pg {

namespace {

constexpr uint16 kLockClass = 77;

void lock_list(const Oid *relations, int count, int timeout_ms) {
    // Who gives way in a deadlock is decided after deadlock_timeout: the run does, before a reader can be chosen.
    char value[32];
    snprintf(value, sizeof(value), "%d", Max(1, Min(timeout_ms, DeadlockTimeout / 2)));
    int level = NewGUCNestLevel();
    (void)set_config_option("lock_timeout", value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    for (int i = 0; i < count; i++) LockRelationOid(relations[i], AccessExclusiveLock);
    AtEOXact_GUC(true, level);
}

// Transactions of other sessions of this database that hold a snapshot. Maintenance workers do not count.
VirtualTransactionId *snapshot_holders(int *count) {
    return GetCurrentVirtualXIDs(ReadNextTransactionId(), true, false, PROC_IS_AUTOVACUUM | PROC_IN_VACUUM, count);
}

// Keeps of `kept` what is in `others` too.
int keep_common(VirtualTransactionId *kept, int count, const VirtualTransactionId *others, int other_count) {
    return static_cast<int>(std::remove_if(kept, kept + count, [=](const VirtualTransactionId &one) {
        return std::none_of(others, others + other_count,
                            [&](const VirtualTransactionId &other) { return VirtualTransactionIdEquals(one, other); });
    }) - kept);
}

}  // namespace

bool lock_name(const std::string &name, bool wait) {
    const char *text = name.c_str();
    int size = static_cast<int>(name.size());
    return call([=] {
        uint64 hash = hash_bytes_extended(reinterpret_cast<const unsigned char *>(text), size, 0);
        LOCKTAG tag;
        SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(hash >> 32), static_cast<uint32>(hash), kLockClass);
        return LockAcquire(&tag, ExclusiveLock, false, !wait) != LOCKACQUIRE_NOT_AVAIL;
    });
}

bool try_lock_all(std::vector<Oid> relations, int timeout_ms) {
    std::sort(relations.begin(), relations.end());
    const Oid *list = relations.data();
    int count = static_cast<int>(relations.size());
    SubTransaction sub = begin_subtransaction();
    try {
        call([=] { lock_list(list, count, timeout_ms); });
        commit_subtransaction(sub);
        return true;
    } catch (const ServerError &e) {
        ErrorData *error = copy_error_into(sub.memory, e.data);
        rollback_subtransaction(sub);
        if (error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE || error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED) return false;
        throw ServerError{error};
    }
}

bool older_snapshots() {
    return call([] {
        constexpr int kLooks = 5;
        int count = 0;
        VirtualTransactionId *held = snapshot_holders(&count);
        for (int look = 1; count > 0 && look < kLooks; look++) {
            pg_usleep(1000L);
            int now_count = 0;
            VirtualTransactionId *now = snapshot_holders(&now_count);
            count = keep_common(held, count, now, now_count);
            pfree(now);
        }
        pfree(held);
        return count > 0;
    });
}

}  // namespace mesh::pg
