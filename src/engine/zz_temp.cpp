#include "engine/run.h"
namespace mesh::engine {
std::vector<TestResult> run_unit_tests(Mesh &, const Model &) { return {}; }
}
