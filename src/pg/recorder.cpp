#include "pg/recorder.h"

extern "C" {
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/dsm.h"
#include "storage/ipc.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
}

namespace mesh::pg {

struct Shared {
    Oid database;
    size_t capacity, used;
    char lines[FLEXIBLE_ARRAY_MEMBER];
};

struct Recorder {
    Recorder *next;
    dsm_segment *segment;
    Shared *shared;
    SubTransactionId transaction;  // whose rollback loses the history; invalid: it is lost already
    const char *worker;
};

namespace {

Recorder *recorders = nullptr;
bool callbacks_registered = false;
bool progress_shown = false;

// Also called while a transaction aborts: whatever cannot be done is given up, nothing raises.
void start_writer(const Recorder *recorder) {
    BackgroundWorker worker = {};
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    strlcpy(worker.bgw_name, "mesh history writer", BGW_MAXLEN);
    strlcpy(worker.bgw_type, "mesh history writer", BGW_MAXLEN);
    strlcpy(worker.bgw_library_name, "mesh", sizeof(worker.bgw_library_name));
    strlcpy(worker.bgw_function_name, recorder->worker, BGW_MAXLEN);
    worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(recorder->segment));
    dsm_pin_segment(recorder->segment);
    if (RegisterDynamicBackgroundWorker(&worker, nullptr)) return;
    dsm_unpin_segment(dsm_segment_handle(recorder->segment));
    ereport(LOG, (errmsg("mesh could not keep the history of a run that was rolled back"), errhint("Raise max_worker_processes.")));
}

void end_all(bool lost) {
    while (recorders != nullptr) {
        Recorder *recorder = recorders;
        recorders = recorder->next;
        if (lost || recorder->transaction == InvalidSubTransactionId) start_writer(recorder);
        dsm_detach(recorder->segment);
        pfree(recorder);
    }
}

void hide_progress() {
    if (!progress_shown) return;
    progress_shown = false;
    pgstat_report_appname(application_name);
}

void at_transaction_end(XactEvent event, void *) {
    bool lost = event == XACT_EVENT_ABORT;
    if (!lost && event != XACT_EVENT_COMMIT && event != XACT_EVENT_PREPARE) return;
    hide_progress();
    end_all(lost);
}

void at_subtransaction_end(SubXactEvent event, SubTransactionId mine, SubTransactionId parent, void *) {
    if (event != SUBXACT_EVENT_ABORT_SUB && event != SUBXACT_EVENT_COMMIT_SUB) return;
    for (Recorder *recorder = recorders; recorder != nullptr; recorder = recorder->next)
        if (recorder->transaction == mine) recorder->transaction = event == SUBXACT_EVENT_COMMIT_SUB ? parent : InvalidSubTransactionId;
}

void register_callbacks() {
    if (callbacks_registered) return;
    RegisterXactCallback(at_transaction_end, nullptr);
    RegisterSubXactCallback(at_subtransaction_end, nullptr);
    callbacks_registered = true;
}

Recorder *begin(size_t bytes, const char *worker) {
    register_callbacks();
    dsm_segment *segment = dsm_create(offsetof(Shared, lines) + bytes, DSM_CREATE_NULL_IF_MAXSEGMENTS);
    if (segment == nullptr) return nullptr;
    dsm_pin_mapping(segment);
    auto *recorder = static_cast<Recorder *>(MemoryContextAllocZero(TopMemoryContext, sizeof(Recorder)));
    recorder->segment = segment;
    recorder->shared = static_cast<Shared *>(dsm_segment_address(segment));
    recorder->shared->database = MyDatabaseId;
    recorder->shared->capacity = bytes;
    recorder->shared->used = 0;
    recorder->transaction = GetCurrentSubTransactionId();
    recorder->worker = worker;
    recorder->next = recorders;
    recorders = recorder;
    return recorder;
}

}  // namespace

Recorder *recorder_begin(size_t bytes, const char *worker) {
    return call([=] { return begin(bytes, worker); });
}

bool recorder_add(Recorder *recorder, const std::string &line) noexcept {
    if (recorder == nullptr || recorder->shared->used + line.size() + 1 > recorder->shared->capacity) return false;
    std::memcpy(recorder->shared->lines + recorder->shared->used, line.data(), line.size());
    recorder->shared->lines[recorder->shared->used + line.size()] = '\n';
    recorder->shared->used += line.size() + 1;
    return true;
}

std::string recorder_receive(Datum argument) {
    const Shared *shared = call([=] {
        dsm_segment *segment = dsm_attach(DatumGetUInt32(argument));
        if (segment == nullptr) ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the record of the run is gone")));
        dsm_unpin_segment(DatumGetUInt32(argument));
        auto *found = static_cast<const Shared *>(dsm_segment_address(segment));
        BackgroundWorkerInitializeConnectionByOid(found->database, InvalidOid, 0);
        return found;
    });
    return {shared->lines, shared->used};
}

void show_progress(const std::string &text) {
    const char *shown = text.c_str();
    call([shown] {
        register_callbacks();
        if (*shown == '\0') return hide_progress();
        progress_shown = true;
        pgstat_report_appname(shown);
    });
}

}  // namespace mesh::pg
