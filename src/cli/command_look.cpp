// parse, compile, list, show, run-operation, docs generate: what reads the project and builds nothing.
#include <algorithm>
#include <filesystem>

#include "cli/artifacts.h"
#include "cli/clock.h"
#include "cli/command_run.h"
#include "cli/commands.h"
#include "cli/report.h"
#include "cli/table.h"
#include "cli/text.h"
#include "cli/yaml.h"
#include "core/project/agate.h"
#include "core/project/artifacts.h"
#include "core/project/base_context.h"
#include "core/project/listing.h"
#include "core/project/parse.h"

namespace mesh::cli {
namespace {

std::string versioned_name(const NodeInfo &node) {
    return node.name + (node.version.empty() ? "" : ".v" + node.version);
}

// What selects the node again.
std::string selector_of(const std::string &id, const NodeInfo &node) {
    const std::string type = id.substr(0, id.find('.'));
    const auto pieces = split(id, '.');
    if (type == "source" && pieces.size() >= 4) return "source:" + pieces[1] + "." + pieces[2] + "." + pieces[3];
    for (const char *named : {"exposure", "metric", "saved_query", "semantic_model", "unit_test"})
        if (type == named) return type + ":" + node.package + "." + versioned_name(node);
    return join(node.fqn, ".");
}

std::string name_of(const std::string &id, const NodeInfo &node) {
    const auto pieces = split(id, '.');
    if (pieces.size() >= 4 && pieces[0] == "source") return pieces[2] + "." + pieces[3];
    return versioned_name(node);
}

std::vector<std::string> listed(const Session &session, const NodeCatalog &catalog, const std::vector<std::string> &ids) {
    const std::string output = session.options.output.value_or("selector");
    if (output == "json") {  // needs all of each node
        const Json manifest = Json::parse(read_file(session.target_folder() + (session.writes_json() ? "/manifest.json" : "/.manifest.json")));
        return core::project::list_lines(core::project::manifest_from_manifest_json(manifest), ids, core::project::ListOutput::json, session.options.output_keys);
    }
    std::vector<std::string> lines;
    for (const auto &id : ids)
        if (const NodeInfo *node = catalog.find(id))
            lines.push_back(output == "name" ? name_of(id, *node) : output == "path" ? node->original_file_path : selector_of(id, *node));
    return lines;
}

// Ephemeral models are among dbt's results only when they were asked for.
std::vector<Step> compile(Session &session, const NodeCatalog &catalog) {
    std::vector<Step> steps;
    invoke(session, "compile", invocation_options(session), [&](Step step) { steps.push_back(std::move(step)); });
    const CompiledFiles files(session, catalog, false);
    for (auto &written : files.write_rest(steps)) written.get();
    const auto unasked = [&](const Step &step) {
        const NodeInfo *node = catalog.find(step.unique_id);
        return node && node->materialized == "ephemeral" && session.options.select.empty();
    };
    add_compiled(session, steps, catalog, referenced_relations(session, steps, catalog), false);
    std::erase_if(steps, unasked);
    write_run_results(session, steps);
    return steps;
}

Step done(const Session &session, const std::string &unique_id, const Value &compiled) {
    Step step;
    step.unique_id = unique_id;
    step.status = "success";
    step.compiled = compiled;
    step.finished_at = now();
    step.seconds = step.finished_at - session.started_at;
    return step;
}

std::string inline_id(const Session &session) {
    return "sql_operation." + session.project.name + ".inline_query";
}

Value compiled_sql(Session &session, const std::string &what) {
    return session.database->value("SELECT mesh.compiled($1, $2)", {session.domain(), what});
}

void print_compiled(Session &session, const std::string &name, const std::string &sql) {
    const bool is_inline = name.empty(), quiet = session.log->options().lowest >= Level::error;
    if (session.options.output.value_or("text") == "json") {
        Json json = Json::object();
        if (!is_inline) json["node"] = name;
        json["compiled"] = sql;
        session.log->output(json.dump(2));
    } else {
        session.log->output(quiet ? sql : (is_inline ? "Compiled inline node is:\n" : "Compiled node '" + name + "' is:\n") + sql);
    }
}

// Does a selection name the node, maybe with operators: "orders", "+orders,tag:x"?
bool names_node(const Options &options, const std::string &name) {
    for (const auto &selected : options.select)
        for (std::size_t begin = 0, end; begin <= selected.size(); begin = end + 1) {
            end = std::min(selected.find_first_of("+@,:", begin), selected.size());
            if (selected.compare(begin, end - begin, name) == 0) return true;
        }
    return false;
}

// dbt's words: an inline query that is no template, or that the database refuses.
[[noreturn]] void refuse_inline(const Error &error, const std::string &before) {
    throw Error(error.sqlstate, before + "\n  " + error.what(), error.detail, error.hint);
}

std::string compiled_inline(Session &session, const std::string &sql) {
    try {
        return compiled_text(session, sql);
    } catch (const Error &error) {
        refuse_inline(error, "Error parsing inline query");
    }
}

using TablePtr = core::jinja::Ptr<core::project::Table>;

TablePtr shown(Session &session, const std::string &what, long limit) {
    Json told;
    try {
        told = Json::parse(session.database->value("SELECT mesh.show_table($1, $2, $3)", {session.domain(), what, std::to_string(limit)}).value_or("{}"));
    } catch (const Error &error) {
        if (starts_with(error.sqlstate, "08") || starts_with(error.sqlstate, "57")) throw;
        refuse_inline(error, "Database Error");
    }
    core::project::QueryResult result;
    result.columns = told["columns"].get<std::vector<std::string>>();
    result.types = told["types"].get<std::vector<std::string>>();
    for (const Json &row : told["rows"]) {
        auto &cells = result.rows.emplace_back();
        for (const Json &cell : row) cells.push_back(cell.is_null() ? std::nullopt : Value(cell.get<std::string>()));
    }
    return core::project::make_table(result);
}

// As it is recorded: with its limit.
std::string limited(const std::string &sql, long limit) {
    return limit < 0 ? sql : sql + "\nlimit " + std::to_string(limit);
}

// `title` empty: of an inline query.
void print_rows(Session &session, const std::string &title, const core::project::Table &table) {
    if (session.options.output.value_or("text") == "json") {
        Json json = Json::object();
        if (!title.empty()) json["node"] = title;
        json["show"] = core::project::to_json_value(table.json());
        session.log->output(json.dump(2));
        return;
    }
    const bool quiet = session.log->options().lowest >= Level::error;
    session.log->output((quiet ? "" : title.empty() ? "Previewing inline node:\n" : "Previewing node '" + title + "':\n") + text_table(table));
}

// What the server shows of a node or a query; with --defer as it is compiled there, over what the state has built of what is not built here.
std::string shown_query(Session &session, const std::string &what, const std::string &compiled, bool is_inline) {
    if (starts_with(what, "seed.") || !session.options.defer.value_or(false)) return what;
    if (is_inline) return "{% raw %}" + compiled + "{% endraw %}\n";
    Json options = invocation_options(session);
    for (const char *key : {"select", "exclude", "selector"}) options.erase(key);
    options["unique_ids"] = {what};
    std::string sql;
    invoke(session, "compile", options, [&](const Step &step) { sql = step.compiled.value_or(""); });
    return "{% raw %}" + sql + "{% endraw %}\n";
}

void show_one(Session &session, const std::string &what, const std::string &title, std::vector<Step> &steps) {
    const long limit = session.options.limit.value_or(5);
    const bool is_inline = title.empty();
    const std::string sql = is_inline ? compiled_inline(session, what) : compiled_sql(session, what).value_or("");
    const TablePtr table = shown(session, shown_query(session, what, sql, is_inline), limit);
    steps.push_back(done(session, is_inline ? inline_id(session) : what, limited(sql, limit)));
    print_rows(session, title, *table);
}

// By the names that the server has for them.
std::vector<std::string> type_names(Session &session, const Json &oids) {
    std::vector<std::string> names;
    session.database->query("SELECT pg_catalog.format_type(oid::oid, NULL) FROM pg_catalog.json_array_elements_text($1::json) WITH ORDINALITY AS types(oid, i) ORDER BY i",
                            {oids.dump()}, [&](const Row &row) { names.push_back(row.text(0)); });
    return names;
}

core::project::QueryResult direct_result(Session &session, const std::string &sql) {
    core::project::QueryResult result;
    Json types = Json::array();
    session.database->on_columns = [&](const Row &row) {
        for (int column = 0; column < row.columns(); ++column) {
            result.columns.push_back(row.name(column));
            types.push_back(row.type(column));
        }
    };
    session.database->query(sql, {}, [&](const Row &row) {
        auto &cells = result.rows.emplace_back();
        for (int column = 0; column < row.columns(); ++column) cells.push_back(row[column]);
    });
    result.types = type_names(session, types);
    return result;
}

// As the profile's user, and nothing is committed.
int show_direct(Session &session) {
    open_database(session);
    core::project::QueryResult result;
    try {
        session.database->execute("BEGIN");
        result = direct_result(session, "SELECT mesh_row.* FROM (" + limited(*session.options.inline_direct + "\n) AS mesh_row", session.options.limit.value_or(5)));
        session.database->execute("ROLLBACK");
    } catch (const Error &error) {
        refuse_inline(error, "Database Error");
    }
    print_rows(session, "", *core::project::make_table(result));
    return exit_success;
}

void tell_notices(Session &session, Report &report) {
    session.database->on_notice = [&report](const Notice &notice) { report.notice(notice); };
}

// The macro that the server takes for the name: the project's, else any package's, else dbt's.
std::string macro_id(const Session &session, const NodeCatalog &catalog) {
    const std::string &name = session.options.macro, own = "macro." + session.project.name + "." + name;
    if (name.find('.') != std::string::npos) return "macro." + name;
    std::string found = own;
    for (const auto &id : catalog.macros) {
        if (!ends_with(id, "." + name) || id == own) continue;
        if (found == own || starts_with(found, "macro.dbt")) found = id;
    }
    return std::find(catalog.macros.begin(), catalog.macros.end(), own) == catalog.macros.end() ? found : own;
}

// What is selected, sources too, as a list of ids. Nothing: all of it.
Value catalogued(Session &session) {
    const Options &options = session.options;
    Json ids = Json::array();
    const bool selects = !options.select.empty() || !options.exclude.empty() || options.selector;
    if (!options.empty_catalog.value_or(false)) {
        if (!selects || !options.compile_docs.value_or(true)) return std::nullopt;  // as dbt: selecting is a part of compiling
        invoke(session, "list", invocation_options(session), [&](const Step &step) { ids.push_back(step.unique_id); });
    }
    return ids.dump();
}

void write_catalog(Session &session, const std::string &path) {
    const std::string catalog = "(SELECT pg_catalog.json_build_object('metadata', $2::json, 'nodes', c -> 'nodes', 'sources', c -> 'sources', 'errors', c -> 'errors')"
                                " FROM mesh.catalog($1,"
                                " CASE WHEN $3::json IS NOT NULL THEN ARRAY(SELECT pg_catalog.json_array_elements_text($3::json)) END, $4::boolean) AS c)";
    const char *whole_schemas = session.options.compile_docs.value_or(true) ? "false" : "true";
    write_large(*session.database, session.domain(), catalog, path, {core::project::metadata_json(metadata(session), "catalog/v1").dump(), catalogued(session), whole_schemas});
}

// A catalog that the project's own macros could not tell is one without relations, and a failure; with --warn-error the catalog that was there stays.
int generate_catalog(Session &session, Report &report) {
    const std::string path = session.target_folder() + "/catalog.json";
    std::string failure;
    session.database->on_notice = [&](const Notice &notice) {
        if (starts_with(notice.message, core::project::kCatalogFailed)) failure = notice.message;
        report.notice(notice);
    };
    session.log->event(Level::info, "BuildingCatalog", "E044", "Building catalog");
    write_catalog(session, path + ".new");
    if (!failure.empty() && session.options.warn_error.value_or(false)) {
        std::filesystem::remove(path + ".new");
        throw Error("22023", failure, "", "It is a warning without --warn-error.");
    }
    std::filesystem::rename(path + ".new", path);
    if (!failure.empty()) session.log->event(Level::error, "WriteCatalogFailure", "E046", "meshctl encountered 1 failure while writing the catalog");
    if (session.options.static_docs.value_or(false)) write_static_page(session);
    session.log->event(Level::info, "CatalogWritten", "E045", "Catalog written to " + path);
    return failure.empty() ? exit_success : exit_failed;
}

}  // namespace

int parse_only(Session &session) {
    const NodeCatalog catalog = prepare(session);
    session.log->event(Level::info, "FoundStats", "W006", "Found " + found_line(catalog));
    return exit_success;
}

int compile_nodes(Session &session) {
    const NodeCatalog catalog = prepare(session);
    Report report(*session.log, catalog);
    tell_notices(session, report);
    if (session.options.inline_sql) {
        const std::string sql = compiled_inline(session, *session.options.inline_sql + "\n");  // the line's end tells SQL from a node's name
        write_run_results(session, {done(session, inline_id(session), sql)});
        print_compiled(session, "", sql);
        return exit_success;
    }
    const auto steps = compile(session, catalog);
    session.log->event(Level::info, "Note", "Z050", "Compiled " + counted(static_cast<long>(steps.size()), "node") + " into " + session.target_folder() + "/compiled");
    for (const auto &step : steps)
        if (const NodeInfo *node = catalog.find(step.unique_id); node && (names_node(session.options, node->name) || names_node(session.options, versioned_name(*node))))
            print_compiled(session, versioned_name(*node), step.compiled.value_or(""));
    return exit_success;
}

int list_nodes(Session &session) {
    const NodeCatalog catalog = prepare(session);
    std::vector<std::string> ids;
    invoke(session, "list", invocation_options(session), [&](const Step &step) { ids.push_back(step.unique_id); });
    std::sort(ids.begin(), ids.end());
    if (ids.empty()) session.log->event(Level::warn, "NoNodesSelected", "Q038", "No nodes selected!");
    for (const auto &line : listed(session, catalog, ids)) session.log->output(line);
    return exit_success;
}

int show_rows(Session &session) {
    if (session.options.inline_direct) return show_direct(session);
    if (session.options.select.empty() && !session.options.inline_sql) refuse("Either --select or --inline must be passed to show");
    const NodeCatalog catalog = prepare(session);
    Report report(*session.log, catalog);
    tell_notices(session, report);
    std::vector<Step> steps;
    if (session.options.inline_sql) {
        show_one(session, *session.options.inline_sql + "\n", "", steps);
        write_run_results(session, steps);
        return exit_success;
    }
    std::vector<std::string> ids;
    invoke(session, "list", invocation_options(session), [&](const Step &step) { ids.push_back(step.unique_id); });
    for (const auto &id : ids)
        if (const NodeInfo *node = catalog.find(id); node && (starts_with(id, "model.") || starts_with(id, "seed.") || starts_with(id, "snapshot.") || ids.size() == 1))
            show_one(session, id, versioned_name(*node), steps);
    write_run_results(session, steps);
    return exit_success;
}

// An operation that has no database has failed, as with dbt, which asks for one when the macro does.
int run_operation(Session &session) {
    NodeCatalog catalog;
    try {
        catalog = prepare(session);
    } catch (const Error &error) {
        if (!starts_with(error.sqlstate, "08")) throw;
        session.log->event(Level::error, "RunningOperationCaughtError", "Q001", std::string("Encountered an error while running operation: ") + error.what() + "\n  " + error.detail);
        return exit_failed;
    }
    Report report(*session.log, catalog);
    tell_notices(session, report);
    const Json arguments = session.options.args ? parse_mapping(*session.options.args, "--args") : Json::object();
    Json options = server_options(session.options, session.vars);
    options.update(told_options(session));
    Step step = done(session, macro_id(session, catalog), std::nullopt);
    try {
        const Value result = session.database->value("SELECT mesh.run_operation($1, $2, $3, $4)",
                                                     {session.domain(), session.options.macro, arguments.dump(), options.dump()});
        session.log->event(Level::debug, "Note", "Z050", session.options.macro + " returned " + result.value_or("null"));
    } catch (const Error &error) {
        if (starts_with(error.what(), "dbt could not find a macro") || starts_with(error.sqlstate, "08")) throw;  // nothing was run
        step.status = "error";
        step.message = error.what() + (error.detail.empty() ? "" : "\n" + error.detail);
        session.log->event(Level::error, "RunningOperationCaughtError", "Q001", "Encountered an error while running operation: " + step.message);
    }
    write_run_results(session, {step});
    return step.status == "error" ? exit_failed : exit_success;
}

int generate_docs(Session &session) {
    const bool compiles = session.options.compile_docs.value_or(true);
    const NodeCatalog catalog = prepare(session, compiles);  // as dbt: what writes the manifest here is compiling
    Report report(*session.log, catalog);
    tell_notices(session, report);
    if (compiles) compile(session, catalog);
    copy_assets(session);
    return generate_catalog(session, report);
}

}  // namespace mesh::cli
