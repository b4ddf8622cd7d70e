// init: the folders and files of a new project.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "cli/commands.h"
#include "cli/text.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

namespace fs = std::filesystem;

void check_name(const std::string &name) {
    const bool letters = !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string::npos;
    if (!letters || (name[0] >= '0' && name[0] <= '9'))
        refuse("\"" + name + "\" is no name for a project", "Letters, digits and underscores make a name, and no digit begins it.");
}

void write_new(const fs::path &path, const std::string &text) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path);
    file << text;
    if (!file.flush()) throw Error("58030", "could not write \"" + path.string() + "\"");
}

void write_project(const std::string &name, const std::string &profile) {
    const fs::path root(name);
    write_new(root / "dbt_project.yml", "name: " + name + "\nversion: '1.0.0'\nprofile: " + profile +
                                            "\n\nclean-targets: [target, dbt_packages]\n\nmodels:\n  " + name + ":\n    +materialized: view\n");
    write_new(root / "models/numbers.sql", "{{ config(materialized='table') }}\n\nselect n, n * n as square\nfrom generate_series(1, 10) as n\n");
    write_new(root / "models/even_numbers.sql", "select n, square\nfrom {{ ref('numbers') }}\nwhere n % 2 = 0\n");
    write_new(root / "models/schema.yml",
              "version: 2\n\nmodels:\n  - name: numbers\n    description: The first ten numbers and their squares\n    columns:\n      - name: n\n"
              "        data_tests: [unique, not_null]\n");
    write_new(root / ".gitignore", "target/\ndbt_packages/\nlogs/\n");
    for (const char *folder : {"seeds", "snapshots", "tests", "macros", "analyses"}) write_new(root / folder / ".gitkeep", "");
}

// profiles.yml, and what it says.
std::pair<fs::path, std::string> profiles_file(const Session &session) {
    const fs::path path = fs::path(profiles_folder(session.options, session.environment)) / "profiles.yml";
    return {path, file_exists(path.string()) ? read_file(path.string()) : ""};
}

bool has_profile(const Session &session, const std::string &name) {
    const auto [path, text] = profiles_file(session);
    return parse_mapping(text, path.string()).contains(name);
}

// Added to profiles.yml, unless it has the profile already.
void write_profile(Session &session, const std::string &name) {
    const auto [path, old] = profiles_file(session);
    if (parse_mapping(old, path.string()).contains(name)) return;
    const auto variable = [&](const char *key, const char *standard) {
        const auto found = session.environment.find(key);
        return found == session.environment.end() ? std::string(standard) : found->second;
    };
    write_new(path, old + (old.empty() || ends_with(old, "\n") ? "" : "\n") + name + ":\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n      host: " +
                        variable("PGHOST", "localhost") + "\n      port: " + variable("PGPORT", "5432") + "\n      user: " +
                        variable("PGUSER", variable("USER", "postgres").c_str()) + "\n      password: \"{{ env_var('PGPASSWORD', '') }}\"\n      dbname: " +
                        variable("PGDATABASE", "postgres") + "\n      schema: " + name + "\n      threads: 4\n");
    session.log->event(Level::info, "ProfileWrittenWithSample", "A020", "Profile " + name + " written to " + path.string());
}

// The root of the project that init is called in, or "".
std::string project_here(const Options &options) {
    try {
        return find_project(options);
    } catch (const Error &) {
        return "";
    }
}

// Of a project that is there init makes the profile, as with dbt.
int init_profile(Session &session, const std::string &root) {
    if (session.options.profile) refuse("Can not init existing project with specified profile, edit dbt_project.yml instead");
    const ProjectFile project = read_project(root, session.environment, Json::object());
    if (!session.options.skip_profile_setup) write_profile(session, project.profile.empty() ? project.name : project.profile);
    return exit_success;
}

}  // namespace

int init(Session &session) {
    if (const std::string root = project_here(session.options); !root.empty()) return init_profile(session, root);
    std::string name = session.options.project_name;
    if (name.empty() && isatty(STDIN_FILENO)) {
        std::cout << "Name of the project (letters, digits, underscore): " << std::flush;
        std::getline(std::cin, name);
    }
    check_name(name);
    if (fs::exists(name)) refuse("a folder \"" + name + "\" is there already");
    const std::string profile = session.options.profile.value_or(name);
    if (session.options.profile && !has_profile(session, profile)) refuse("Could not find profile named '" + profile + "'");
    write_project(name, profile);
    if (!session.options.skip_profile_setup) write_profile(session, profile);
    session.log->event(Level::info, "ProjectCreated", "A024", "Your new project \"" + name + "\" was created. Go on with: cd " + name + " && meshctl build");
    return exit_success;
}

}  // namespace mesh::cli
