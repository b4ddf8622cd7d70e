// retry: the last command again, for the nodes that did not end well.
#include "cli/commands.h"
#include "cli/manifest.h"
#include "cli/text.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

Json last_results(const Session &session) {
    const std::string path = session.options.state.value_or(session.target_folder()) + "/run_results.json";
    if (!file_exists(path)) throw Error("58P01", "could not find previous run in \"" + path + "\"", "", "Run something first, then retry what failed of it.");
    const Json results = Json::parse(read_file(path), nullptr, false);
    if (!results.is_object() || !results.contains("results") || !results.contains("args")) refuse("\"" + path + "\" is no run_results.json");
    return results;
}

bool retried(const std::string &status) {
    for (const char *bad : {"error", "fail", "skipped", "runtime error", "partial success"})
        if (status == bad) return true;
    return false;
}

// The options of the last command, where this one says nothing.
void repeat_options(Options &options, const Json &args) {
    const auto flag = [&](const char *name, Switch Options::*field) {
        if (!(options.*field) && args.contains(name) && args[name].is_boolean()) options.*field = args[name].get<bool>();
    };
    flag("full_refresh", &Options::full_refresh);
    flag("empty", &Options::empty);
    flag("store_failures", &Options::store_failures);
    flag("fail_fast", &Options::fail_fast);
    if (!options.threads && args.contains("threads") && args["threads"].is_number()) options.threads = args["threads"].get<long>();
}

}  // namespace

int retry(Session &session) {
    const Json last = last_results(session);
    const Json &args = last["args"];
    session.options.command = args.value("which", "");
    if (session.options.command == "generate") session.options.command = "docs generate";
    repeat_options(session.options, args);
    if (session.vars.empty() && args.contains("vars") && args["vars"].is_object()) session.vars = args["vars"];
    const NodeCatalog catalog = read_manifest(session.target_folder() + "/manifest.json");
    for (const auto &result : last["results"]) {
        const NodeInfo *node = catalog.find(result.value("unique_id", ""));
        if (!node || !retried(result.value("status", ""))) continue;
        session.options.select.push_back(join(node->fqn, "."));
        const Json batches = result.value("batch_results", Json());
        if (batches.is_object() && !batches.value("successful", Json()).empty() && !batches.value("failed", Json()).empty()) session.options.batches[result.value("unique_id", "")] = batches;
    }
    if (session.options.select.empty()) {
        session.log->event(Level::info, "NothingToDo", "Q035", "Nothing to retry: the last " + session.options.command + " ended well");
        return exit_success;
    }
    session.options.indirect_selection = "empty";  // its tests are named themselves
    session.options.state.reset();
    return run_nodes(session);
}

}  // namespace mesh::cli
