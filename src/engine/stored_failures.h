// A test's failing rows as a relation that people can query, as dbt's store_failures makes it.
#pragma once

#include "engine/check.h"

namespace mesh::engine {

// Where they are kept: the test's schema (by default the domain's with "_dbt_test__audit") and alias (the test's name).
std::string failures_schema(const Domain &domain, const TestDef &test);
std::string failures_identifier(const TestDef &test);

// Makes the table or view anew, also when nothing failed, with the owner's rights. A table holds the rows that the run found, a view
// reads what is published. Replaces only what it made itself, or, where the domain takes over, what belongs to its owner. Returns
// why it could not be made; empty: it was.
std::string store_failures(const TestResult &result);

}  // namespace mesh::engine
