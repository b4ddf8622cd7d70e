// What a project decides only when it runs: texts that are rendered just before they are used. The engine asks; who deploys projects answers.
#pragma once

#include <functional>

#include "engine/build.h"

namespace mesh::engine {

struct TestDef;

using RunHook = std::function<void(const std::string &sql)>;

// Each answer may depend on what the run has staged so far. What it raises is the error of the model or test that is asked for.
class Renderer {
public:
    virtual ~Renderer() = default;

    // The failing rows of a test that is marked as rendered, with its where already in it.
    virtual std::string test(const TestDef &, const Stage &) { throw core::Error("55000", "nothing renders this test"); }

    // Does the project judge what its tests find by a macro get_test_sql of its own?
    virtual bool judges(const TestDef &) { return false; }

    // That macro's query of the failing rows: one row of failures, should_warn, should_error.
    virtual std::string judgement(const TestDef &, const std::string & /*failing*/) { throw core::Error("55000", "nothing judges this test"); }

    // Hands the model's hooks as SQL to `run`, each one or more statements, in order. One is rendered when those before it have run: it may
    // ask what they did.
    virtual void pre_hooks(const Model &, const Stage &, const RunHook &) {}
    virtual void post_hooks(const Model &, const Stage &, const RunHook &) {}
};

}  // namespace mesh::engine
