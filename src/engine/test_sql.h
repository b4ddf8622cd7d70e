// From a test's definition to SQL that the server can run.
#pragma once

#include "engine/check.h"

namespace mesh::engine {

// A test's query with its placeholders filled in. {{ model }} has become {{ ref(...) }}, at the given byte offsets.
struct TestBody {
    std::string text;
    std::vector<int> model_places;
};

TestBody fill_template(const TestDef &test, const std::string &sql);

struct TestSql {
    std::string failing;                    // rows (or groups of rows) that break the test
    std::optional<std::string> condition;   // what a row that breaks the test meets, for tests of one row at a time;
                                            // columns may be named by the model's name; `where` is part of it
    std::optional<std::string> key;         // the column, with its quotes, that may hold no value twice in any row: a test of uniqueness
    bool counts_groups = false;             // failures are groups: the condition only tells whether there are any
    std::vector<std::string> others;        // what it reads besides the model
};

// `columns`: the model's, to judge whether the test looks at one row at a time.
TestSql test_sql(Mesh &mesh, const TestDef &test, const std::string &relation, const Stage &stage, const std::vector<pg::Column> &columns);

// What those tests ask of the rows that look at one row at a time or for a key, as far as that is known before the model is built. Nothing of a
// test that is rendered when it runs.
pg::RowConditions row_conditions(Mesh &mesh, const Model &model, const std::vector<TestDef> &tests, const Stage &stage);

// What the tests of a model read outside a run: the published relation, or an ephemeral model's query. Raises 55000 when it was never built.
std::string published_relation(Mesh &mesh, const Model &model);

// The query as the body of a model, for the analyzer.
Model as_model(const TestDef &test, const std::string &body);

}  // namespace mesh::engine
