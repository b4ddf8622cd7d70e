// The tests of a model, run on its staged rows before anyone can see them.
#pragma once

#include "engine/build.h"

namespace mesh::engine {

class Projects;

struct TestDef {
    std::string domain, name, model, test;  // test: a generic test's name, or "singular"
    std::string severity = "error", warn_if = "!= 0", error_if = "!= 0";
    Value column, where, limit;
    Value sql;  // singular: the user's; a user's generic test: its text as it was when this test was created
    Json arguments = Json::object();
    bool store_failures = false;
    std::string node;          // dbt's unique id, of a test that came with a project
    bool is_rendered = false;  // its SQL is rendered when it is run
    std::string id() const { return domain + "." + name; }
};

struct TestResult {
    TestDef def;
    std::string status;  // pass, fail, warn, error
    std::optional<int64_t> failures;
    std::string message;
    double seconds = 0;  // of one scan that served several tests: its share
    std::string reason;  // how the verdict was found, when not by a query of its own
    std::vector<std::string> failed_rows;  // as JSON, for record_failures
};

// Data tests and unit tests of a domain share their names. Raises 42710 when the name is taken, unless by a test in the same
// table (test_registry or unit_test_registry) that shall be replaced.
void refuse_duplicate_test(const std::string &table, const std::string &domain, const std::string &name, bool replace);

std::vector<TestDef> load_tests(const std::string &domain, const std::string &model);

// Checks a new test against its model: names, arguments, and by PostgreSQL's analyzer, with the owner's rights, all SQL in it
// (as far as what it reads is known already). Completes the arguments, and the text of a user's generic test. Raises what is wrong.
void check_test(Mesh &mesh, const Model &model, TestDef *test);

// The other models that the test reads, as domain.name.
std::vector<std::string> models_read(Mesh &mesh, const TestDef &test);

// The rows that break the test, as SQL over `relation` (a complete FROM item). Raises what makes that impossible: a relation
// that is gone or was never built, SQL that does not parse.
std::string failing_rows_sql(Mesh &mesh, const TestDef &test, const std::string &relation, const Stage &stage);

// Runs all tests of one model on `relation`: those that look at one row at a time in one scan, and those that a valid constraint
// proves without any. Never raises for a failing or broken test: each has its status. Keeps failing rows in the result, up to
// 100 a test (all with store_failures), so that they outlive a rollback of the staged relation. `projects` render the tests that came
// with one.
std::vector<TestResult> run_tests(Mesh &mesh, const std::vector<TestDef> &tests, const std::string &relation, const Stage &stage, Projects *projects);

}  // namespace mesh::engine
