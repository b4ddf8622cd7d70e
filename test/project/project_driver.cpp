// Reads a project from a directory as a client would send it, and prints what parse() makes of it:
//
//   project_driver DIRECTORY [PROFILES.YML] [--target T] [--vars YAML] [--time] [--quiet]
//
// The manifest as dbt's manifest.json; with --time how long parsing took and how much memory the process used, on standard error.
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "core/error.h"
#include "core/project/parse.h"
#include "core/project/yaml.h"

extern char **environ;

using namespace mesh::core;
using namespace mesh::core::project;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path &path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool of_interest(const fs::path &path) {
    static const std::vector<std::string> extensions = {".sql", ".yml", ".yaml", ".csv", ".md", ".py"};
    return std::find(extensions.begin(), extensions.end(), path.extension().string()) != extensions.end();
}

Files read_directory(const fs::path &root) {
    Files files;
    auto it = fs::recursive_directory_iterator(root, fs::directory_options::follow_directory_symlink);
    for (const auto &entry : it) {
        const std::string name = entry.path().filename().string();
        if (entry.is_directory() && (name == "target" || name == "logs" || name[0] == '.')) it.disable_recursion_pending();
        else if (entry.is_regular_file() && of_interest(entry.path())) files[fs::relative(entry.path(), root).generic_string()] = read(entry.path());
    }
    return files;
}

std::map<std::string, std::string> environment() {
    std::map<std::string, std::string> env;
    for (char **item = environ; *item; ++item) {
        const std::string text = *item;
        env[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    return env;
}

struct Options {
    std::string directory;
    Settings settings;
    bool time = false, quiet = false;
};

Options read_options(int argc, char **argv) {
    Options options;
    options.settings.env = environment();
    options.settings.database = "db";
    options.settings.schema = "public";
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--time") options.time = true;
        else if (argument == "--quiet") options.quiet = true;
        else if (argument == "--target") options.settings.target = argv[++i];
        else if (argument == "--vars") options.settings.vars = read_yaml(argv[++i], "--vars").value;
        else if (options.directory.empty()) options.directory = argument;
        else options.settings.profiles = read(argument);
    }
    return options;
}

int run(const Options &options) {
    const Files files = read_directory(options.directory);
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    const Manifest manifest = parse(files, options.settings);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    getrusage(RUSAGE_SELF, &after);
    if (options.time)
        std::cerr << files.size() << " files, " << manifest.nodes.size() << " nodes, " << seconds << " s, " << after.ru_maxrss - before.ru_maxrss << " KB more\n";
    for (const Warning &warning : manifest.warnings) std::cerr << "warning: " << warning.file << ":" << warning.line << ": " << warning.text << "\n";
    if (!options.quiet) std::cout << manifest_json(manifest).dump() << "\n";
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
