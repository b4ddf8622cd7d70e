// What a run tells while it works: a NOTICE a step, and pg_stat_activity.application_name for other sessions.
#pragma once

#include <chrono>
#include <map>
#include <set>

#include "engine/record.h"

namespace mesh::engine {

// A test that passes has none for dbt, however many rows it found below its thresholds, and a unit test that fails has one.
std::optional<int64_t> failures_as_dbt_counts(const Step &step);

// A batch begins or has ended: as dbt names it ("2024-01-01"), which one of how many, and what became of it.
struct BatchProgress {
    std::string name;
    size_t number = 0, count = 0;
    std::string status, message;  // "started"; "success" with a command tag, "error", "skipped"
    double seconds = 0;
};

class Clock {
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Progress {
public:
    // `models` are the steps that lines for people count; `nodes` those of programs, tests included, but for those that are told without a number.
    Progress(int64_t run_id, size_t models, size_t nodes, std::set<std::string> unnumbered = {})
        : run_id_(run_id), models_(models), nodes_(nodes - unnumbered.size()), unnumbered_(std::move(unnumbered)) {}

    void reach(const std::string &node);                              // the next of the models
    void start(const std::string &node, const std::string &unique_id);  // its work begins; dbt's id, of a project's node
    void finish(const Step &step);
    void batch(const std::string &node, const std::string &unique_id, const BatchProgress &batch);
    void publish();

private:
    size_t number_of(const std::string &node);
    std::string event(const char *what, const std::string &node, const std::string &unique_id) const;
    std::string place(const std::string &node, const std::string &unique_id);

    int64_t run_id_;
    size_t models_, nodes_, at_ = 0;
    std::set<std::string> unnumbered_;
    std::map<std::string, size_t> numbers_;
};

}  // namespace mesh::engine
