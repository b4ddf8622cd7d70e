#include "cli/command_run.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "cli/artifacts.h"
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/invocation_arguments.h"
#include "cli/report.h"
#include "cli/text.h"
#include "cli/unfinished.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

const char *const columns = "run_id, unique_id, node, kind, status, rows, failures, extract(epoch from duration) AS seconds, reason, message, relation, compiled, batch_results, error_kind";

// By the network, or by an administrator or a crash of the server that ended the session.
bool is_lost(const Error &error) {
    return error.sqlstate.substr(0, 2) == "08" || error.sqlstate.substr(0, 4) == "57P0";
}

[[noreturn]] void lost(const Error &error, const std::string &domain, long run_id) {
    const std::string which = run_id ? "WHERE run_id = " + std::to_string(run_id) : "WHERE selector LIKE '%" + domain + "%' ORDER BY run_id DESC LIMIT 1";
    throw Error(error.sqlstate, error.what() + std::string(run_id ? " in run " + std::to_string(run_id) : ""), error.detail,
                "What became of the run: SELECT * FROM mesh.runs " + which + ";");
}

void say_what_is_found(Session &session, const NodeCatalog &catalog) {
    session.log->event(Level::info, "FoundStats", "W006", "Found " + found_line(catalog));
    session.log->blank();
    const long threads = session.options.threads.value_or(session.profile ? session.profile->number("threads", 1) : 1);
    const std::string target = session.profile ? session.profile->target : "default";
    const std::string domain = session.domain() == session.project.name ? "" : ", domain='" + session.domain() + "'";
    session.log->event(Level::info, "ConcurrencyLine", "Q027", "Concurrency: " + counted(threads, "thread") + " (target='" + target + "'" + domain + ")");
    session.log->blank();
}

// When a source's newest row is from, in the form that sources.json wants: the server's words for it are in `reason`. Without rows they are as
// old as can be.
Json source_times(Session &session, const Step &step) {
    Json times = {{"max_loaded_at", ""}, {"snapshotted_at", ""}, {"age", 0.0}, {"criteria", Json::object()}};
    const Json told = Json::parse(step.reason, nullptr, false);
    if (!told.is_object()) return times;
    if (told.contains("criteria")) times["criteria"] = told["criteria"];
    session.database->query(
        "SELECT to_char(l, f) || CASE WHEN date_trunc('second', l) <> l THEN to_char(l, '.US') ELSE '' END || '+00:00',"
        " to_char(s, f) || to_char(s, '.US') || '+00:00', extract(epoch from s - l)"
        " FROM (SELECT coalesce(nullif($1, '')::timestamptz AT TIME ZONE 'UTC', '0001-01-01') AS l, nullif($2, '')::timestamptz AT TIME ZONE 'UTC' AS s,"
        " 'YYYY-MM-DD\"T\"HH24:MI:SS'::text AS f) AS given",
        {told.value("max_loaded_at", ""), told.value("snapshotted_at", "")}, [&](const Row &row) {
            times["max_loaded_at"] = row.text(0);
            times["snapshotted_at"] = row.text(1);
            times["age"] = std::strtod(row.text(2).c_str(), nullptr);
        });
    return times;
}

// The hooks around them are no sources.
void finish_sources(Session &session, std::vector<Step> steps) {
    std::erase_if(steps, [](const Step &step) { return resource_type(step) != "source"; });
    Json times = Json::array();
    for (const auto &step : steps) times.push_back(source_times(session, step));
    write_sources(session, steps, times, now() - session.started_at);
}

// An artifact of an earlier run; null where there is none.
Json earlier(const std::string &folder, const char *name) {
    if (!file_exists(folder + "/" + name)) return nullptr;
    Json artifact = Json::parse(read_file(folder + "/" + name), nullptr, false);
    if (artifact.is_discarded()) refuse(std::string(name) + " in \"" + folder + "\" is not valid JSON");
    return artifact;
}

// {unique id: a member of its result} of run_results.json or sources.json.
Json results_by_id(const Json &artifact, const char *member) {
    if (artifact.is_null()) return nullptr;
    Json values = Json::object();
    for (const auto &result : artifact.value("results", Json::array())) values[result.value("unique_id", "")] = result.value(member, Json());
    return values;
}

