// What a run and its workers tell each other: a step to be done, and what became of it. As bytes in one form (CBOR), which keeps texts as
// they are, whatever the database's encoding.
#pragma once

#include "engine/check.h"

namespace mesh::engine {

// One model to be staged and tested. What else of the run it reads comes along.
struct Task {
    size_t number = 0;   // the step's place in the run
    uint32_t offer = 0;  // see pg::Crew::offer
    Model model;
    Target target;
    BuildOptions options;
    std::vector<TestDef> tests;          // on the staged result; none that is rendered
    std::vector<const Staged *> staged;  // by this run, and read by the model or its tests
    std::vector<const Model *> models;   // that are other ones than in the registry as the worker sees it
    bool is_long = false;                // what was done before it is not to wait for it
    bool keeps_failed = false;           // also what failed its tests is committed: more of them are to come
};

std::string to_message(const Task &task);

// A task as the worker has it: what it points to, it owns.
struct ReceivedTask : Task {
    std::vector<Model> other_models;
    std::vector<Staged> read;
};
ReceivedTask task_from(const std::string &message);

// What became of a task. Told when the worker has committed it; of what failed, nothing is left.
struct Report {
    size_t number = 0;
    std::string sqlstate, message, detail, hint;  // sqlstate is empty unless it failed
    core::ErrorKind error_kind = core::ErrorKind::runtime;
    bool is_staged = false;
    Staged staged;                    // without model, domain, compiled body and target
    std::vector<TestResult> tests;    // one for each of the task's, without its definition
    double seconds = 0;
};

std::string to_message(const Report &report);
Report report_from(const std::string &message);

}  // namespace mesh::engine
