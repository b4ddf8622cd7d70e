// dbt's lines for the nodes of a run: "1 of 5 OK created sql table model s.x ...... [SELECT 10 in 0.05s]".
#pragma once

#include "cli/log.h"
#include "cli/manifest.h"
#include "cli/step.h"

namespace mesh::cli {

// "sql table model s.x", "seed file s.x", "test not_null_x_id". Without info: from what the step says of itself.
std::string describe(const Step &step, const NodeInfo *info);

struct Line {
    Level level = Level::info;
    const char *name, *code;  // of dbt's event
    std::string text;
};

Line start_line(const Step &step, const NodeInfo *info, const Log &log);
Line batch_line(const Step &step, const NodeInfo *info, const Log &log, bool starts);
Line result_line(const Step &step, const NodeInfo *info, const Log &log);

// "Done. PASS=5 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=5"
std::string done_line(const std::map<Outcome, long> &counts);

// "0 hours 0 minutes and 1.50 seconds (1.50s)"
std::string elapsed_words(double seconds);

// "[####----] 3 of 8  orders, customers (2 s)"
std::string bar_text(long done, long total, const std::vector<std::string> &running, double seconds, std::size_t width);

}  // namespace mesh::cli
