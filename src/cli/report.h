// The progress and the end of a run, as dbt prints them.
#pragma once

#include <functional>
#include <set>

#include "cli/lines.h"

namespace mesh::cli {

class Report {
public:
    Report(Log &log, const NodeCatalog &catalog) : log_(log), catalog_(catalog) {}

    void notice(const Notice &notice);  // a step's, or a message of a template or the server
    std::function<void(Step)> on_finished;  // which a notice told
    void tick();                        // moves the bar's clock
    void aside(Step step);              // of an error of what is no result
    void row(Step step, long index, long total);  // of the result: prints what no notice told
    void end(double elapsed);

    bool failed() const;  // dbt's exit code 1
    long run_id() const { return run_id_; }

private:
    bool is_silent(const Step &step) const;
    void started(const Step &step);
    void finished(const Step &step);
    void batch(const Step &step, bool starts);
    void print(const Line &line, const Step &step);
    void print_problem(const Step &step);
    void draw();
    Step named(Step step) const;

    Log &log_;
    const NodeCatalog &catalog_;
    std::map<std::string, std::string> running_;  // unique id -> name
    std::set<std::string> told_;
    std::map<Outcome, long> counts_;
    long partly_ = 0;  // of the errors, models of which some batches succeeded
    long aside_ = 0;   // errors of what is no result
    std::vector<Step> problems_;
    std::map<std::string, long> kinds_;
    double began_ = 0;
    long total_ = 0, run_id_ = 0;
};

}  // namespace mesh::cli
