#include "cli/command_run.h"

#include "cli/artifacts.h"
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/report.h"
#include "cli/text.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

const char *const columns = "run_id, unique_id, node, kind, status, rows, failures, extract(epoch from duration) AS seconds, reason, message, relation, compiled, batch_results";

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

// When a source's newest row is from, in the form that sources.json wants: the server's words for it are in `reason`.
Json source_times(Session &session, const Step &step) {
    Json times = {{"max_loaded_at", ""}, {"snapshotted_at", ""}, {"age", 0.0}};
    if (!starts_with(step.reason, "{")) return times;
    session.database->query(
        "SELECT to_char((r ->> 'max_loaded_at')::timestamptz AT TIME ZONE 'UTC', f), to_char((r ->> 'snapshotted_at')::timestamptz AT TIME ZONE 'UTC', f),"
        " extract(epoch from (r ->> 'age')::interval) FROM (SELECT jsonb_strip_nulls(jsonb_object(array_agg(key), array_agg(nullif(value, '')))) AS r,"
        " 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'::text AS f FROM jsonb_each_text($1::jsonb)) AS given",
        {step.reason}, [&](const Row &row) {
            times = {{"max_loaded_at", row.text(0)}, {"snapshotted_at", row.text(1)}, {"age", std::strtod(row.text(2).c_str(), nullptr)}};
        });
    return times;
}

void finish_sources(Session &session, const std::vector<Step> &steps) {
    Json times = Json::array();
    for (const auto &step : steps) times.push_back(source_times(session, step));
    write_sources(session, steps, times, now() - session.started_at);
}

}  // namespace

NodeCatalog prepare(Session &session, bool keep_manifest) {
    open_database(session);
    NodeCatalog nothing;
    Report messages(*session.log, nothing);
    session.database->on_notice = [&](const Notice &notice) { messages.notice(notice); };
    const Deployed deployed = deploy(session);
    session.log->event(Level::debug, "Note", "Z050", "Sent " + std::to_string(deployed.sent) + " of " + counted(static_cast<long>(deployed.files), "file"));
    session.database->on_notice = nullptr;
    const std::string path = session.target_folder() + (keep_manifest && session.writes_json() ? "/manifest.json" : "/.manifest.json");
    write_large(session, "mesh.manifest($1)", path);
    return read_manifest(path);
}

void invoke(Session &session, const std::string &command, const Json &options, const std::function<void(Step)> &take, long *run_id) {
    try {
        session.database->query(std::string("SELECT ") + columns + " FROM mesh.invoke($1, $2, $3)", {session.domain(), command, options.dump()},
                                [&](const Row &row) { take(step_of_row(row)); });
    } catch (const Error &error) {
        if (error.sqlstate.substr(0, 2) == "08" || error.sqlstate == "57P01") lost(error, session.domain(), run_id ? *run_id : 0);
        throw;
    }
}

Json invocation_options(const Session &session) {
    Json options = server_options(session.options, session.vars);
    if (session.options.state) options["state"] = Json::parse(read_file(*session.options.state + "/manifest.json"), nullptr, false);
    if (options.contains("state") && options["state"].is_discarded()) refuse("manifest.json in \"" + *session.options.state + "\" is not valid JSON");
    options["flags"] = template_flags(session.options);
    options["compile_tests"] = session.writes_json();
    return options;
}

int run_nodes(Session &session) {
    const NodeCatalog catalog = prepare(session);
    say_what_is_found(session, catalog);
    Report report(*session.log, catalog);
    long run_id = 0;
    session.database->on_notice = [&](const Notice &notice) {
        report.notice(notice);
        run_id = report.run_id();
    };
    session.database->on_tick = [&] { report.tick(); };
    const bool freshness = session.options.command == "source freshness";
    const double began = now();
    std::vector<Step> steps;
    invoke(session, session.options.command, invocation_options(session), [&](Step step) { steps.push_back(std::move(step)); }, &run_id);
    if (steps.empty()) session.log->event(Level::warn, "NothingToDo", "Q035", "Nothing to do. Try checking your model configs and model specification args");
    for (std::size_t i = 0; i < steps.size(); ++i) {
        report.row(steps[i], static_cast<long>(i + 1), static_cast<long>(steps.size()));
        if (const NodeInfo *node = catalog.find(steps[i].unique_id); node && session.writes_json()) write_compiled(session, steps[i], *node, true);
    }
    if (!freshness) write_run_results(session, steps);
    if (freshness && session.writes_json()) finish_sources(session, steps);
    if (!steps.empty()) report.end(now() - began);
    return report.failed() ? exit_failed : exit_success;
}

}  // namespace mesh::cli
