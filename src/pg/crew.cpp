// The command's side of its workers. The model is access/transam/parallel.c; what differs: these workers write and commit, are no lock
// group, and are given one piece of work after the other.
#include "pg/crew.h"

#include "pg/crew_shared.h"
#include "pg/spi.h"

extern "C" {
#include "access/parallel.h"
#include "access/transam.h"
#include "access/xlog.h"
#include "lib/stringinfo.h"
#include "libpq/pqmq.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/latch.h"
}

namespace mesh::pg {

struct Crew::Inner {
    MemoryContext memory;
    dsm_segment *segment;
    CrewShared *shared;
    struct One {
        BackgroundWorkerHandle *handle;
        shm_mq_handle *to, *from;
        bool is_gone;
    } * ones;
    std::vector<std::string> last_words;
};

namespace {

bool has_temporary_tables() {
    Oid space = InvalidOid, toast = InvalidOid;
    call([&space, &toast] { GetTempNamespaceState(&space, &toast); });
    return OidIsValid(space) && query_value("select true from pg_catalog.pg_class where relnamespace = $1::oid limit 1", {std::to_string(space)});
}

TransactionId *with_own(const TransactionId *xids, uint32 count, const TransactionId *own, int own_count, TransactionId before, uint32 *total) {
    auto *out = static_cast<TransactionId *>(palloc(sizeof(TransactionId) * (count + own_count + 1)));
    std::copy(xids, xids + count, out);
    *total = count;
    for (int i = 0; i < own_count; i++)
        if (TransactionIdPrecedes(own[i], before)) out[(*total)++] = own[i];
    return out;
}

// The active snapshot as others may use it: to them this transaction is one that has not ended, and its rows must not look like those of
// one that was rolled back.
SnapshotData shared_snapshot() {
    SnapshotData out = *GetActiveSnapshot();
    TransactionId top = GetTopTransactionIdIfAny(), *children = nullptr;
    int child_count = xactGetCommittedChildren(&children);
    uint32 total = 0;
    out.xip = with_own(out.xip, out.xcnt, &top, TransactionIdIsValid(top) ? 1 : 0, out.xmax, &total);
    out.xcnt = total;
    if (!out.suboverflowed) {
        out.subxip = with_own(out.subxip, out.subxcnt, children, child_count, out.xmax, &total);
        out.subxcnt = static_cast<int32>(total);
    }
    out.curcid = FirstCommandId;
    return out;
}

// Runs when this session lets go of the memory, however that comes about.
void abandon(dsm_segment *segment, Datum) {
    auto *shared = static_cast<CrewShared *>(dsm_segment_address(segment));
    shared->is_over = 1;
    pg_memory_barrier();
    for (int i = 0; i < shared->size; i++)
        if (shared->slots[i].pid != 0 && shared->slots[i].doing >= 0) (void)kill(shared->slots[i].pid, SIGINT);
}

struct Places {
    Size snapshot, libraries, library_bytes, settings, setting_bytes, greeting, jobs, queues, total;
};

Places lay_out(int size, Snapshot snapshot, Size greeting_bytes, size_t jobs) {
    Places out = {};
    Size at = MAXALIGN(offsetof(CrewShared, slots) + sizeof(CrewSlot) * size);
    auto take = [&at](Size bytes) {
        Size place = at;
        at = MAXALIGN(at + bytes);
        return place;
    };
    out.snapshot = take(EstimateSnapshotSpace(snapshot));
    out.libraries = take(out.library_bytes = EstimateLibraryStateSpace());
    out.settings = take(out.setting_bytes = EstimateGUCStateSpace());
    out.greeting = take(greeting_bytes);
    out.jobs = take(jobs * sizeof(pg_atomic_uint32));
    out.queues = take(2 * size * kQueueBytes);
    out.total = at;
    return out;
}

void describe_session(CrewShared *shared) {
    shared->database = MyDatabaseId;
    shared->authenticated = GetAuthenticatedUserId();
    shared->session = GetSessionUserId();
    shared->session_is_super = superuser_arg(shared->session);
    shared->role = GetCurrentRoleId();
    shared->role_is_super = OidIsValid(shared->role) && superuser_arg(shared->role);
    shared->command_proc = MyProc;
    GET_VXID_FROM_PGPROC(shared->command, *MyProc);
}

// All of it, also the queues, before the first worker is registered: it may be there at once.
CrewShared *fill_segment(dsm_segment *segment, const Places &places, int size, Snapshot snapshot, const char *greeting, Size greeting_bytes, size_t jobs) {
    auto *shared = static_cast<CrewShared *>(dsm_segment_address(segment));
    describe_session(shared);
    shared->is_over = 0;
    shared->size = size;
    shared->snapshot = places.snapshot;
    shared->libraries = places.libraries;
    shared->settings = places.settings;
    shared->greeting = places.greeting;
    shared->greeting_bytes = greeting_bytes;
    shared->jobs = places.jobs;
    shared->queues = places.queues;
    SerializeSnapshot(snapshot, shared->place(places.snapshot));
    SerializeLibraryState(places.library_bytes, shared->place(places.libraries));
    SerializeGUCState(places.setting_bytes, shared->place(places.settings));
    std::memcpy(shared->place(places.greeting), greeting, greeting_bytes);
    for (size_t i = 0; i < jobs; i++) pg_atomic_init_u32(shared->job(i), 0);
    for (int i = 0; i < size; i++) {
        shared->slots[i].pid = 0;
        shared->slots[i].doing = -1;
        shm_mq_set_sender(shm_mq_create(shared->to_worker(i), kQueueBytes), MyProc);
        shm_mq_set_receiver(shm_mq_create(shared->from_worker(i), kQueueBytes), MyProc);
    }
    return shared;
}

bool start_one(Crew::Inner *inner, int number, const char *function) {
    BackgroundWorker worker = {};
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_ConsistentState;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    snprintf(worker.bgw_name, BGW_MAXLEN, "mesh worker for PID %d", MyProcPid);
    strlcpy(worker.bgw_type, "mesh worker", BGW_MAXLEN);
    strlcpy(worker.bgw_library_name, "mesh", sizeof(worker.bgw_library_name));
    strlcpy(worker.bgw_function_name, function, BGW_MAXLEN);
    worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(inner->segment));
    std::memcpy(worker.bgw_extra, &number, sizeof(number));
    worker.bgw_notify_pid = MyProcPid;
    Crew::Inner::One &one = inner->ones[number];
    if (!RegisterDynamicBackgroundWorker(&worker, &one.handle)) return false;
    one.to = shm_mq_attach(inner->shared->to_worker(number), inner->segment, one.handle);
    one.from = shm_mq_attach(inner->shared->from_worker(number), inner->segment, one.handle);
    return true;
}

// Returns how many were started.
int start(Crew::Inner *inner, int size, const char *function, const char *greeting, Size greeting_bytes, size_t jobs) {
    SnapshotData snapshot = shared_snapshot();
    Places places = lay_out(size, &snapshot, greeting_bytes, jobs);
    inner->segment = dsm_create(places.total, DSM_CREATE_NULL_IF_MAXSEGMENTS);
    if (inner->segment == nullptr) return 0;
    dsm_pin_mapping(inner->segment);
    inner->shared = fill_segment(inner->segment, places, size, &snapshot, greeting, greeting_bytes, jobs);
    inner->ones = static_cast<Crew::Inner::One *>(palloc0(sizeof(Crew::Inner::One) * size));
    int started = 0;
    while (started < size && start_one(inner, started, function)) started++;
    inner->shared->size = started;
    on_dsm_detach(inner->segment, abandon, Datum(0));
    return started;
}

}  // namespace

