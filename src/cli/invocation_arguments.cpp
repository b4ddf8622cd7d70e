#include "cli/invocation_arguments.h"

#include <set>

#include "cli/text.h"
#include "cli/yaml.h"
#include "core/project/project_flags.h"
#include "core/project/runtime_config.h"

namespace mesh::cli {
namespace {

const std::string secret = "DBT_ENV_SECRET";

// What a verb has options for, in dbt.
bool has_option(const std::string &which, const std::string &option) {
    static const std::set<std::string> builds = {"run", "build", "snapshot", "seed"}, selects = {"run", "build", "snapshot", "seed", "test", "compile", "generate", "freshness", "clone", "show", "list"};
    if (option == "empty") return builds.count(which) > 0;
    if (option == "resource_types") return which == "build" || which == "list" || which == "clone" || which == "test";
    return selects.count(which) > 0;
}

Json usual_arguments(const std::string &which) {
    Json args = {{"print", true}, {"quiet", false}, {"use_colors", true}, {"write_json", true}, {"version_check", true}, {"partial_parse", true},
                 {"static_parser", true}, {"populate_cache", true}, {"cache_selected_only", false}, {"send_anonymous_usage_stats", false}, {"printer_width", 80},
                 {"log_level", "info"}, {"log_format", "default"}, {"indirect_selection", "eager"}, {"vars", Json::object()},
                 {"warn_error_options", {{"error", Json::array()}, {"warn", Json::array()}, {"silence", Json::array()}}}};
    if (has_option(which, "select")) args.update({{"select", Json::array()}, {"exclude", Json::array()}, {"defer", false}, {"favor_state", false}, {"introspect", true}});
    if (has_option(which, "empty")) args["empty"] = false;
    if (has_option(which, "resource_types")) args.update({{"resource_types", Json::array()}, {"exclude_resource_types", Json::array()}});
    return args;
}

void add_given(Json &args, const Session &session) {
    const Options &options = session.options;
    args.update(server_options(options, session.vars));
    for (const auto &[name, value] : {std::pair{"print", options.print}, {"quiet", options.quiet}, {"use_colors", options.use_colors}, {"write_json", options.write_json},
                                      {"version_check", options.version_check}, {"partial_parse", options.partial_parse}, {"debug", options.debug}})
        if (value) args[name] = *value;
    for (const auto &[name, value] : {std::pair{"log_level", &options.log_level}, {"log_format", &options.log_format}, {"target_path", &options.target_path},
                                      {"profiles_dir", &options.profiles_dir}, {"state", &options.state}, {"defer_state", &options.defer_state}})
        if (*value) args[name] = **value;
    if (options.printer_width) args["printer_width"] = *options.printer_width;
    if (options.command == "show") args["limit"] = options.limit.value_or(5);
}

// Nobody reads a secret in an artifact, or writes it into a table.
void hide_secrets(Json &args) {
    for (auto variable = args["vars"].begin(); variable != args["vars"].end(); ++variable)
        if (starts_with(variable.key(), secret)) variable.value() = "*****";
    if (args["invocation_command"].get<std::string>().find(secret) != std::string::npos) args["invocation_command"] = "meshctl " + args["which"].get<std::string>();
}

}  // namespace

Json invocation_arguments(const Session &session) {
    const std::string &command = session.options.command;
    const std::string which = command == "source freshness" ? "freshness" : command == "docs generate" ? "generate" : command;
    Json args = usual_arguments(which);
    for (const auto &[name, usual] : core::project::project_flags()) {
        const auto said = session.project.flags.find(name);
        args[name] = said != session.project.flags.end() && said->is_boolean() ? said->get<bool>() : usual;
    }
    add_given(args, session);
    args["which"] = which;
    args["invocation_command"] = "meshctl " + (session.options.words.empty() ? command : join(session.options.words, " "));
    args["project_dir"] = session.project.root;
    args["log_path"] = session.in_project(session.project.log_path);
    if (session.profile) args["profile"] = session.profile->name;
    if (session.profile) args["target"] = session.profile->target;
    core::project::leave_out_off(args);
    for (const char *name : {"batches", "unique_ids"}) args.erase(name);
    hide_secrets(args);
    return args;
}

}  // namespace mesh::cli
