// What the command line, the environment (DBT_*) and the project's `flags:` say, in this order of precedence.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/error.h"

namespace mesh::cli {

using Environment = std::map<std::string, std::string>;
using Text = std::optional<std::string>;
using Switch = std::optional<bool>;

// Unset: nobody said anything.
struct Options {
    std::string command;  // "run", "source freshness", ...
    std::vector<std::string> words;  // all of the command line

    Text project_dir, profiles_dir, profile, target, connection, domain, target_path, vars;

    std::vector<std::string> select, exclude, resource_types, exclude_resource_types;
    std::vector<std::string> models;  // list --models: resource type model as well
    Text selector, indirect_selection, state, defer_state;
    Switch defer, favor_state;

    Switch full_refresh, fail_fast, empty, store_failures, partial_parse, version_check, introspect, warn_error, write_json, show;
    Json unique_ids;                // retry: the nodes to take; null: as selected
    Json batches = Json::object();  // retry: batch_results of microbatch models, by unique id
    Text sample, event_time_start, event_time_end, warn_error_options;
    std::optional<long> threads;

    Switch quiet, debug, use_colors, print;
    Text log_format, log_level;
    std::optional<long> printer_width;

    std::string macro;                     // run-operation
    Text args, inline_sql, output;         // run-operation; show, compile; list, show, compile
    Text inline_direct;                    // show
    std::vector<std::string> output_keys;  // list
    std::optional<long> limit;             // show
    Switch compile_docs, empty_catalog, static_docs;  // docs generate
    std::string project_name;              // init
    bool skip_profile_setup = false;       // init
    bool lock = false, upgrade = false;    // deps
    Text add_package, package_source;      // deps
    bool connection_only = false, config_dir = false;  // debug
    Switch clean_project_files_only;       // clean
};

// The process's environment. Variables of the folder's .env file are added where the process has none.
Environment read_environment();
void add_env_file(Environment &environment, const std::string &path);

// What DBT_ENV_CUSTOM_ENV_* says, by the rest of the name, for artifacts and the log.
Json custom_environment(const Environment &environment);

// Fills what is not set from DBT_* variables, as dbt names them. Raises Error when one is not what it should be.
void apply_environment(Options &options, const Environment &environment);

// Fills what is still not set from `flags:` of dbt_project.yml (an object).
void apply_project_flags(Options &options, const Json &flags);

// Raises Error for two options that exclude one another, as dbt does.
void refuse_contradictions(const Options &options);

// What mesh.invoke takes: the options that were given, by their names without dashes.
Json server_options(const Options &options, const Json &vars);

// What `flags` shows to templates.
Json template_flags(const Options &options);

}  // namespace mesh::cli