std::string sharing_obstacle() {
    const char *simple = call([]() -> const char * {
        if (IsSubTransaction()) return "the run is part of a subtransaction, as in a block with EXCEPTION";
        if (IsTransactionBlock()) return "the run is part of a transaction block";
        if (IsolationUsesXactSnapshot()) return "the isolation level is not READ COMMITTED";
        if (TransactionIdIsValid(GetTopTransactionIdIfAny())) return "the run's transaction has changed something before";
        if (!XLogIsNeeded()) return "wal_level is minimal";
        return "";
    });
    if (*simple != '\0') return simple;
    return has_temporary_tables() ? "the session has temporary tables" : "";
}

Crew::Crew(int size, const char *function, const std::string &greeting, size_t jobs) : inner_(new Inner{}) {
    Inner *inner = inner_;
    const char *text = greeting.data();
    Size bytes = greeting.size();
    try {
        int started = call([=] {
            inner->memory = AllocSetContextCreate(TopMemoryContext, "mesh crew", ALLOCSET_DEFAULT_SIZES);
            MemoryContext outer = MemoryContextSwitchTo(inner->memory);
            int count = start(inner, size, function, text, bytes, jobs);
            MemoryContextSwitchTo(outer);
            return count;
        });
        inner->last_words.resize(started);
    } catch (...) {
        if (inner->segment != nullptr) dsm_detach(inner->segment);
        if (inner->memory != nullptr) MemoryContextDelete(inner->memory);
        delete inner;
        throw;
    }
}

