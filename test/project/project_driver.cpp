// Reads a project from a directory as a client would send it, and prints what parse() makes of it:
//
//   project_driver DIRECTORY [PROFILES.YML] [--target T] [--vars YAML] [--time] [--quiet]
//
// The manifest as dbt's manifest.json; with --time how long parsing took and how much memory the process used, on standard error.
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "core/error.h"
#include "core/project/parse.h"
#include "core/project/yaml.h"
#include "directory.h"

using namespace mesh;
using namespace mesh::core;
using namespace mesh::core::project;

namespace {

struct Options {
    std::string directory;
    Settings settings;
    bool time = false, quiet = false;
};

Options read_options(int argc, char **argv) {
    Options options;
    options.settings.env = test::environment();
    options.settings.database = "db";
    options.settings.schema = "public";
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--time") options.time = true;
        else if (argument == "--quiet") options.quiet = true;
        else if (argument == "--target") options.settings.target = argv[++i];
        else if (argument == "--vars") options.settings.vars = read_yaml(argv[++i], "--vars").value;
        else if (options.directory.empty()) options.directory = argument;
        else options.settings.profiles = test::read_file(argument);
    }
    return options;
}

int run(const Options &options) {
    const Files files = test::read_directory(options.directory, {".sql", ".yml", ".yaml", ".csv", ".md", ".py"});
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    const Manifest manifest = parse(files, options.settings);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    getrusage(RUSAGE_SELF, &after);
    if (options.time)
        std::cerr << files.size() << " files, " << manifest.nodes.size() << " nodes, " << seconds << " s, " << after.ru_maxrss - before.ru_maxrss << " KB more\n";
    for (const Warning &warning : manifest.warnings) std::cerr << "warning: " << warning.file << ":" << warning.line << ": " << warning.text << "\n";
    if (!options.quiet) std::cout << manifest_text(manifest) << "\n";
    return 0;
}

}  // namespace

int main(int argc, char **argv) {
    try {
        return run(read_options(argc, argv));
    } catch (const Error &error) {
        std::cerr << "error " << error.sqlstate << ": " << error.what() << "\n";
        if (!error.detail.empty()) std::cerr << "detail: " << error.detail << "\n";
        if (!error.hint.empty()) std::cerr << "hint: " << error.hint << "\n";
        return 1;
    }
}
