// What dbt leaves in target/.
#pragma once

#include <fstream>

#include "cli/session.h"
#include "cli/step.h"
#include "cli/manifest.h"

namespace mesh::cli {

// run_results.json, written result by result under another name and in its place when it is finished.
class RunResults {
public:
    explicit RunResults(const Session &session);
    void add(const Step &step);
    void finish(double elapsed);

private:
    const Session &session_;
    std::string path_;
    std::ofstream file_;
    bool first_ = true;
};

// target/compiled/<package>/<file>, and target/run/... for what was executed.
void write_compiled(const Session &session, const Step &step, const NodeInfo &node, bool executed);

// sources.json from the rows of source freshness.
void write_sources(Session &session, const std::vector<Step> &steps, const Json &times, double elapsed);

}  // namespace mesh::cli
