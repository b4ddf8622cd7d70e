#include "engine/invoke.h"

#include <algorithm>
#include <functional>

#include "core/near.h"
#include "core/project/base_context.h"
#include "core/project/runtime_config.h"
#include "core/project/select.h"
#include "engine/ephemeral_errors.h"
#include "engine/invoke_options.h"
#include "engine/undone.h"
#include "pg/guc.h"
#include "pg/report.h"
#include "pg/script.h"

namespace mesh::engine {

using core::Error;
using project::Manifest;
using project::Node;
using project::ResourceType;

namespace {

struct Command {
    bool models = false, tests = false;  // what it runs; neither: it looks only
};

const Command &command_named(const std::string &name) {
    static const std::map<std::string, Command> commands = {{"run", {true, false}},      {"seed", {true, false}},     {"snapshot", {true, false}},
                                                            {"test", {false, true}},     {"build", {true, true}},     {"compile", {}},
                                                            {"list", {}},                {"source freshness", {}},    {"clone", {}}};
    auto found = commands.find(name);
    if (found != commands.end()) return found->second;
    std::vector<std::string> names;
    for (const auto &[known, command] : commands) names.push_back(known);
    throw Error("22023", "unknown command \"" + name + "\"", "", core::name_hint(name, names));
}

// invocation_args_dict: what the client says of itself, and what was given here; lists are lists.
project::Json arguments_of(const project::Json &options) {
    project::Json out = object(options, "arguments");
    for (const char *name : {"select", "exclude"}) out[name] = words(options, name);
    for (const char *name : {"resource_types", "exclude_resource_types"})
        if (option(options, name) != nullptr) out[name] = words(options, name);
    for (const char *name : {"selector", "indirect_selection", "defer", "favor_state", "threads", "sample", "event_time_start", "event_time_end", "warn_error", "introspect"})
        if (const project::Json *given = option(options, name)) out[name] = *given;
    if (const project::Json *given = option(options, "warn_error_options"); given != nullptr && !out.contains("warn_error_options")) out["warn_error_options"] = *given;
    return out;
}

// The options of the command as templates see them in `flags`.
project::Json flags_of(const std::string &command, const project::Json &options) {
    project::Json out = object(options, "flags");
    out.erase("SAMPLE");  // its times become SQL: below they are read
    out["WHICH"] = command == "source freshness" ? "freshness" : command;
    out[project::invocation_arguments] = arguments_of(options);
    out["FULL_REFRESH"] = flag(options, "full_refresh");
    out["EMPTY"] = flag(options, "empty");
    out["FAIL_FAST"] = flag(options, "fail_fast");
    out["STORE_FAILURES"] = flag(options, "store_failures");
    if (is_error(options, "JinjaLogWarning")) out["WARN_ERROR"] = true;  // of exceptions.warn()
    if (std::string id = text(options, "invocation_id"); !id.empty()) out["INVOCATION_ID"] = id;
    if (const project::Json *sample = option(options, "sample")) out["SAMPLE"] = project::sample_window(*sample, static_cast<double>(time(nullptr)));
    return out;
}

std::vector<std::string> select_nodes_of(const Manifest &manifest, const std::string &command, const project::Json &options, const States &states) {
    project::SelectOptions chosen;
    chosen.command = command;
    chosen.select = words(options, "select");
    chosen.exclude = words(options, "exclude");
    chosen.selector = text(options, "selector");
    chosen.resource_types = words(options, "resource_types");
    chosen.exclude_resource_types = words(options, "exclude_resource_types");
    if (option(options, "unique_ids") != nullptr) chosen.unique_ids = words(options, "unique_ids");
    if (std::string mode = text(options, "indirect_selection"); !mode.empty()) chosen.indirect_selection = project::indirect_selection_of(mode);
    chosen.previous = previous_state(options, states);
    project::Selection found = project::select(manifest, chosen);
    if (!found.warnings.empty() && is_error(options, "NoNodesForSelectionCriteria")) throw Error("22023", found.warnings.front());
    for (const std::string &warning : found.warnings) pg::warning(warning);
    return found.ids;
}

// Unique ids as the ids of the mesh's own graph.
class GraphIds {
public:
    explicit GraphIds(const Project &project) : project_(project) {
        for (const char *table : {"test", "unit_test"})
            for (const pg::Row &row : registry("select node, name from mesh." + std::string(table) + "_registry where domain = $1 and node is not null", {project.domain()}).rows)
                tests_[row[0].value()] = {std::string(table) + ":" + project.domain() + "." + row[1].value(), project.domain() + "." + row[1].value()};
    }

