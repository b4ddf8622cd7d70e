#include "pg/guc.h"

#include "pg/pg.h"

namespace mesh::pg {

int lock_timeout_ms = 2000;
int lock_retries = 5;
int history_retention_days = 90;

void define_settings() {
    DefineCustomIntVariable("mesh.history_retention", "Sets how many days of run history are kept.",
                            "Zero keeps everything.", &history_retention_days, 90, 0, 36500, PGC_USERSET, 0, nullptr,
                            nullptr, nullptr);
    DefineCustomIntVariable("mesh.lock_retries", "Sets how often a publish tries again for its lock.", nullptr,
                            &lock_retries, 5, 0, 1000, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("mesh.lock_timeout", "Sets how long one attempt to publish waits for its lock.",
                            "While it waits, new readers of the relation queue behind it.", &lock_timeout_ms, 2000, 1,
                            INT_MAX, PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("mesh");
}

}  // namespace mesh::pg
