// Generic tests: what each asks for, and the SQL that finds the rows which break it.
#pragma once

#include "engine/registry.h"

namespace mesh::engine {

struct TestDef;

struct TestArgument {
    std::string name;
    std::optional<Json> standard;  // the value when none is given; nothing: it must be given
};

struct GenericTest {
    std::string name, sql, owner;  // owner empty: built in, and its SQL depends on the arguments
    std::vector<TestArgument> arguments;
    bool needs_column = false, takes_column = false;
};

// not_null, unique, accepted_values, relationships, accepted_range, expression_is_true, or one that a user created.
std::optional<GenericTest> find_generic_test(const std::string &name);

// The same, or 42704 with the nearest names.
GenericTest get_generic_test(const std::string &name);

bool is_builtin_test(const std::string &name);

// "name" or "name = value", the value as JSON, else as text. Raises 42602 for what is no name.
TestArgument parse_argument(const std::string &text);

// The given arguments with the standard values added. Raises 22023, naming it, for one that is missing or unknown.
Json complete_arguments(const GenericTest &test, const Json &given);

// What a built-in test demands of its arguments beyond their presence. Raises 22023.
void check_builtin_arguments(const std::string &test, const Json &arguments);

// The rows that break the test, with {{ model }}, {{ column_name }} and the arguments as placeholders.
std::string failing_template(const TestDef &test);

// For a test whose failures are groups of rows: a query with one condition on each row that finds whether there are any.
std::string detecting_template(const TestDef &test);

// dbt's name: test, model and the cleaned arguments; shortened with a hash when it is too long.
std::string standard_test_name(const std::string &test, const std::string &model, const Value &column, const Json &given);

}  // namespace mesh::engine
