// What a command and its workers have in common (crew.cpp, member.cpp).
#pragma once

#include <csignal>

#include "pg/guard.h"

extern "C" {
#include "port/atomics.h"
#include "storage/dsm.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "storage/shm_mq.h"
}

namespace mesh::pg {

constexpr Size kQueueBytes = 128 * 1024;  // each way
constexpr char kPayload = 'D';            // a message that is not the server's own (N: notice, E: error)

struct CrewSlot {
    volatile pid_t pid;      // 0: not yet there, or gone
    volatile int64_t doing;  // -1: nothing
};

// All places are offsets from its own begin.
struct CrewShared {
    Oid database, authenticated, session, role;
    bool session_is_super, role_is_super;
    VirtualTransactionId command;
    PGPROC *command_proc;
    volatile sig_atomic_t is_over;
    int size;
    Size snapshot, libraries, settings, greeting, greeting_bytes, jobs, queues;
    CrewSlot slots[FLEXIBLE_ARRAY_MEMBER];

    char *place(Size offset) { return reinterpret_cast<char *>(this) + offset; }
    // The number under which it is offered; 0: it is not, or somebody has it.
    pg_atomic_uint32 *job(size_t number) { return reinterpret_cast<pg_atomic_uint32 *>(place(jobs)) + number; }
    shm_mq *to_worker(int worker) { return reinterpret_cast<shm_mq *>(place(queues + 2 * worker * kQueueBytes)); }
    shm_mq *from_worker(int worker) { return reinterpret_cast<shm_mq *>(place(queues + (2 * worker + 1) * kQueueBytes)); }
};

}  // namespace mesh::pg
