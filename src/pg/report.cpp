#include "pg/report.h"

extern "C" {
#include "access/twophase.h"
#include "storage/lock.h"
}

namespace mesh::pg {

static size_t relations_of_run = 0;

static void report(int level, const char *message, const char *detail, const char *hint) {
    call([=] {
        ereport(level, (errmsg_internal("%s", message), *detail == '\0' ? 0 : errdetail_internal("%s", detail),
                        *hint == '\0' ? 0 : errhint("%s", hint)));
    });
}

void notice(const std::string &message, const std::string &detail, const std::string &hint) {
    report(NOTICE, message.c_str(), detail.c_str(), hint.c_str());
}

void warning(const std::string &message, const std::string &detail, const std::string &hint) {
    report(WARNING, message.c_str(), detail.c_str(), hint.c_str());
}

void debug(const std::string &message) {
    report(DEBUG1, message.c_str(), "", "");
}

void expect_relations(size_t relations) {
    relations_of_run = relations;
}

bool lock_table_is_full(const ErrorData *error) {
    return error->sqlerrcode == ERRCODE_OUT_OF_MEMORY && error->hint != nullptr && std::strstr(error->hint, "max_locks_per_transaction") != nullptr;
}

// Where each relation of the run has TOAST and an index, and is built by a worker. The server's memory holds these for each of its processes.
static std::string hint_at_locks() {
    size_t processes = static_cast<size_t>(MaxBackends + max_prepared_xacts), enough = (10 * relations_of_run + processes - 1) / processes;
    size_t value = 64;
    while (value < enough || value <= static_cast<size_t>(max_locks_per_xact)) value *= 2;
    return "A run of " + std::to_string(relations_of_run) + " models may lock more relations than the server has room for: set max_locks_per_transaction to " +
           std::to_string(value) + " (it is " + std::to_string(max_locks_per_xact) + ") and restart the server, or run fewer models at once.";
}

std::string error_text(const ErrorData *error) {
    std::string text = error->message == nullptr ? "unknown error" : error->message;
    if (error->detail != nullptr && *error->detail != '\0') text += " (" + std::string(error->detail) + ")";
    std::string hint = error->hint == nullptr ? "" : error->hint;
    if (hint.find("CASCADE") != std::string::npos) hint = "Change or drop what depends on it first; the mesh drops nothing of others.";
    if (lock_table_is_full(error) && relations_of_run > 0) hint = hint_at_locks();
    if (!hint.empty()) text += " Hint: " + hint;
    return text;
}

const char *error_kind_name(const ErrorData *error) {
    return core::error_kind_name(error_kind(error));
}

}  // namespace mesh::pg
