// A worker's side of a command.
#include "pg/crew.h"
#include "pg/crew_shared.h"

extern "C" {
#include "access/parallel.h"
#include "libpq/pqformat.h"
#include "libpq/pqmq.h"
#include "mb/pg_wchar.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/backend_status.h"
}

namespace mesh::pg {

struct Member::Inner {
    dsm_segment *segment;
    CrewShared *shared;
    CrewSlot *slot;
    shm_mq_handle *in;
};

namespace {

void leave(dsm_segment *segment, Datum number) {
    static_cast<CrewShared *>(dsm_segment_address(segment))->slots[DatumGetInt32(number)].pid = 0;
}

// From here on the command is told what goes wrong.
void attach_queues(Member::Inner *inner, int number) {
    shm_mq *in = inner->shared->to_worker(number), *out = inner->shared->from_worker(number);
    shm_mq_set_receiver(in, MyProc);
    shm_mq_set_sender(out, MyProc);
    inner->in = shm_mq_attach(in, inner->segment, nullptr);
    pq_redirect_to_shm_mq(inner->segment, shm_mq_attach(out, inner->segment, nullptr));
    on_dsm_detach(inner->segment, leave, Int32GetDatum(number));
    inner->slot = &inner->shared->slots[number];
    inner->slot->pid = MyProcPid;
}

void connect(const CrewShared *shared) {
#ifdef BGWORKER_BYPASS_ROLELOGINCHECK
    uint32 flags = BGWORKER_BYPASS_ROLELOGINCHECK;  // its session has logged in
#else
    uint32 flags = 0;
#endif
    BackgroundWorkerInitializeConnectionByOid(shared->database, shared->authenticated, flags);
}

// As in ParallelWorkerMain. Messages go to the command as they are, whatever its client's encoding; commits need not wait for the disk: the
// command's own, which comes later, does.
void become_session(CrewShared *shared) {
    StartTransactionCommand();
    RestoreLibraryState(shared->place(shared->libraries));
    InitializingParallelWorker = true;
    RestoreGUCState(shared->place(shared->settings));
    InitializingParallelWorker = false;
    if (GetSessionUserId() != shared->session) SetSessionAuthorization(shared->session, shared->session_is_super);
    SetCurrentRoleId(shared->role, shared->role_is_super);
    CommitTransactionCommand();
    SetClientEncoding(GetDatabaseEncoding());
    SetConfigOption("synchronous_commit", "off", PGC_USERSET, PGC_S_SESSION);
}

// False when there is nothing left to join.
bool enter(Member::Inner *inner, Datum argument) {
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    int number;
    std::memcpy(&number, MyBgworkerEntry->bgw_extra, sizeof(number));
    inner->segment = dsm_attach(DatumGetUInt32(argument));
    if (inner->segment == nullptr) return false;
    dsm_pin_mapping(inner->segment);
    inner->shared = static_cast<CrewShared *>(dsm_segment_address(inner->segment));
    attach_queues(inner, number);
    connect(inner->shared);
    become_session(inner->shared);
    return true;
}

struct Received {
    shm_mq_result result;
    const char *data;
    Size bytes;
};

// Between two pieces of work there is nothing to cancel.
Received receive_message(shm_mq_handle *in, bool wait) {
    for (;;) {
        Size bytes = 0;
        void *data = nullptr;
        shm_mq_result result = shm_mq_receive(in, &bytes, &data, true);
        if (result != SHM_MQ_WOULD_BLOCK || !wait) return {result, static_cast<const char *>(data), bytes};
        (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, 0, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
        QueryCancelPending = false;
        CHECK_FOR_INTERRUPTS();
    }
}

void send_message(const char *data, int bytes) {
    StringInfoData message;
    pq_beginmessage(&message, kPayload);
    pq_sendbytes(&message, data, bytes);
    pq_endmessage(&message);
}

// In READ COMMITTED: the command's snapshot is the active one, and what looks at the catalog or the registry sees what is committed now.
void begin_on(CrewShared *shared) {
    StartTransactionCommand();
    XactIsoLevel = XACT_READ_COMMITTED;
    Snapshot snapshot = RestoreSnapshot(shared->place(shared->snapshot));
    RestoreTransactionSnapshot(snapshot, shared->command_proc);
    PushActiveSnapshot(snapshot);
}

}  // namespace

Member *Member::join(Datum argument) {
    auto *inner = call([] { return static_cast<Inner *>(MemoryContextAllocZero(TopMemoryContext, sizeof(Inner))); });
    if (!call([=] { return enter(inner, argument); })) return nullptr;
    auto *out = new Member();
    out->inner_ = inner;
    out->greeting_.assign(inner->shared->place(inner->shared->greeting), inner->shared->greeting_bytes);
    return out;
}

std::optional<std::string> Member::receive(bool wait) {
    if (is_over()) return std::nullopt;
    shm_mq_handle *in = inner_->in;
    Received got = call([=] { return receive_message(in, wait); });
    if (got.result != SHM_MQ_SUCCESS || is_over()) return std::nullopt;
    return std::string(got.data, got.bytes);
}

void Member::send(const std::string &message) {
    const char *data = message.data();
    int bytes = static_cast<int>(message.size());
    call([=] { send_message(data, bytes); });
}

bool Member::claim(size_t job, uint32_t number) {
    return pg_atomic_compare_exchange_u32(inner_->shared->job(job), &number, 0);
}

bool Member::is_over() const {
    return inner_->shared->is_over != 0;
}

void Member::at(int64_t what, const std::string &text) {
    if (what >= 0) QueryCancelPending = false;
    inner_->slot->doing = what;
    pg_memory_barrier();
    const char *shown = text.c_str();
    call([=] { pgstat_report_activity(what < 0 ? STATE_IDLE : STATE_RUNNING, shown); });
}

bool Member::begin() {
    CrewShared *shared = inner_->shared;
    try {
        call([shared] { begin_on(shared); });
        return true;
    } catch (const ServerError &) {
        call([] { AbortCurrentTransaction(); });
        return false;
    }
}

void Member::commit() {
    call([] {
        if (ActiveSnapshotSet()) PopActiveSnapshot();
        CommitTransactionCommand();
    });
}

void Member::begin_plain() {
    call([] {
        StartTransactionCommand();
        PushActiveSnapshot(GetTransactionSnapshot());
    });
}

void Member::abort() {
    call([] { AbortCurrentTransaction(); });
}

void Member::wait_for_command() {
    CrewShared *shared = inner_->shared;
    for (bool ended = false; !ended;) {
        QueryCancelPending = false;
        try {
            call([shared] {
                StartTransactionCommand();
                (void)VirtualXactLock(shared->command, true);
                CommitTransactionCommand();
            });
            ended = true;
        } catch (const ServerError &) {
            call([] { AbortCurrentTransaction(); });
        }
    }
}

}  // namespace mesh::pg
