#include "engine/run.h"

#include <algorithm>

#include "engine/agreement.h"
#include "engine/runner.h"
#include "engine/selection.h"
#include "engine/session.h"
#include "engine/stage_registry.h"
#include "pg/session.h"

namespace mesh::engine {

using core::Error;

namespace {

bool selects_tests(const Selection &selection) {
    return std::any_of(selection.ids.begin(), selection.ids.end(), [&](const std::string &id) { return core::is_test(*selection.graph.find(id)); });
}

// A domain without models is run in a moment; whoever names a source or a product meant something else.
void require_nothing_else(const RunOptions &options, const Selection &selection) {
    if (selection.ids.empty()) return;
    if (selects_tests(selection))
        throw Error("42704", "selector \"" + options.selector + "\" matches tests only, and tests => false leaves them out");
    std::string kind(core::kind_name(selection.graph.find(*selection.ids.begin())->kind));
    throw Error("42704", "selector \"" + options.selector + "\" matches no model", "It matches a " + kind + ".",
                kind == "source" ? "For the models that read it, write \"" + options.selector + "+\"." : "For the models behind it, write \"+" + options.selector + "\".");
}

}  // namespace

ProjectOptions project_options(const RunOptions &options) {
    ProjectOptions out;
    out.vars = core::project::Json::parse(options.vars.dump());
    out.flags = options.flags;
    out.selected = options.selected;
    out.deferral = options.deferral;
    out.loaded = options.project;
    if (!out.flags.contains("FULL_REFRESH")) out.flags["FULL_REFRESH"] = options.full_refresh;
    if (!out.flags.contains("WHICH")) out.flags["WHICH"] = "build";
    return out;
}

ProjectOptions project_options(const RunOptions &options, const Selection &selection) {
    ProjectOptions out = project_options(options);
    if (options.only) return out;
    std::set<std::string> domains = selection.domains();
    for (const pg::Row &row : registry("select node, domain || '.' || name from mesh.model_registry where node is not null and domain = any($1::text[])"
                                       " union all select node, 'test:' || domain || '.' || name from mesh.test_registry where node is not null and domain = any($1::text[])"
                                       " union all select node, 'unit_test:' || domain || '.' || name from mesh.unit_test_registry where node is not null and domain = any($1::text[])",
                                       {pg::array_literal({domains.begin(), domains.end()})}).rows)
        if (selection.ids.count(row[1].value())) out.selected.push_back(row[0].value());
    return out;
}

// Where a ref may be deferred, only the project's own query goes there.
void render_deferred(const RunOptions &options, std::vector<TestDef> &tests) {
    if (options.deferral.relations.empty()) return;
    for (TestDef &test : tests)
        if (!test.node.empty()) test.is_rendered = true;
}

// dbt's --store-failures is for the tests that do not say themselves whether they keep their rows.
void store_by_flag(const RunOptions &options, Projects &projects, std::vector<TestDef> &tests) {
    if (options.flags.value("STORE_FAILURES", core::project::Json()) != true) return;
    for (TestDef &test : tests) {
        if (test.node.empty()) continue;
        const auto &nodes = projects.get(test.domain).manifest().nodes;
        auto node = nodes.find(test.node);
        if (node == nodes.end() || !node->second.config.value("store_failures", core::project::Json()).is_null()) continue;
        test.store_as = "table";
        test.is_rendered = true;
    }
}

void fail_warnings(const RunOptions &options, std::vector<TestResult> &results) {
    for (TestResult &result : results) {
        if (!options.warn_error || result.status != "warn") continue;
        result.status = "fail";
        if (size_t at = result.message.rfind("warn if "); at != std::string::npos) result.message.replace(at, 4, "fail");
    }
}

std::vector<TestResult> run_tests_as(const RunOptions &options, Mesh &mesh, std::vector<TestDef> tests, const std::string &relation, const Stage &stage, Projects &projects,
                                     RelationStates *states) {
    render_deferred(options, tests);
    store_by_flag(options, projects, tests);
    std::vector<TestResult> out = run_tests(mesh, tests, relation, stage, &projects, states);
    fail_warnings(options, out);
    return out;
}

Step test_step(const TestResult &result) {
    return {result.def.domain, result.def.domain + "." + result.def.name, result.def.test == "unit" ? "unit_test" : "test", result.status, {}, result.failures, result.seconds, result.reason,
            result.message, result.failed_rows, result.def.node, result.def.is_rendered ? result.def.sql.value_or("") : "", {}, result.error_kind};
}

RunResult run(const RunOptions &options, Oid caller) {
    std::string obstacle = options.threads > 1 ? pg::sharing_obstacle() : "";
    RunSession session(options.command, options.vars);
    (void)expire_agreements();
    Mesh mesh;
    Selection selection = session.start(mesh, options.wanted(), caller, options.wait);
    bool only_tests = !options.only && selection.models.empty() && options.tests && selects_tests(selection);
    if (!options.only && selection.models.empty() && !only_tests) require_nothing_else(options, selection);
    if (!only_tests) clean_left_stages(selection.domains());
    RunResult result = only_tests ? run_tests_alone(options, mesh, selection, session.baseline()) : Runner(options, mesh, selection, session.baseline(), obstacle).go();
    session.end();
    return result;
}

}  // namespace mesh::engine
