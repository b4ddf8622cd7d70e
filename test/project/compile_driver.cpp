// Compiles a project's nodes against a database, for comparing with `dbt compile`:
//
//   compile_driver DIRECTORY PROFILES.YML [NODE...]      names or unique ids; none: all. JSON of unique id -> SQL.
//   compile_driver DIRECTORY PROFILES.YML --inline TEXT
//   compile_driver DIRECTORY PROFILES.YML --operation MACRO [ARGUMENTS as JSON]
#include <iostream>

#include "core/error.h"
#include "core/project/base_context.h"
#include "core/project/invocation.h"
#include "core/project/parse.h"
#include "libpq_database.h"
#include "directory.h"

using namespace mesh;
using namespace mesh::core;
using namespace mesh::core::project;

namespace {

void print_error(const Error &error) {
    std::cerr << "error " << error.sqlstate << ": " << error.what() << "\n";
    if (!error.detail.empty()) std::cerr << "detail: " << error.detail << "\n";
    if (!error.hint.empty()) std::cerr << "hint: " << error.hint << "\n";
}

bool wanted(const Node &node, const std::vector<std::string> &names) {
    if (node.resource_type == ResourceType::seed || node.resource_type == ResourceType::operation) return false;
    return names.empty() || std::find(names.begin(), names.end(), node.name) != names.end() || std::find(names.begin(), names.end(), node.unique_id) != names.end();
}

int run(const std::string &directory, const std::string &profiles, const std::vector<std::string> &rest) {
    Settings settings;
    settings.env = test::environment();
    settings.profiles = test::read_file(profiles);
    settings.flags = {{"WHICH", "compile"}, {"FULL_REFRESH", false}, {"EMPTY", std::getenv("MESH_EMPTY") != nullptr}};
    settings.invocation_id = "00000000-0000-0000-0000-000000000000";
    settings.started_at = 1700000000;
    const Manifest manifest = parse(test::read_directory(directory, {".sql", ".yml", ".yaml", ".csv", ".md"}), settings);
    LibpqDatabase database;
    Invocation invocation(manifest, settings, database);
    if (!rest.empty() && rest[0] == "--inline") return std::cout << invocation.compile_inline(rest.at(1)).code << "\n", 0;
    if (!rest.empty() && rest[0] == "--operation") {
        const auto result = invocation.run_operation(rest.at(1), rest.size() > 2 ? Json::parse(rest[2]) : Json::object());
        return std::cout << result.dump() << "\n", 0;
    }
    Json out = Json::object();
    int failures = 0;
    for (const auto &[id, node] : manifest.nodes) {
        if (!wanted(node, rest)) continue;
        try {
            out[id] = invocation.compile(id).code;
        } catch (const Error &error) {
            ++failures;
            std::cerr << id << ": ";
            print_error(error);
        }
    }
    for (const auto &[id, other] : manifest.others) {
        if (other.resource_type != ResourceType::unit_test) continue;
        try {
            out[id] = invocation.compile_unit_test(id).code;
        } catch (const Error &error) {
            ++failures;
            std::cerr << id << ": ";
            print_error(error);
        }
    }
    std::cout << out.dump(2) << "\n";
    return failures != 0;
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 3) return std::cerr << "compile_driver DIRECTORY PROFILES.YML [NODE...]\n", 2;
    try {
        return run(argv[1], argv[2], {argv + 3, argv + argc});
    } catch (const Error &error) {
        print_error(error);
        return 1;
    }
}
