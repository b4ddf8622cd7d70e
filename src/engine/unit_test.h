// Unit tests: a model's body over rows given by hand, compared with the rows expected. Nothing is read and nothing is written.
#pragma once

#include "engine/check.h"

namespace mesh::engine {

struct UnitTest {
    std::string domain, name, model;
    std::map<std::string, std::string> given;  // input -> its rows, as JSON text: numbers keep all their digits
    std::string expect;                        // rows, as JSON text
    Json overrides;                            // {"is_incremental": bool}
};

// The members of a JSON object as text. Raises 22023 when it is none.
std::map<std::string, std::string> split_given(const std::string &given);

std::vector<UnitTest> load_unit_tests(const std::string &domain, const std::string &model);

// Checks a new unit test as far as its model is known: its inputs, columns and values. Raises what is wrong.
void check_unit_test(Mesh &mesh, const Model &model, const UnitTest &test);

// Runs the unit tests of a model with the owner's rights, in a read-only step. Never raises for a failing or broken test:
// each has its status (pass, fail, error), and a failing one tells the missing and the unexpected rows.
std::vector<TestResult> run_unit_tests(Mesh &mesh, const Model &model);

}  // namespace mesh::engine