    std::string of(const std::string &unique_id) const {
        auto test = tests_.find(unique_id);
        if (test != tests_.end()) return test->second.first;
        std::string name = project_.model_name(unique_id);
        return name.empty() ? "" : project_.domain() + "." + name;
    }

    // From a step's node back.
    std::map<std::string, std::string> by_step() const {
        std::map<std::string, std::string> out;
        for (const auto &[id, names] : tests_) out[names.second] = id;
        for (const auto &[id, node] : project_.manifest().nodes)
            if (std::string name = project_.model_name(id); !name.empty()) out[project_.domain() + "." + name] = id;
        return out;
    }

private:
    const Project &project_;
    std::map<std::string, std::pair<std::string, std::string>> tests_;  // unique id -> graph id, step's node
};

// As many as asked for, or as there can be; dbt's 0 means nothing.
int threads(const project::Json &options) {
    auto found = options.find(options.contains("threads") ? "threads" : "profile_threads");
    if (found == options.end() || !found->is_number_integer()) return pg::threads;
    return static_cast<int>(std::clamp<int64_t>(found->get<int64_t>(), 1, pg::kMostThreads));
}

RunOptions run_options(const std::string &command, const Command &what, const project::Json &options) {
    RunOptions out;
    out.command = command;
    out.selector = text(options, "selector");
    for (const std::string &word : words(options, "select")) out.selector += (out.selector.empty() ? "" : " ") + word;
    for (const std::string &word : words(options, "exclude")) out.exclude += (out.exclude.empty() ? "" : " ") + word;
    out.full_refresh = flag(options, "full_refresh");
    out.fail_fast = flag(options, "fail_fast");
    out.atomic = flag(options, "atomic");
    out.tests = what.tests;
    out.skip_unchanged = flag(options, "skip_unchanged");  // dbt builds whatever is selected
    out.threads = threads(options);
    out.shares_if_worth = options.contains("profile_threads") && !options.contains("threads");
    out.vars = Json::parse(object(options, "vars").dump());
    out.flags = flags_of(command, options);
    out.batches = batch_options(options);
    out.warn_error = is_error(options, "LogTestResult");
    return out;
}

// The query that dbt would have sent for a test, which the engine answers in one scan with others; of a model or a snapshot, what it could not be analyzed for.
std::string sql_of(Project &project, const std::string &unique_id) {
    bool unit = unique_id.rfind("unit_test.", 0) == 0;
    if (!unit && unique_id.rfind("test.", 0) != 0 && unique_id.rfind("model.", 0) != 0 && unique_id.rfind("snapshot.", 0) != 0) return "";
    std::string out;
    ErrorData *error = pg::try_in_subtransaction([&] { out = unit ? project.invocation().compile_unit_test(unique_id).code : project.invocation().compile(unique_id).code; });
    return error == nullptr ? out : "";  // its result says why
}

// Has dbt SQL to show of a step that the engine did not render?
bool has_sql(const std::string &unique_id, const Step &step) {
    if (unique_id.starts_with("model.") || unique_id.starts_with("snapshot.")) return step.status == "error" && step.batches.is_null();
    return step.status != "skipped" && !(unique_id.starts_with("unit_test.") && step.status == "error");
}

// Exposures and saved queries are told of by build, which does nothing with them.
void add_others(const Project &project, const std::vector<std::string> &ids, std::vector<InvokeRow> &rows) {
    std::set<std::string> bad;
    for (const InvokeRow &row : rows)
        if (row.step.status == "error" || row.step.status == "fail" || row.step.status == "skipped" || row.step.status == "partial success") {
            bad.insert(row.unique_id);
            auto test = project.manifest().nodes.find(row.unique_id);  // what a failed test is about holds back what reads it
            if (test != project.manifest().nodes.end() && test->second.resource_type == ResourceType::test) bad.insert(test->second.depends_on_nodes.begin(), test->second.depends_on_nodes.end());
        }
    for (const std::string &id : ids) {
        auto other = project.manifest().others.find(id);
        if (other == project.manifest().others.end() || other->second.resource_type == ResourceType::unit_test) continue;
        InvokeRow row;
        row.unique_id = id;
        row.step = {project.domain(), project.domain() + "." + other->second.name, project::resource_type_name(other->second.resource_type), "no-op"};
        row.step.message = "NO-OP";
        for (const std::string &parent : other->second.depends_on_nodes) {
            if (!bad.count(parent)) continue;
            row.step.status = "skipped";
            row.step.message.clear();
            row.step.reason = "upstream " + parent + " failed or was skipped";
        }
        rows.push_back(std::move(row));
    }
}

// An ephemeral model is no result, unless its template failed: what reads it says no more than that it was skipped.
bool is_result(const Node &node, const Step &step) {
    return node.config.value("materialized", "") != "ephemeral" || (step.status == "error" && step.error_kind == "compilation");
}

std::vector<InvokeRow> execute(Project &project, const std::string &command, const Command &what, const std::vector<std::string> &ids, const project::Json &options,
                               const project::Deferral &deferral, Oid caller) {
    GraphIds graph_ids(project);
    RunOptions run_as = run_options(command, what, options);
    run_as.selected = ids;
    run_as.deferral = deferral;
    run_as.only.emplace();
    for (const std::string &id : ids)
        if (std::string in_graph = graph_ids.of(id); !in_graph.empty()) run_as.only->insert(in_graph);
    run_as.domain = project.domain();
    run_as.project = &project;
    RunResult result = what.models ? run(run_as, caller) : test(run_as, caller);
    std::map<std::string, std::string> unique_ids = graph_ids.by_step();
    bool compile_tests = flag(options, "compile_tests");
    project.invocation().set_selected(ids);
    project.invocation().set_deferral(deferral);
    EphemeralErrors ephemerals(project.manifest(), command == "build");
    std::vector<InvokeRow> out;
    for (const Step &step : result.steps) {
        auto known = unique_ids.find(step.node);
        // A step that says it itself is right: a test may have a model's name.
        const bool says_it = !step.unique_id.empty() || known == unique_ids.end();
        InvokeRow row{result.run_id, says_it ? step.unique_id : known->second, step, "", step.compiled};
        ephemerals.see(row.unique_id, step);
        auto node = project.manifest().nodes.find(row.unique_id);
        if (node != project.manifest().nodes.end()) {
            if (!is_result(node->second, step)) continue;
            row.relation = node->second.relation_name;
        }
        if (compile_tests && row.compiled.empty() && has_sql(row.unique_id, step)) row.compiled = sql_of(project, row.unique_id);
        out.push_back(std::move(row));
    }
    for (InvokeRow &row : out) ephemerals.tell(row.unique_id, row.step);
    if (command == "build") add_others(project, ids, out);
    return out;
}

Step plain_step(const Project &project, const std::string &name, const std::string &kind) {
    Step out;
    out.domain = project.domain();
    out.node = project.domain() + "." + name;
    out.kind = kind;
    return out;
}

std::string compiled_code(Project &project, const std::string &id, bool introspect) {
    project::Compiled compiled = project.invocation().compile(id);
    if (!introspect && compiled.asked_database)
        throw Error("0A000", "connection never acquired for thread", "The template of " + id + " asks the database, which --no-introspect forbids.");
    return compiled.code;
}

// What templates do to the database meanwhile is undone, as dbt never commits it: see undone().
std::vector<InvokeRow> compile_all(Project &project, const std::vector<std::string> &ids, bool introspect) {
    std::vector<InvokeRow> out;
    for (const std::string &id : ids) {
        const Node &node = project.manifest().nodes.at(id);
        InvokeRow row{0, id, plain_step(project, node.name, project::resource_type_name(node.resource_type)), node.relation_name, ""};
        row.step.status = "success";
        if (node.resource_type != ResourceType::seed) row.compiled = compiled_code(project, id, introspect);
        out.push_back(std::move(row));
    }
    return out;
}

// A query that is no node, under dbt's name for it.
std::vector<InvokeRow> compile_inline(Project &project, const std::string &sql) {
    const std::string &name = project.manifest().project_name;
    return {{0, "sql_operation." + name + ".inline_query", plain_step(project, "inline_query", "sql_operation"), "", project.invocation().compile_inline(sql).code}};
}

std::vector<InvokeRow> list_all(const Project &project, const std::vector<std::string> &ids) {
    std::vector<InvokeRow> out;
    for (const std::string &id : ids) {
        std::string type = id.substr(0, id.find('.'));
        out.push_back({0, id, plain_step(project, id.substr(id.rfind('.') + 1), type), "", ""});
    }
    return out;
}

std::string node_named(const Project &project, const std::string &name) {
    const Manifest &manifest = project.manifest();
    if (manifest.nodes.count(name)) return name;
    std::vector<std::string> names;
    for (const auto &[id, node] : manifest.nodes) {
        std::string versioned = node.version.empty() ? node.name : node.name + ".v" + node.version;
        if (name == versioned || (name == node.name && (node.version.empty() || node.version == node.latest_version))) return id;
        names.push_back(versioned);
    }
    throw Error("42704", "node \"" + name + "\" does not exist in the project of domain \"" + project.domain() + "\"", "", core::name_hint(name, names));
}

// What a model's header, which may begin the query too, says before the query is done first.
std::string after_header(Project &project, const Node &node, const std::string &code) {
    auto header = node.config.find("sql_header");
    if (header == node.config.end() || !header->is_string()) return code;
    std::vector<pg::ScriptStatement> statements = pg::parse_script(header->get<std::string>() + "\n" + code);
    std::string query = statements.back().text;
    statements.pop_back();
    for (const pg::ScriptStatement &statement : statements) (void)project.database().execute(statement.text);
    return query;
}

// A seed has no query but that of its table.
std::string query_to_show(Project &project, const std::string &id, const std::string &sql) {
    if (id.empty()) return project.invocation().compile_inline(sql).code;
    const Node &node = project.manifest().nodes.at(id);
    if (node.resource_type == ResourceType::seed) return "select * from " + node.relation_name;
    return after_header(project, node, project.invocation().compile(id).code);
}

bool is_word(const std::string &text) {
    return text.find_first_of(" \t\n{(") == std::string::npos;
}

project::Compiled compiled_node(Project &project, const std::string &node) {
    if (!is_word(node)) return project.invocation().compile_inline(node);
    if (node.rfind("unit_test.", 0) == 0) return project.invocation().compile_unit_test(node);
    return project.invocation().compile(node_named(project, node));
}

ProjectOptions project_options(const std::string &command, const project::Json &options) {
    return {object(options, "vars"), flags_of(command, options)};
}

// A UUID, as dbt's: templates write it into SQL.
std::string invocation_id(const project::Json &options) {
    return pg::query_value("select coalesce(nullif($1, '')::pg_catalog.uuid, pg_catalog.gen_random_uuid())", {text(options, "invocation_id")}).value();
}

// Who may only run the project is not shown its SQL, and does not say what stands in for its relations.
void require_rights(const Domain &domain, const std::string &command, const project::Json &options, Oid caller) {
    if (command == "compile" || command == "clone" || flag(options, "defer")) require_owner(domain, caller);
}

}  // namespace

std::vector<InvokeRow> invoke(const std::string &domain, const std::string &command, const project::Json &given, Oid caller) {
    project::Json options = given;
    options["invocation_id"] = invocation_id(options);
    const Command &what = command_named(command);
    Mesh mesh;
    require_rights(mesh.domain(domain), command, options, caller);
    Project project(mesh, get_project(domain), nullptr, project_options(command, options));
    const States states = states_of(options);
    const std::string sql = command == "compile" ? text(options, "inline") : "";
    std::vector<std::string> ids;
    if (sql.empty()) ids = select_nodes_of(project.manifest(), command, options, states);
    project::Deferral deferral = deferral_of(options, project.manifest(), states);
    if (what.models || what.tests) return execute(project, command, what, ids, options, deferral, caller);
    project.invocation().set_selected(ids);
    project.invocation().set_deferral(deferral);
    if (command == "clone") {
        if (!states.deferred()) throw Error("22023", "clone needs a \"state\"", "", "Give the manifest of the deployment to clone: mesh.manifest() there.");
        return clone_all(mesh, project, ids, project::deferral(project.manifest(), *states.deferred(), true), flag(options, "full_refresh"));
    }
    if (command == "compile") return undone([&] { return sql.empty() ? compile_all(project, ids, options.value("introspect", project::Json(true)) != false) : compile_inline(project, sql); });
    if (command == "list") return list_all(project, ids);
    return freshness_of(mesh, project, ids, caller);
}

std::string compiled_sql(const std::string &domain, const std::string &node) {
    Mesh mesh;
    Project project(mesh, get_project(domain), nullptr, project_options("compile", project::Json::object()));
    return undone([&] { return compiled_node(project, node).code; });
}

project::Json run_operation(const std::string &domain, const std::string &macro, const project::Json &arguments, const project::Json &given) {
    project::Json options = given;
    options["invocation_id"] = invocation_id(options);
    Mesh mesh;
    Project project(mesh, get_project(domain), nullptr, project_options("run-operation", options));
    return project.invocation().run_operation(macro, arguments);
}

project::QueryResult show(const std::string &domain, const std::string &node_or_sql, long limit, const std::string &columns) {
    Mesh mesh;
    Project project(mesh, get_project(domain), nullptr, project_options("show", project::Json::object()));
    std::string id = is_word(node_or_sql) ? node_named(project, node_or_sql) : "";
    std::string query = query_to_show(project, id, node_or_sql);
    return project.database().execute("select " + columns + " from (" + query + "\n) as mesh_row" + (limit < 0 ? "" : " limit " + std::to_string(limit)));
}

}  // namespace mesh::engine
