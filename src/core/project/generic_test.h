// Generic tests of properties.
#pragma once

#include "core/project/columns.h"
#include "core/project/ref_lookup.h"

namespace mesh::core::project {

// What a test stands on.
struct TestTarget {
    const Property *property = nullptr;
    std::string name;           // in the test's name: model, model_v2, source_table
    std::string file_key;       // "models.orders"
    std::string model;          // "ref('orders')", "source('raw', 'orders')"
    std::optional<Ref> ref;     // of a model, seed or snapshot
    std::vector<std::string> source;
    bool is_source = false;
    bool quotes_columns = false;  // where a column does not say so itself
    const Node *attached = nullptr;
};

// One test as written, on a column (null: on the whole); `tags` are those of its surroundings. Adds its node.
// Raises Error 22023 for what is no test, 42704 when there is no such test.
void add_generic_test(ParseState &state, const TestTarget &target, const Json &written, const Json *column, const std::vector<std::string> &tags);

// All tests of a list of columns, and of the target itself.
void add_tests(ParseState &state, const TestTarget &target, const Json &columns, const Json &tests, const std::vector<std::string> &tags);

}  // namespace mesh::core::project
