#include "pg/guc.h"

#include "pg/guard.h"

extern "C" {
#include "utils/varlena.h"
}

namespace mesh::pg {

int history_retention_days = 90;
int lock_retries = 80;
int lock_timeout_ms = 50;
int query_memory_kb = 256 * 1024;
int threads = 1;
int progress = kProgressText;
bool skip_unchanged = true;
bool standby_readers = false;
char *vars = nullptr;

// json: the line for people as the message, the step's facts as a JSON object in the detail.
const config_enum_entry progress_forms[] = {{"off", kNoProgress, false}, {"on", kProgressText, false}, {"json", kProgressJson, false},
                                            {"false", kNoProgress, true}, {"true", kProgressText, true}, {"no", kNoProgress, true},
                                            {"yes", kProgressText, true}, {"0", kNoProgress, true}, {"1", kProgressText, true}, {nullptr, 0, false}};

void define_settings() {
    DefineCustomIntVariable("mesh.history_retention", "Sets how many days of run history are kept.",
                            "Zero keeps everything.", &history_retention_days, 90, 0, 36500, PGC_SUSET, 0, nullptr,
                            nullptr, nullptr);
    DefineCustomIntVariable("mesh.lock_retries", "Sets how often a publish tries again for its locks.", nullptr,
                            &lock_retries, 80, 0, 1000, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("mesh.lock_timeout", "Sets how long one attempt to publish waits for its locks.",
                            "While it waits, new readers of the relations queue behind it. It is never longer than half of deadlock_timeout.", &lock_timeout_ms, 50, 1,
                            INT_MAX, PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
    DefineCustomEnumVariable("mesh.progress", "Tells each step of a run in a NOTICE.", "With json, its detail is a JSON object for programs.", &progress,
                             kProgressText, progress_forms, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("mesh.query_memory", "Sets how much memory the result of a query may take that a template, hook or test asks for.", nullptr,
                            &query_memory_kb, 256 * 1024, 64, MAX_KILOBYTES, PGC_USERSET, GUC_UNIT_KB, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("mesh.skip_unchanged", "Leaves alone what a run would build as it is.", "mesh.run(force => true) builds it once.", &skip_unchanged, true,
                             PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("mesh.standby_readers", "Keeps REPEATABLE READ transactions of standbys from seeing half of a run.",
                             "A run that changes rows in place then never exchanges the storage of others: it cannot know of older snapshots there.", &standby_readers, false,
                             PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("mesh.threads", "Sets how many models a run builds at once.",
                            "More than one needs as many background workers. mesh.run(threads => ...) goes before it.", &threads, 1, 1, kMostThreads,
                            PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("mesh.vars", "Sets the variables that models read with mesh.var().",
                               "A JSON object. mesh.run(vars => ...) sets it for the time of the run.", &vars, "{}",
                               PGC_USERSET, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("mesh");
}

std::vector<std::string> parse_search_path(const std::string &text) {
    struct Names {
        bool ok;
        int count;
        const char **name;
    };
    const char *raw = text.c_str();
    Names names = call([raw] {
        List *list = NIL;
        Names out = {SplitIdentifierString(pstrdup(raw), ',', &list), 0, nullptr};
        out.name = static_cast<const char **>(palloc0(sizeof(char *) * (list_length(list) + 1)));
        ListCell *cell;
        foreach (cell, list) out.name[out.count++] = static_cast<const char *>(lfirst(cell));
        return out;
    });
    if (!names.ok) throw core::Error("22023", "invalid search_path: \"" + text + "\"", "", "Write names of schemas, separated by commas.");
    std::vector<std::string> out;
    for (int i = 0; i < names.count; i++)
        if (std::string name = names.name[i]; name != "pg_catalog" && name != "pg_temp") out.push_back(name);
    return out;
}

}  // namespace mesh::pg
