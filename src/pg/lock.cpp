#include "pg/lock.h"

#include <algorithm>

#include "pg/guc.h"
#include "pg/session.h"

extern "C" {
#include "access/xlog.h"
#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/procarray.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
}

namespace mesh::pg {

namespace {

constexpr uint16 kLockClass = 77;

LOCKTAG tag_of(const std::string &name) {
    uint64 hash = hash_bytes_extended(reinterpret_cast<const unsigned char *>(name.data()), static_cast<int>(name.size()), 0);
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(hash >> 32), static_cast<uint32>(hash), kLockClass);
    return tag;
}

void set_for_now(const char *setting, int ms) {
    char value[32];
    snprintf(value, sizeof(value), "%d", ms);
    (void)set_config_option(setting, value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
}

// Readers of what is locked already wait as well: all locks together are waited for no longer than one would be. Whoever waits for
// deadlock_timeout looks for a deadlock and gives way, or cancels the autovacuum that is in the way: the run does so early, before a
// reader can be chosen. `at` is the lock that is waited for.
void lock_list(const Oid *relations, int count, int *at) {
    int level = NewGUCNestLevel();
    int most = Max(2, Min(lock_timeout_ms, DeadlockTimeout / 2));
    TimestampTz start = GetCurrentTimestamp();
    set_for_now("deadlock_timeout", Max(1, most / 4));
    for (*at = 0; *at < count; (*at)++) {
        if (ConditionalLockRelationOid(relations[*at], AccessExclusiveLock)) continue;
        long waited = TimestampDifferenceMilliseconds(start, GetCurrentTimestamp());
        set_for_now("lock_timeout", Max(1, most - static_cast<int>(Min(waited, most))));
        LockRelationOid(relations[*at], AccessExclusiveLock);
    }
    AtEOXact_GUC(true, level);
}

// What this transaction has written so far goes to disk now: its commit, which does that while it holds the locks, has little left.
void flush_log() {
    if (XactLastRecEnd != InvalidXLogRecPtr) XLogFlush(XactLastRecEnd);
}

// Waits of growing and random length, so that two that lost against each other do not meet again, and readers get their turn.
void pause(int attempt) {
    double spread = 0.5 + pg_prng_double(&pg_global_prng_state);
    (void)DirectFunctionCall1(pg_sleep, Float8GetDatum(Min(0.01 * (1 << Min(attempt, 6)), 0.12) * spread));
}

// True when all are locked; else `at` is the one that is not.
bool try_lock_list(const Oid *relations, int count, int *at) {
    SubTransaction sub = begin_subtransaction();
    try {
        call([=] { lock_list(relations, count, at); });
        commit_subtransaction(sub);
        return true;
    } catch (const ServerError &e) {
        ErrorData *error = copy_error_into(sub.memory, e.data);
        rollback_subtransaction(sub);
        if (error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE || error->sqlerrcode == ERRCODE_T_R_DEADLOCK_DETECTED) return false;
        throw ServerError{error};
    }
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
    LOCKTAG tag = tag_of(name);
    return call([=] { return LockAcquire(&tag, ExclusiveLock, false, !wait) != LOCKACQUIRE_NOT_AVAIL; });
}

void hold_name(const std::string &name) {
    LOCKTAG tag = tag_of(name);
    call([=] { (void)LockAcquire(&tag, ShareLock, true, false); });
}

Oid lock_all(std::vector<Oid> relations) {
    std::sort(relations.begin(), relations.end());
    int at = 0;
    call([] { flush_log(); });
    for (int attempt = 0; attempt <= lock_retries; attempt++) {
        if (attempt > 0) call([attempt] { pause(attempt); });
        if (try_lock_list(relations.data(), static_cast<int>(relations.size()), &at)) return InvalidOid;
    }
    return relations[at];
}

LimitedWaits::LimitedWaits() {
    int64_t patience = static_cast<int64_t>(lock_timeout_ms) * (lock_retries + 1);
    int most = static_cast<int>(std::min<int64_t>(INT_MAX, patience));
    level = call([most] {
        int nest = NewGUCNestLevel();
        if (LockTimeout == 0 || LockTimeout > most) set_for_now("lock_timeout", most);
        return nest;
    });
}

void LimitedWaits::end() {
    int nest = level;
    call([nest] { AtEOXact_GUC(true, nest); });
}

void lock_relation(Oid relation, bool for_writing) {
    const char *name = call([=] {
        const char *found = get_rel_name(relation);
        return found == nullptr ? "" : quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), found);
    });
    LimitedWaits waits;
    try {
        call([=] { LockRelationOid(relation, for_writing ? RowExclusiveLock : AccessShareLock); });
    } catch (const ServerError &e) {
        if (e.data->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE) throw;
        throw core::Error("55P03", std::string("could not lock ") + name, "Other sessions kept it in use.",
                          "See pg_locks, or raise mesh.lock_timeout or mesh.lock_retries.");
    }
    waits.end();
}

bool older_snapshots() {
    return call([] {
        constexpr int kLooks = 10, kLasting = 5;
        int count = 0, since = 0;
        VirtualTransactionId *held = snapshot_holders(&count);
        for (int look = 1; count > 0 && look < kLooks && look - since < kLasting; look++) {
            pg_usleep(1000L);
            int now_count = 0;
            VirtualTransactionId *now = snapshot_holders(&now_count);
            count = keep_common(held, count, now, now_count);
            if (count > 0) continue;
            held = now;
            count = now_count;
            since = look;
        }
        return count > 0;
    });
}

}  // namespace mesh::pg
