#include "core/project/project_file.h"

#include <algorithm>
#include <set>

#include "core/near.h"
#include "core/project/manifest_json.h"
#include "core/project/place.h"
#include "core/project/project_rules.h"
#include "core/project/version_range.h"
#include "core/project/yaml.h"
#include "core/project/yaml_renderer.h"

namespace mesh::core::project {

namespace {

// Hooks, comments and variables are rendered when they are used.
bool rendered_at_once(const KeyPath &path) {
    if (path.empty()) return true;
    const std::string &first = path.front();
    if (first == "on-run-start" || first == "on-run-end" || first == "query-comment" || first == "vars") return false;
    if (first != "seeds" && first != "models" && first != "snapshots" && first != "tests" && first != "data_tests") return true;
    return std::none_of(path.begin(), path.end(), [](const std::string &key) {
        const std::size_t at = key.find_first_not_of("+ ");
        const std::string bare = at == std::string::npos ? "" : key.substr(at);
        return bare == "pre-hook" || bare == "post-hook" || bare == "pre_hook" || bare == "post_hook";
    });
}

std::vector<std::string> path_list(const Json &project, const char *key, std::vector<std::string> usual, const char *old_key = nullptr) {
    auto found = project.find(key);
    if (found == project.end() && old_key) found = project.find(old_key);
    if (found == project.end() || found->is_null()) return usual;
    if (!found->is_array()) fail("22023", "\"" + std::string(key) + "\" must be a list of paths", "dbt_project.yml");
    std::vector<std::string> paths;
    for (const Json &item : *found) {
        std::string path = item.is_string() ? item.get<std::string>() : item.dump();
        if (path.rfind("./", 0) == 0) path.erase(0, 2);
        while (!path.empty() && path.back() == '/') path.pop_back();
        if (path.rfind('/', 0) == 0 || path.find("..") != std::string::npos)
            fail("22023", "path \"" + path + "\" of \"" + key + "\" leaves the project", "dbt_project.yml");
        paths.push_back(path);
    }
    return paths;
}

void set_paths(Package &package) {
    const Json &project = package.project;
    package.model_paths = path_list(project, "model-paths", {"models"}, "source-paths");
    package.seed_paths = path_list(project, "seed-paths", {"seeds"}, "data-paths");
    package.test_paths = path_list(project, "test-paths", {"tests"});
    package.analysis_paths = path_list(project, "analysis-paths", {"analyses"});
    package.macro_paths = path_list(project, "macro-paths", {"macros"});
    package.snapshot_paths = path_list(project, "snapshot-paths", {"snapshots"});
    package.function_paths = path_list(project, "function-paths", {"functions"});
    package.asset_paths = path_list(project, "asset-paths", {});
    std::set<std::string> all;
    for (const auto *paths : {&package.model_paths, &package.seed_paths, &package.snapshot_paths, &package.analysis_paths, &package.macro_paths,
                              &package.test_paths, &package.function_paths})
        all.insert(paths->begin(), paths->end());
    package.docs_paths = path_list(project, "docs-paths", {all.begin(), all.end()});
}

void check_name(const std::string &name, const std::string &file) {
    const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; }) &&
                      !std::isdigit(static_cast<unsigned char>(name[0]));
    if (!good) fail("22023", "\"" + name + "\" is not a project's name", file, 0, "A name consists of letters, digits and underscores.");
}

// tests: is the old name of data_tests:, underscores of dashes.
void rename_keys(Json &project) {
    const auto rename = [&](const char *old_key, const char *key) {
        if (project.contains(old_key) && !project.contains(key)) project[key] = project[old_key];
        project.erase(old_key);
    };
    rename("tests", "data_tests");
    rename("semantic-models", "semantic_models");
    rename("saved-queries", "saved_queries");
}

YamlDocument read_document(const Files &files, const std::string &root) {
    const std::string file = root + "dbt_project.yml";
    const auto found = files.find(file);
    if (found == files.end())
        fail("42704", "no dbt_project.yml found", "", 0,
             root.empty() ? "The files of a project hold a dbt_project.yml at their root." : "Package folder \"" + root + "\" has none.");
    YamlDocument document = read_yaml_file(found->second, file);
    if (!document.value.is_object()) fail("22023", "dbt_project.yml is not a mapping", file, 1);
    return document;
}

// dbt refuses a key that it does not know; a project of a later version may have one.
void warn_of_keys(const YamlDocument &document, const std::string &file, std::vector<Warning> &warnings) {
    const std::vector<std::string> known = known_project_keys();
    std::size_t at = 0;
    for (const auto &item : document.value.items()) {
        if (!std::binary_search(known.begin(), known.end(), item.key()))
            warnings.push_back({file, document.place.children[at].line, "unknown key \"" + item.key() + "\". " + name_hint(item.key(), known)});
        ++at;
    }
    for (const std::string &key : document.duplicate_keys) warnings.push_back({file, 0, "duplicate key, " + key});
}

