// The tests of a model, run on its staged rows before anyone can see them.
#pragma once

#include "engine/build.h"

namespace mesh::engine {

struct TestDef {
    std::string domain, name, model, test, severity, warn_if, error_if;
    Value column, where, limit, sql;
    Json arguments;
    bool row_test() const { return test == "not_null" || test == "accepted_values"; }
};

struct TestResult {
    TestDef def;
    std::string status;  // pass, fail, warn, error
    std::optional<int64_t> failures;
    std::string message, reason;
    double seconds = 0;
};

std::vector<TestDef> load_tests(const std::string &domain, const std::string &model);

// The rows that break the test, as SQL over `relation` (a complete FROM item). Raises 42704 for an unknown test.
std::string failing_rows_sql(Mesh &mesh, const TestDef &test, const std::string &relation, const Stage &stage);

// Runs all tests of one model on `relation`, the tests of single rows in one scan. Never raises for a failing or
// broken test: each has its status.
std::vector<TestResult> run_tests(Mesh &mesh, const Domain &domain, const std::vector<TestDef> &tests, const std::string &relation, const Stage &stage);

// Runs the model's unit tests; nothing is written.
std::vector<TestResult> run_unit_tests(Mesh &mesh, const Model &model);

// Up to 100 failing rows, as JSON, for mesh.failures().
std::vector<std::string> failing_rows(Mesh &mesh, const Domain &domain, const TestResult &result, const std::string &relation, const Stage &stage);

}  // namespace mesh::engine
