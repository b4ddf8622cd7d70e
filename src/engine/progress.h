// What a run tells while it works: a NOTICE a step, and pg_stat_activity.application_name for other sessions.
#pragma once

#include <chrono>

#include "engine/record.h"

namespace mesh::engine {

class Clock {
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Progress {
public:
    Progress(int64_t run_id, size_t models) : run_id_(run_id), models_(models) {}

    void start(const std::string &node);
    void finish(const Step &step);
    void publish();

private:
    int64_t run_id_;
    size_t models_, at_ = 0;
};

}  // namespace mesh::engine