void check_version(const Package &package, const Settings &settings, const std::string &file) {
    const auto required = package.project.find("require-dbt-version");
    if (required == package.project.end() || required->is_null()) return;
    if (const auto check = settings.flags.find("VERSION_CHECK"); check != settings.flags.end() && *check == false) return;
    if (!version_fits(kDbtVersion, *required))
        fail("0A000", "project \"" + package.name + "\" requires dbt version " + required->dump() + " and this is " + kDbtVersion, file, 0,
             "Take another version of the package, or pass --no-version-check.");
}

}  // namespace

Json read_project_yaml(const Files &files, const std::string &root) {
    return read_document(files, root).value;
}

LoadedProject load_project(const Files &files, const std::string &root, const Settings &settings, const Target &target) {
    const std::string file = root + "dbt_project.yml";
    const YamlDocument document = read_document(files, root);
    LoadedProject loaded{{}, document.value, {}};
    warn_of_keys(document, file, loaded.warnings);

    BaseOptions options;
    options.settings = &settings;
    options.target = &target;
    loaded.package.project = loaded.raw;
    YamlRenderer(make_base_context(options)).render_tree(loaded.package.project, rendered_at_once, file);
    Package &package = loaded.package;
    const auto text = [&](const char *key) {
        const auto found = package.project.find(key);
        return found == package.project.end() || found->is_null() ? std::string() : found->is_string() ? found->get<std::string>() : found->dump();
    };
    package.name = text("name");
    check_version(package, settings, file);
    check_project(package.project, file);
    rename_keys(loaded.raw);
    rename_keys(package.project);
    package.root = root;
    package.version = text("version");
    package.profile = text("profile");
    check_name(package.name, file);
    set_paths(package);
    return loaded;
}

namespace {

struct Wanted {
    std::size_t count = 0;
    std::vector<std::string> local;
};

// The packages that packages.yml or dependencies.yml names.
Wanted wanted_packages(const Files &files, const std::string &root) {
    Wanted wanted;
    for (const char *name : {"packages.yml", "dependencies.yml"}) {
        const auto found = files.find(root + name);
        if (found == files.end()) continue;
        const Json data = read_yaml_file(found->second, root + name).value;
        const auto list = data.is_object() ? data.find("packages") : data.end();
        if (!data.is_object() || list == data.end() || list->is_null()) continue;
        if (!list->is_array()) fail("22023", "\"packages\" must be a list", root + name);
        for (const Json &item : *list) {
            ++wanted.count;
            if (item.is_object() && item.contains("local") && item["local"].is_string()) wanted.local.push_back(item["local"]);
        }
    }
    return wanted;
}

// "integration/../pkg/./" -> "pkg/"; empty when it leaves the project.
std::string normal_path(const std::string &path) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string part = path.substr(at, end - at);
        at = end + 1;
        if (part.empty() || part == ".") continue;
        if (part != "..") parts.push_back(part);
        else if (parts.empty()) return "";
        else parts.pop_back();
    }
    std::string normal;
    for (const std::string &part : parts) normal += part + '/';
    return normal;
}

std::set<std::string> installed(const Files &files, const std::string &folder) {
    std::set<std::string> roots;
    for (auto file = files.lower_bound(folder); file != files.end() && file->first.rfind(folder, 0) == 0; ++file) {
        const std::size_t end = file->first.find('/', folder.size());
        if (end == std::string::npos || file->first.rfind(folder + "__", 0) == 0) continue;
        if (file->first.compare(end + 1, std::string::npos, "dbt_project.yml") == 0) roots.insert(file->first.substr(0, end + 1));
    }
    return roots;
}

// Is a package of the same name in the folder? That is what installing a local package left there.
bool installed_already(const Files &files, const std::set<std::string> &roots, const std::string &path) {
    const Json name = read_project_yaml(files, path).value("name", Json());
    return std::any_of(roots.begin(), roots.end(), [&](const std::string &root) { return read_project_yaml(files, root).value("name", Json()) == name; });
}

}  // namespace

std::vector<std::string> package_roots(const Files &files, const LoadedProject &root) {
    std::string folder = "dbt_packages";
    if (const auto path = root.package.project.find("packages-install-path"); path != root.package.project.end() && path->is_string()) folder = *path;
    while (!folder.empty() && folder.back() == '/') folder.pop_back();
    const std::set<std::string> there = installed(files, folder + '/');
    std::vector<std::string> roots(there.begin(), there.end());

    const Wanted wanted = wanted_packages(files, "");
    std::vector<std::string> pending;
    for (const std::string &path : wanted.local) pending.push_back(normal_path(path));
    std::set<std::string> seen{"", "/"};
    while (!pending.empty()) {
        const std::string path = pending.back();
        pending.pop_back();
        if (!seen.insert(path).second || !files.contains(path + "dbt_project.yml")) continue;
        if (!installed_already(files, there, path)) roots.push_back(path);
        for (const std::string &next : wanted_packages(files, path).local)
            for (const std::string &candidate : {normal_path(path + next), normal_path(next)}) pending.push_back(candidate);
    }
    if (wanted.count > roots.size())
        throw Error("42704", std::to_string(wanted.count) + " packages are named in packages.yml, but only " + std::to_string(roots.size()) + " are installed in " + folder,
                    "", "Run \"meshctl deps\".");
    return roots;
}

}  // namespace mesh::core::project