// What selection compares with: each artifact that there is.
void add_state(const Session &session, const std::string &given, Json &options) {
    const std::string folder = session.in_project(given);
    std::error_code absent;
    if (std::filesystem::equivalent(folder, session.target_folder(), absent))
        session.log->event(Level::warn, "WarnStateTargetEqual", "I073", session.log->yellow("Warning: The state and target directories are the same: '" + given + "'. "
                           "This could lead to missing changes due to overwritten state including non-idempotent retries."));
    options["state"] = earlier(folder, "manifest.json");
    options["state_results"] = results_by_id(earlier(folder, "run_results.json"), "status");
    options["state_sources"] = results_by_id(earlier(folder, "sources.json"), "max_loaded_at");
    options["current_sources"] = results_by_id(earlier(session.target_folder(), "sources.json"), "max_loaded_at");
}

// --state, and --defer-state where it is another folder: that is what is deferred to, and the former what is compared with.
void add_states(const Session &session, Json &options) {
    const Text &state = session.options.state, &other = session.options.defer_state;
    if (state) add_state(session, *state, options);
    if (other) options["defer_state"] = earlier(session.in_project(*other), "manifest.json");
    if (session.options.command != "clone" && !session.options.defer.value_or(false)) return;
    if (!state && !other) refuse("--state or --defer-state are required for deferral, but neither was provided");
    if (options[other ? "defer_state" : "state"].is_null()) refuse("Could not find manifest in --state path: \"" + (other ? *other : *state) + "\"");
}

// query-comment of the project, rendered by the server, which knows its macros.
void comment_statements(Session &session) {
    const Json &setting = session.project.query_comment;
    const Json comment = setting.is_object() ? setting.value("comment", Json()) : setting;
    if (!comment.is_string() || comment.get<std::string>().empty()) return;
    const std::string text = "{%- set connection_name = 'master' -%}{%- set node = none -%}\n" + comment.get<std::string>();
    const std::string rendered = trim(session.database->value("SELECT mesh.compiled($1, $2)", {session.domain(), text}).value_or(""));
    if (rendered.find("*/") != std::string::npos) refuse("query comment contains illegal value \"*/\": " + rendered);
    if (rendered.empty()) return;
    const bool append = setting.is_object() && setting.value("append", Json()) == true;
    (append ? session.database->comment_after : session.database->comment_before) = append ? "\n/* " + rendered + " */" : "/* " + rendered + " */\n";
}

void deploy_project(Session &session) {
    NodeCatalog nothing;
    Report messages(*session.log, nothing);
    session.database->on_notice = [&](const Notice &notice) { messages.notice(notice); };
    const Deployed deployed = deploy(session);
    session.log->event(Level::debug, "Note", "Z050", "Sent " + std::to_string(deployed.sent) + " of " + counted(static_cast<long>(deployed.files), "file"));
    session.database->on_notice = nullptr;
    comment_statements(session);
}

std::string manifest_path(const Session &session, bool keep) {
    return session.target_folder() + (keep && session.writes_json() ? "/manifest.json" : "/.manifest.json");
}

// Failed ephemeral models are told, and no results.
std::vector<Step> take_ephemerals(const Session &session, std::vector<Step> &steps, const NodeCatalog &catalog) {
    std::vector<Step> out;
    for (Step &step : steps) {
        const NodeInfo *node = catalog.find(step.unique_id);
        if (node == nullptr || node->materialized != "ephemeral") continue;
        tell_as_dbt(session, step, *node);
        out.push_back(step);
    }
    std::erase_if(steps, [&](const Step &step) { return std::ranges::any_of(out, [&](const Step &other) { return other.unique_id == step.unique_id; }); });
    return out;
}

NodeCatalog write_manifest(const Session &session, Connection &database, const std::string &path) {
    write_large(database, session.domain(), "mesh.manifest($1, $2)", path, {core::project::metadata_json(metadata(session), "manifest/v12").dump()});
    return read_manifest(path);
}

// Whoever cancelled knows what is left to do; so does whoever has lost the server.
[[noreturn]] void tell_unfinished(Session &session, const NodeCatalog &catalog, const Error &error) {
    const bool cancelled = error.sqlstate == "57014" && interrupted() > 0, once = cancelled && interrupted() == 1;
    if (once) forgive_interrupts();
    if (cancelled || is_lost(error)) write_unfinished(session, catalog, cancelled ? "interrupted, and not published" : error.what(), !cancelled);
    if (once) throw Interrupted("The run was cancelled in the server: nothing of it is published. meshctl retry does it again.");
    throw error;
}

}  // namespace

NodeCatalog prepare(Session &session, bool keep_manifest) {
    open_database(session);
    deploy_project(session);
    return write_manifest(session, *session.database, manifest_path(session, keep_manifest));
}

