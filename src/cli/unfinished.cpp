#include "cli/unfinished.h"

#include <filesystem>
#include <set>

#include "cli/artifacts.h"
#include "cli/interrupt.h"
#include "cli/text.h"

namespace mesh::cli {
namespace {

const std::map<std::string, std::set<std::string>> done_by = {{"run", {"model"}}, {"test", {"test", "unit_test"}}, {"seed", {"seed"}}, {"snapshot", {"snapshot"}},
    {"clone", {"model", "seed", "snapshot"}}, {"build", {"model", "seed", "snapshot", "test", "unit_test", "function"}}};

// The catalog may not have come yet.
bool does(const std::string &command, const NodeCatalog &catalog, const std::string &id) {
    const NodeInfo *info = catalog.find(id);
    return (info == nullptr || info->materialized != "ephemeral") && done_by.at(command).count(id.substr(0, id.find('.'))) > 0;
}

std::vector<Step> selected(Session &session, const NodeCatalog &catalog) {
    std::vector<Step> steps;
    const std::string &command = session.options.command;
    session.database->on_notice = nullptr;
    invoke(session, "list", invocation_options(session), [&](Step step) {
        if (does(command, catalog, step.unique_id)) steps.push_back(std::move(step));
    });
    return steps;
}

std::unique_ptr<Connection> open_again(const Session &session) {
    auto database = open_second(session);
    if (!database) throw Error("08001", "could not connect to the database");
    return database;
}

}  // namespace

void write_unfinished(Session &session, const NodeCatalog &catalog, const std::string &message, bool is_lost) {
    if (!done_by.count(session.options.command) || !session.writes_json()) return;
    std::vector<Step> steps;
    try {
        if (is_lost) session.database = open_again(session);
        steps = selected(session, catalog);
    } catch (const Error &) {
        std::error_code absent;
        std::filesystem::remove(session.target_folder() + "/run_results.json", absent);
        return;
    }
    for (Step &step : steps) {
        step.status = "skipped";
        step.message = message;
    }
    write_run_results(session, steps);
}

}  // namespace mesh::cli
