#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/text.h"
#include "cli/verbs.h"

namespace mesh::cli {
namespace {

const char *const list_options[] = {"--select", "-s", "--models", "--model", "-m", "--exclude", "--resource-type", "--resource-types",
                                    "--exclude-resource-type", "--exclude-resource-types", "--output-keys"};

// Only of verbs that select: "-s" of init is another one.
bool is_list_option(const std::string &argument) {
    return std::find(std::begin(list_options), std::end(list_options), argument) != std::end(list_options);
}

std::string help_ending() {
    return "\nExamples:\n"
           "  meshctl init shop                     a new project in the folder shop\n"
           "  meshctl build                         seeds, snapshots, models and their tests, published only when they pass\n"
           "  meshctl build --select orders+        orders, and everything that reads it\n"
           "  meshctl show --select orders          its first rows\n"
           "  meshctl --connection service=mesh run\n"
           "\nmeshctl VERB --help tells a verb's options. Without a profile or --connection, libpq's variables (PGHOST, PGSERVICE ...) say\n"
           "where the database is. Exit codes: 0 all went well, 1 a node failed, 2 the command could not be done.\n";
}

}  // namespace

std::vector<std::string> join_lists(const std::vector<std::string> &arguments) {
    std::vector<std::string> joined;
    const bool init = std::find(arguments.begin(), arguments.end(), "init") != arguments.end();
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        joined.push_back(arguments[i]);
        if (!is_list_option(arguments[i]) || init) continue;
        std::vector<std::string> words;
        while (i + 1 < arguments.size() && (arguments[i + 1].empty() || arguments[i + 1][0] != '-')) words.push_back(arguments[++i]);
        if (!words.empty()) joined.push_back(join(words, " "));
    }
    return joined;
}

std::optional<int> parse_arguments(int count, char **arguments, Options &options) {
    CLI::App app("meshctl runs dbt projects inside PostgreSQL: it sends a project's files to the mesh extension, and tells it what to do.",
                 "meshctl");
    app.footer(help_ending());
    app.set_version_flag("-V,--version,-v", MESH_VERSION_LINE);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);
    options.words.assign(arguments + 1, arguments + count);
    auto words = join_lists(options.words);
    add_verbs(app, options, words);
    std::reverse(words.begin(), words.end());  // CLI11 takes them from the end
    try {
        app.parse(words);
    } catch (const CLI::ParseError &error) {
        return app.exit(error) == 0 ? exit_success : exit_unusable;
    }
    return std::nullopt;
}

}  // namespace mesh::cli