void invoke(Session &session, const std::string &command, const Json &options, const std::function<void(Step)> &take, long *run_id) {
    try {
        session.database->query(std::string("SELECT ") + columns + " FROM mesh.invoke($1, $2, $3)", {session.domain(), command, options.dump()},
                                [&](const Row &row) { take(step_of_row(row)); });
    } catch (const Error &error) {
        if (is_lost(error)) lost(error, session.domain(), run_id ? *run_id : 0);
        throw;
    }
}

Json invocation_options(const Session &session) {
    Json options = server_options(session.options, session.vars);
    add_states(session, options);
    if (!options.contains("threads") && session.profile && session.profile->output.contains("threads")) options["profile_threads"] = session.profile->number("threads", 1);
    options.update(told_options(session));
    options["compile_tests"] = session.writes_json();
    return options;
}

Json told_options(const Session &session) {
    return {{"flags", template_flags(session.options)}, {"arguments", invocation_arguments(session)}, {"invocation_id", session.invocation_id}};
}

std::string compiled_text(Session &session, const std::string &sql) {
    Json options = invocation_options(session);
    for (const char *key : {"select", "exclude", "selector"}) options.erase(key);
    options["inline"] = sql;
    std::string out;
    invoke(session, "compile", options, [&](const Step &step) { out = step.compiled.value_or(""); });
    return out;
}

std::map<std::string, std::string> referenced_relations(Session &session, const std::vector<Step> &steps, const NodeCatalog &catalog) {
    std::set<std::string> calls;
    for (const Step &step : steps)
        if (const NodeInfo *node = catalog.find(step.unique_id); node && step.compiled) calls.insert(node->references.begin(), node->references.end());
    std::map<std::string, std::string> out;
    std::string query;
    for (const std::string &call : calls) query += "{{ " + call + " }}\n";
    if (calls.empty()) return out;
    std::istringstream lines(compiled_text(session, query));
    for (const std::string &call : calls) std::getline(lines, out[call]);
    return out;
}

int run_nodes(Session &session) {
    open_database(session);
    auto opening = std::async(std::launch::async, [&] { return open_second(session); });  // the manifest comes while the run is at work
    deploy_project(session);
    const std::unique_ptr<Connection> second = opening.get();
    NodeCatalog catalog;
    if (second) speak_as_first(session, *second);
    else catalog = write_manifest(session, *session.database, manifest_path(session, true));
    Report report(*session.log, catalog);
    long run_id = 0;
    session.database->on_notice = [&](const Notice &notice) {
        report.notice(notice);
        run_id = report.run_id();
    };
    session.database->on_tick = [&] { report.tick(); };
    CompiledFiles compiled(session, catalog, true);
    std::vector<Step> finished;
    report.on_finished = [&](Step step) { finished.push_back(std::move(step)); };
    session.database->on_told = [&] {
        for (const Step &step : finished) compiled.write(step);
        finished.clear();
    };
    const bool freshness = session.options.command == "source freshness";
    const double began = now();
    std::vector<Step> steps;
    session.database->meanwhile = [&] {
        if (second) catalog = write_manifest(session, *second, manifest_path(session, true));
        say_what_is_found(session, catalog);
    };
    try {
        invoke(session, session.options.command, invocation_options(session), [&](Step step) { steps.push_back(std::move(step)); }, &run_id);
    } catch (const Error &error) {
        session.log->show_bar("");
        tell_unfinished(session, catalog, error);
    }
    forgive_interrupts();  // the run is over: what came of it is told, and written
    if (steps.empty()) session.log->event(Level::warn, "NothingToDo", "Q035", "Nothing to do. Try checking your model configs and model specification args");
    const std::vector<Step> failed_ephemerals = take_ephemerals(session, steps, catalog);
    auto files = compiled.write_rest(steps);
    const auto references = referenced_relations(session, steps, catalog);
    files.push_back(std::async(std::launch::async, [&] { add_compiled(session, steps, catalog, references, true); }));
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (const NodeInfo *node = catalog.find(steps[i].unique_id)) tell_as_dbt(session, steps[i], *node);
        report.row(steps[i], static_cast<long>(i + 1), static_cast<long>(steps.size()));
    }
    for (const Step &step : failed_ephemerals) report.aside(step);
    if (!freshness) write_run_results(session, steps);
    for (auto &written : files) written.get();
    if (freshness && session.writes_json()) finish_sources(session, steps);
    if (!steps.empty() || !failed_ephemerals.empty()) report.end(now() - began);
    return report.failed() ? exit_failed : exit_success;
}

}  // namespace mesh::cli
