#include "cli/verbs.h"

#include <algorithm>

#include "cli/text.h"

namespace mesh::cli {
namespace {

enum Group : unsigned { selecting = 1, types = 2, running = 4, state = 8, testing = 16, inlined = 32 };

struct Verb {
    const char *name, *group, *help;
    unsigned groups;
};

const Verb verbs[] = {
    {"build", "Build and test", "Stage seeds, snapshots and models, test them, publish what passes", selecting | types | running | state | testing},
    {"run", "Build and test", "Build models, without testing them", selecting | running | state},
    {"test", "Build and test", "Run data tests and unit tests", selecting | types | running | state | testing},
    {"seed", "Build and test", "Load the project's CSV files", selecting | running | state},
    {"snapshot", "Build and test", "Record how the snapshots' rows have changed", selecting | running | state},
    {"clone", "Build and test", "Make views of another environment's relations (--state)", selecting | types | running | state},
    {"retry", "Build and test", "Do the last command again for what failed or was skipped", running | state},
    {"run-operation", "Build and test", "Call a macro", 0},
    {"list", "Look", "List the project's resources", selecting | types | state},
    {"ls", "", "", selecting | types | state},
    {"show", "Look", "Print the first rows of a model, or of --inline SQL", selecting | running | state | inlined},
    {"compile", "Look", "Render SQL without running it", selecting | running | state | inlined},
    {"parse", "Look", "Read the project and report what is wrong with it", 0},
    {"source", "Look", "source freshness: how old the sources' rows are", 0},
    {"docs", "Look", "docs generate: write the catalog and the manifest", 0},
    {"init", "Project", "Start a new project", 0},
    {"deps", "Project", "Install the packages that packages.yml names", 0},
    {"clean", "Project", "Delete target/ and dbt_packages/ (clean-targets)", 0},
    {"debug", "Project", "Check project, profile and connection", 0},
};

// "--x,!--no-x": set only when it is given. Of an option that is given twice the last counts, as with dbt.
void add_switch(CLI::App &app, const std::string &names, Switch &field, const std::string &help) {
    app.add_flag_function(names, [&field](std::int64_t count) { field = count > 0; }, help);
}

void add_text(CLI::App &app, const std::string &names, Text &field, const std::string &help, const std::string &value) {
    app.add_option_function<std::string>(names, [&field](const std::string &text) { field = text; }, help)->type_name(value)->take_last();
}

void add_number(CLI::App &app, const std::string &names, std::optional<long> &field, const std::string &help) {
    app.add_option_function<long>(names, [&field](const long &value) { field = value; }, help)->type_name("N")->take_last();
}

// May be repeated; each holds one or more words.
void add_list(CLI::App &app, const std::string &names, std::vector<std::string> &field, const std::string &help, const std::string &value) {
    const auto append = [&field](const std::vector<std::string> &texts) {
        for (const auto &text : texts)
            for (auto &word : split(text, ' ')) field.push_back(std::move(word));
    };
    app.add_option_function<std::vector<std::string>>(names, append, help)->type_name(value)->type_size(1)->expected(1)->multi_option_policy(
        CLI::MultiOptionPolicy::TakeAll);
}

void add_choice(CLI::App &app, const std::string &names, Text &field, const std::string &help, std::vector<std::string> choices) {
    app.add_option_function<std::string>(names, [&field](const std::string &text) { field = text; }, help)->check(CLI::IsMember(std::move(choices)))->take_last();
}

void add_places(CLI::App &app, Options &o, bool connection) {
    add_text(app, "--project-dir", o.project_dir, "Where dbt_project.yml is (default: this folder or one above)", "PATH");
    add_text(app, "--profiles-dir", o.profiles_dir, "Where profiles.yml is (default: this folder or ~/.dbt)", "PATH");
    add_text(app, "--profile", o.profile, "Profile to take instead of the project's", "NAME");
    add_text(app, "-t,--target", o.target, "Output of the profile to take", "NAME");
    add_text(app, "--target-path", o.target_path, "Where results are written (default: target)", "PATH");
    add_text(app, "--vars", o.vars, "Variables for var(): '{name: value}'", "YAML");
    if (connection) add_text(app, "--domain", o.domain, "Domain of the mesh (default: the project's name; with the target's schema when that is another)", "NAME");
    if (connection) add_text(app, "-c,--connection", o.connection, "Connection string or URI, instead of the profile's", "CONNINFO");
}

void add_saying(CLI::App &app, Options &o) {
    add_switch(app, "-q,--quiet,!--no-quiet", o.quiet, "Say nothing but errors and what was asked for");
    add_switch(app, "-d,--debug,!--no-debug", o.debug, "Say more");
    add_choice(app, "--log-format", o.log_format, "How to say it", {"default", "text", "json", "debug"});
    add_choice(app, "--log-level", o.log_level, "What to say at least", {"debug", "info", "warn", "error", "none"});
    add_switch(app, "--use-colors,!--no-use-colors", o.use_colors, "Colours (default: on a terminal)");
    add_switch(app, "--print,!--no-print", o.print, "Show what templates print()");
    add_number(app, "--printer-width", o.printer_width, "Width of a line before its status (80)");
    add_switch(app, "--warn-error,!--no-warn-error", o.warn_error, "Take warnings for errors");
    add_text(app, "--warn-error-options", o.warn_error_options, "Which warnings are errors", "YAML");
    add_switch(app, "--write-json,!--no-write-json", o.write_json, "Write manifest.json and run_results.json");
    add_switch(app, "--partial-parse,!--no-partial-parse", o.partial_parse, "Send only files that changed");
    add_switch(app, "--version-check,!--no-version-check", o.version_check, "Refuse projects that want another dbt version");
    add_switch(app, "-x,--fail-fast,!--no-fail-fast", o.fail_fast, "Stop at the first failure");
    add_text(app, "--indirect-selection", o.indirect_selection, "Which tests models bring along: eager, cautious, buildable, empty", "MODE");
}

// dbt takes these; here they have nothing to do, and an alias must not stumble on them.
void add_ignored(CLI::App &app) {
    for (const char *names : {"--log-cache-events,!--no-log-cache-events", "--populate-cache,!--no-populate-cache",
                              "--cache-selected-only,!--no-cache-selected-only", "--static-parser,!--no-static-parser",
                              "--use-experimental-parser,!--no-use-experimental-parser",
                              "--send-anonymous-usage-stats,!--no-send-anonymous-usage-stats", "--use-colors-file,!--no-use-colors-file",
                              "--show-all-deprecations,!--no-show-all-deprecations", "--single-threaded,!--no-single-threaded",
                              "--upload-to-artifacts-ingest-api,!--no-upload-to-artifacts-ingest-api",
                              "--macro-debugging,!--no-macro-debugging", "--partial-parse-file-diff,!--no-partial-parse-file-diff",
                              "--inject-ephemeral-ctes,!--no-inject-ephemeral-ctes", "--use-fast-test-edges,!--no-use-fast-test-edges",
                              "--deprecated-print,!--deprecated-no-print", "--show-resource-report,!--no-show-resource-report"})
        app.add_flag_function(names, [](std::int64_t) {}, "")->group("");
    for (const char *names : {"--log-format-file", "--log-level-file", "--log-path", "--log-file-max-bytes", "-r,--record-timing-info",
                              "--partial-parse-file-path", "--sqlparse", "--deprecated-favor-state", "--deprecated-state", "--deprecated-defer"})
        app.add_option_function<std::string>(names, [](const std::string &) {}, "")->group("");
}

void add_selection(CLI::App &app, Options &o, bool models_apart) {
    add_list(app, models_apart ? "-s,--select" : "-s,-m,--select,--models,--model", o.select, "Nodes to take, in dbt's selection grammar", "SELECTION");
    if (models_apart) add_list(app, "-m,--models,--model", o.models, "Models to take", "SELECTION");
    add_list(app, "--exclude", o.exclude, "Nodes to leave out", "SELECTION");
    add_text(app, "--selector", o.selector, "A selector of selectors.yml", "NAME");
}

void add_running(CLI::App &app, Options &o) {
    add_switch(app, "-f,--full-refresh", o.full_refresh, "Build incremental models and seeds anew");
    add_number(app, "--threads", o.threads, "How many nodes may be built at once");
    add_switch(app, "--empty,!--no-empty", o.empty, "Read no rows of what models read");
    add_text(app, "--sample", o.sample, "Read only so much time of what models read: '3 days'", "WINDOW");
    add_text(app, "--event-time-start", o.event_time_start, "First moment that microbatch models build", "TIME");
    add_text(app, "--event-time-end", o.event_time_end, "Moment before which they stop", "TIME");
}

void add_state(CLI::App &app, Options &o) {
    add_text(app, "--state", o.state, "Folder with another run's manifest.json", "PATH");
    add_switch(app, "--defer,!--no-defer", o.defer, "Read what is not built here from --state's environment");
    add_text(app, "--defer-state", o.defer_state, "Folder for --defer, when it is another than --state", "PATH");
    add_switch(app, "--favor-state,!--no-favor-state", o.favor_state, "Prefer --state's environment to what is built here");
}

// What a verb takes as every verb of dbt does, without a use for it.
void add_ignored_state(CLI::App &app) {
    for (const char *names : {"--defer,!--no-defer", "--favor-state,!--no-favor-state"}) app.add_flag_function(names, [](std::int64_t) {}, "")->group("");
    for (const char *names : {"--state", "--defer-state"}) app.add_option_function<std::string>(names, [](const std::string &) {}, "")->group("");
}

void add_groups(CLI::App &app, Options &o, unsigned groups, bool models_apart) {
    if (groups & selecting) add_selection(app, o, models_apart);
    if (groups & types) add_list(app, "--resource-type,--resource-types", o.resource_types, "Only nodes of these types", "TYPE");
    if (groups & types) add_list(app, "--exclude-resource-type,--exclude-resource-types", o.exclude_resource_types, "No nodes of these types", "TYPE");
    if (groups & running) add_running(app, o);
    groups & Group::state ? add_state(app, o) : add_ignored_state(app);
    if (groups & testing) add_switch(app, "--store-failures", o.store_failures, "Keep failing rows in tables");
    if (groups & inlined) add_text(app, "--inline", o.inline_sql, "SQL instead of a node", "SQL");
    if (groups & inlined) add_choice(app, "--output", o.output, "How to print it", {"text", "json"});
    if (groups & inlined) add_switch(app, "--introspect,!--no-introspect", o.introspect, "Let templates query the database");
}

void add_own(CLI::App &app, Options &o, const std::string &verb) {
    if (verb == "list" || verb == "ls") {
        add_choice(app, "--output", o.output, "What to print of each", {"selector", "name", "path", "json"});
        add_list(app, "--output-keys", o.output_keys, "Keys of --output json", "KEY");
    } else if (verb == "show") {
        add_number(app, "--limit", o.limit, "How many rows (5); negative: all");
        add_text(app, "--inline-direct", o.inline_direct, "SQL that is no template, and needs no project to be sent", "SQL");
    } else if (verb == "seed" || verb == "build") {
        add_switch(app, "--show", o.show, "Print the first rows of what was loaded");
        if (verb == "build")  // of dbt's platform
            for (const char *names : {"--export-saved-queries,!--no-export-saved-queries", "--include-saved-query,!--no-include-saved-query"})
                app.add_flag_function(names, [](std::int64_t) {}, "")->group("");
    } else if (verb == "run-operation") {
        app.add_option("macro", o.macro, "The macro's name, or package.name")->required();
        add_text(app, "--args", o.args, "Its arguments: '{name: value}'", "YAML");
        add_number(app, "--threads", o.threads, "Taken and not needed");
    } else if (verb == "parse") {
        add_number(app, "--threads", o.threads, "Taken and not needed");
    } else if (verb == "init") {
        app.add_option("project_name", o.project_name, "Name of the project and its folder");
        app.add_flag("-s,--skip-profile-setup", o.skip_profile_setup, "Write no profile");
    } else if (verb == "deps") {
        app.add_flag("--lock", o.lock, "Write package-lock.yml, install nothing");
        app.add_flag("--upgrade", o.upgrade, "Choose versions anew");
        add_text(app, "--add-package", o.add_package, "Add NAME@VERSION to packages.yml first", "PACKAGE");
        add_choice(app, "--source", o.package_source, "Where that package comes from", {"hub", "git", "local"});
    } else if (verb == "debug") {
        app.add_flag("--connection", o.connection_only, "Check the connection only");
        app.add_flag("--config-dir", o.config_dir, "Print where profiles.yml is");
    } else if (verb == "clean") {
        add_switch(app, "--clean-project-files-only,!--no-clean-project-files-only", o.clean_project_files_only, "Delete nothing outside the project");
    }
}

void finish(CLI::App &app, Options &o, const std::string &command, bool connection = true) {
    add_places(app, o, connection);
    add_saying(app, o);
    add_ignored(app);
    app.callback([&o, command] { o.command = command; });
}

void add_nested(CLI::App &parent, Options &o, const std::string &name, const std::string &help) {
    auto *app = parent.add_subcommand(name, help);
    add_groups(*app, o, selecting | running | Group::state, false);
    if (parent.get_name() == "docs") {
        add_switch(*app, "--compile,!--no-compile", o.compile_docs, "Compile the models first");
        add_switch(*app, "--empty-catalog", o.empty_catalog, "Write a catalog without relations");
        add_switch(*app, "--static", o.static_docs, "Write target/static_index.html: dbt's page of target/index.html with the artifacts in it");
    } else {
        add_text(*app, "-o,--output", o.output, "File to write instead of target/sources.json", "PATH");
    }
    finish(*app, o, parent.get_name() + " " + name);
    parent.require_subcommand(1);
}

}  // namespace

void add_verbs(CLI::App &app, Options &options, const std::vector<std::string> &words) {
    add_places(app, options, true);
    add_saying(app, options);
    add_state(app, options);
    add_ignored(app);
    for (const auto &verb : verbs) {
        auto *sub = app.add_subcommand(verb.name, verb.help)->group(verb.group);
        const std::string name = verb.name;
        if (std::find(words.begin(), words.end(), name) == words.end()) continue;  // its options are not asked for
        if (name == "source") {
            add_nested(*sub, options, "freshness", "Ask each source for its newest row");
            sub->get_subcommand("freshness")->alias("snapshot-freshness");  // its name of old
        } else if (name == "docs") {
            add_nested(*sub, options, "generate", "Write target/catalog.json and target/manifest.json");
        } else {
            add_groups(*sub, options, verb.groups, name == "list" || name == "ls");
            add_own(*sub, options, name);
            finish(*sub, options, name == "ls" ? "list" : name, name != "debug");
        }
    }
}

}  // namespace mesh::cli