Crew::~Crew() {
    if (inner_->segment != nullptr) dsm_detach(inner_->segment);
    MemoryContextDelete(inner_->memory);
    delete inner_;
}

int Crew::size() const {
    return static_cast<int>(inner_->last_words.size());
}

int Crew::alive() const {
    int out = 0;
    for (int i = 0; i < size(); i++) out += is_alive(i) ? 1 : 0;
    return out;
}

bool Crew::is_alive(int worker) const {
    return !inner_->ones[worker].is_gone;
}

void Crew::offer(size_t job, uint32_t number) {
    pg_atomic_write_u32(inner_->shared->job(job), number);
}

bool Crew::take_back(size_t job, uint32_t number) {
    return pg_atomic_compare_exchange_u32(inner_->shared->job(job), &number, 0);
}

bool Crew::send(int worker, const std::string &message) {
    Inner::One *one = &inner_->ones[worker];
    const char *data = message.data();
    Size bytes = message.size();
    return call([=] {
        shm_mq_result result = shm_mq_send(one->to, bytes, data, true, true);
        return result != SHM_MQ_WOULD_BLOCK;
    });
}

namespace {

struct Received {
    shm_mq_result result;
    const char *data;
    Size bytes;
};

Received receive_one(shm_mq_handle *from) {
    Size bytes = 0;
    void *data = nullptr;
    shm_mq_result result = shm_mq_receive(from, &bytes, &data, true);
    return {result, static_cast<const char *>(data), bytes};
}

// Tells a notice on; returns an error's message.
const char *handle_server_message(const char *data, Size bytes) {
    StringInfoData buffer;
    initStringInfo(&buffer);
    appendBinaryStringInfo(&buffer, data + 1, static_cast<int>(bytes - 1));
    if (data[0] != 'N' && data[0] != 'E') return nullptr;
    ErrorData error = {};
    pq_parse_errornotice(&buffer, &error);
    if (data[0] == 'E') return error.message;
    error.elevel = Min(error.elevel, WARNING);
    ThrowErrorData(&error);
    return nullptr;
}

}  // namespace

std::optional<std::string> Crew::receive(int worker) {
    Inner::One *one = &inner_->ones[worker];
    while (!one->is_gone) {
        Received got = call([=] { return receive_one(one->from); });
        if (got.result == SHM_MQ_WOULD_BLOCK) return std::nullopt;
        if (got.result == SHM_MQ_DETACHED) {
            one->is_gone = true;
            return std::nullopt;
        }
        if (got.bytes > 0 && got.data[0] == kPayload) return std::string(got.data + 1, got.bytes - 1);
        const char *said = got.bytes == 0 ? nullptr : call([got] { return handle_server_message(got.data, got.bytes); });
        if (said != nullptr) inner_->last_words[worker] = said;
    }
    return std::nullopt;
}

const std::string &Crew::last_words(int worker) const {
    return inner_->last_words[worker];
}

int64_t Crew::doing(int worker) const {
    return inner_->shared->slots[worker].doing;
}

void Crew::cancel(int worker) {
    pid_t pid = inner_->shared->slots[worker].pid;
    if (pid != 0) (void)kill(pid, SIGINT);
}

void Crew::wait(int ms) {
    call([ms] {
        (void)WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, ms, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
    });
}

bool Crew::waits_for_us(int worker) const {
    pid_t pid = inner_->shared->slots[worker].pid;
    if (pid == 0) return false;
    Value found = query_value("with recursive waits(pid) as (select pg_catalog.unnest(pg_catalog.pg_blocking_pids($1::int))"
                              " union select b from waits w, pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) b)"
                              " select true from waits where pid = pg_catalog.pg_backend_pid()",
                              {std::to_string(pid)});
    return found.has_value();
}

}  // namespace mesh::pg
