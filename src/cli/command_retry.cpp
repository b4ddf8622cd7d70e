// retry: the last command again, for the nodes that did not end well.
#include "cli/commands.h"
#include "cli/text.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

const std::string operation_prefix = "operation.";

Json last_results(const Session &session) {
    const std::string folder = session.options.state.value_or(session.target_path());
    const std::string path = session.in_project(folder) + "/run_results.json";
    if (!file_exists(path)) throw Error("58P01", "Could not find previous run in '" + folder + "' target directory", "", "Run something first, then retry what failed of it.");
    const Json results = Json::parse(read_file(path), nullptr, false);
    if (!results.is_object() || !results.contains("results") || !results.contains("args")) refuse("\"" + path + "\" is no run_results.json");
    return results;
}

bool retried(const std::string &status, bool warn_error) {
    for (const char *bad : {"error", "fail", "skipped", "runtime error", "partial success"})
        if (status == bad) return true;
    return warn_error && status == "warn";
}

// Members that are empty are what is usual.
bool says_something(const Json &mapping) {
    return mapping.is_object() && std::any_of(mapping.begin(), mapping.end(), [](const Json &member) { return !member.is_array() || !member.empty(); });
}

// The options of the last command, where this one says nothing. What --state holds of it is what it deferred to; --state of this
// command is where the last one's results are.
void repeat_options(Options &options, const Json &args) {
    for (const auto &[name, field] : {std::pair{"full_refresh", &Options::full_refresh}, {"empty", &Options::empty}, {"store_failures", &Options::store_failures},
                                      {"fail_fast", &Options::fail_fast}, {"defer", &Options::defer}, {"favor_state", &Options::favor_state},
                                      {"introspect", &Options::introspect}})
        if (!(options.*field) && args.contains(name) && args[name].is_boolean()) options.*field = args[name].get<bool>();
    options.state.reset();
    for (const auto &[name, field] : {std::pair{"sample", &Options::sample}, {"event_time_start", &Options::event_time_start}, {"event_time_end", &Options::event_time_end},
                                      {"profile", &Options::profile}, {"target", &Options::target}, {"state", &Options::state}, {"defer_state", &Options::defer_state}})
        if (!(options.*field) && args.contains(name) && args[name].is_string()) options.*field = args[name].get<std::string>();
    for (const auto &[name, field] : {std::pair{"vars", &Options::vars}, {"args", &Options::args}, {"warn_error_options", &Options::warn_error_options}})
        if (!(options.*field) && args.contains(name) && says_something(args[name])) options.*field = args[name].dump();
    if (!options.threads && args.contains("threads") && args["threads"].is_number()) options.threads = args["threads"].get<long>();
    options.macro = args.value("macro", "");
}

// Those of a command that could be done again, with what microbatch models have to do of them.
Json failed_nodes(Options &options, const Json &last) {
    Json ids = Json::array();
    for (const auto &result : last["results"]) {
        const std::string id = result.value("unique_id", "");
        if (!retried(result.value("status", ""), options.warn_error.value_or(false)) || starts_with(id, operation_prefix)) continue;
        ids.push_back(id);
        const Json batches = result.value("batch_results", Json());
        if (batches.is_object() && !batches.value("successful", Json()).empty() && !batches.value("failed", Json()).empty()) options.batches[id] = batches;
    }
    return ids;
}

}  // namespace

int retry(Session &session) {
    Options &options = session.options;
    const Json last = last_results(session);
    options.command = last["args"].value("which", "");
    repeat_options(options, last["args"]);
    open_project(session);
    options.unique_ids = failed_nodes(options, last);
    if (options.command == "generate") return options.command = "docs generate", generate_docs(session);
    if (options.command == "compile") return compile_nodes(session);
    for (const char *verb : {"run", "build", "test", "seed", "snapshot", "clone"})
        if (options.command == verb) return run_nodes(session);
    if (options.command != "run-operation") refuse("cannot retry \"" + options.command + "\"");
    if (!options.unique_ids.empty()) return run_operation(session);
    session.log->event(Level::info, "NothingToDo", "Q035", "Nothing to retry: the last run-operation ended well");
    return exit_success;
}

}  // namespace mesh::cli
