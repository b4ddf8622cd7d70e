// Verdicts of tests that still hold: neither the test nor anything that it reads has changed since.
#pragma once

#include "engine/check.h"
#include "engine/relation_states.h"

namespace mesh::engine {

class TestCache {
public:
    // `log`: the position at which the run's snapshot was taken. The arguments must outlive it.
    TestCache(Mesh &mesh, RelationStates &states, Circumstances &circumstances, uint64_t log, int64_t run_id)
        : mesh_(mesh), states_(states), circumstances_(circumstances), log_(log), run_id_(run_id) {}

    // The last verdict on what is published, with its age as the reason; nothing when the test has to be run. `relation` as for run_tests().
    // Raises nothing.
    std::optional<TestResult> find(const TestDef &test, const std::string &relation, Renderer *renderer);

    // Of these, those that still hold go from `tests` to the result.
    std::vector<TestResult> take(std::vector<TestDef> &tests, const std::string &relation, Renderer *renderer);

    // To be remembered, when what they looked at is published.
    void note(const std::vector<TestResult> &results);
    void forget() { noted_.clear(); }

    // Remembers them, but not those of models in `withheld`: what these looked at was not published.
    void remember(const std::set<std::string> &withheld);

private:
    std::optional<std::string> remembered(const TestResult &result);

    Mesh &mesh_;
    RelationStates &states_;
    Circumstances &circumstances_;
    uint64_t log_;
    int64_t run_id_;
    std::optional<uint64_t> functions_log_;
    std::map<std::string, TestResult> noted_;  // by test id
};

}  // namespace mesh::engine
