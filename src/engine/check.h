// The tests of a model, run on its staged rows before anyone can see them.
#pragma once

#include "engine/render.h"

namespace mesh::engine {

class RelationStates;

struct TestDef {
    std::string domain, name, model, test;  // model: empty when it belongs to none; test: a generic test's name, or "singular"
    std::string severity = "error", warn_if = "!= 0", error_if = "!= 0", fail_calc = "count(*)";
    Value column, where, limit;
    Value sql;  // singular: the user's; a user's generic test: its text as it was when this test was created
    Json arguments = Json::object();
    bool store_failures = false;
    std::string node;                 // dbt's unique id, of a test that came with a project
    bool is_rendered = false;         // its SQL comes from a Renderer when it runs
    bool is_judged = false;           // and its result too
    std::string store_as;             // table or view; empty: its failing rows become no relation
    Value store_schema, store_alias;  // of that relation
    std::string stored_kind;          // relkind of the one that was made
    std::vector<std::string> reads;   // other models, as domain.name, then sources, as source:domain.source.table
    std::string result_state;         // its last verdict, and what that was given on, see test_cache.h
    bool is_sql() const { return test == "singular" || is_rendered; }  // given as it is, without placeholders
    bool counts_rows() const { return fail_calc == "count(*)" && !is_judged; }
    bool asks_for_key() const { return test == "unique" && !is_sql() && counts_rows(); }  // whether the column holds a value twice
    std::string id() const { return domain + "." + name; }
    std::string model_id() const { return model.empty() ? "" : domain + "." + model; }
};

struct TestResult {
    TestDef def;
    std::string status;  // pass, fail, warn, error
    std::optional<int64_t> failures;
    std::string message;
    double seconds = 0;  // of one scan that served several tests: its share
    std::string reason;  // how the verdict was found, when not by a query of its own
    std::vector<std::string> failed_rows;  // as JSON, for record_failures
    std::vector<pg::Column> columns;       // theirs, when they shall become a relation
    std::string error_kind;                // of an error: compilation, database or runtime

    void tell_error(const ErrorData *error);  // instead of a verdict
};

// Data tests and unit tests of a domain share their names. Raises 42710 when the name is taken, unless by a test in the same
// table (test_registry or unit_test_registry) that shall be replaced.
void refuse_duplicate_test(const std::string &table, const std::string &domain, const std::string &name, bool replace);

std::vector<TestDef> load_tests(const std::string &domain, const std::string &model);

// Those of these domains that belong to no model.
std::vector<TestDef> load_free_tests(const std::vector<std::string> &domains);

// Registers a test, or gives it a new definition. One that is not rendered is checked first, as check_test does; a rendered one must
// say itself what it reads. Raises also 42710 (the name is taken), 42602 (it is no name).
void define_test(TestDef test, bool replace);

// Checks a new test against its model: names, arguments, and by PostgreSQL's analyzer, with the owner's rights, all SQL in it
// (as far as what it reads is known already). Completes the arguments, and the text of a user's generic test. Raises what is wrong.
// `model`: nullptr when the test belongs to none.
void check_test(Mesh &mesh, const Model *model, TestDef *test);

// The other models that the test reads, then its sources, by the ids that the graph has.
std::vector<std::string> nodes_read(Mesh &mesh, const TestDef &test);

// The rows that break the test, as SQL over `relation` (a complete FROM item). Raises what makes that impossible: a relation
// that is gone or was never built, SQL that does not parse.
std::string failing_rows_sql(Mesh &mesh, const TestDef &test, const std::string &relation, const Stage &stage);

// Runs all tests of one model on `relation`: those that look at one row at a time in one scan, and those that a valid constraint
// proves without any. Never raises for a failing or broken test: each has its status. Keeps failing rows in the result, up to
// 100 a test (all with store_failures or store_as), so that they outlive a rollback of the staged relation. `states` are told
// what a scan has seen of the relation by the way.
std::vector<TestResult> run_tests(Mesh &mesh, const std::vector<TestDef> &tests, const std::string &relation, const Stage &stage,
                                  Renderer *renderer = nullptr, RelationStates *states = nullptr);

}  // namespace mesh::engine
