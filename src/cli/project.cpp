#include "cli/project.h"

#include <algorithm>
#include <filesystem>

#include "cli/render.h"
#include "cli/text.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

namespace fs = std::filesystem;

struct PathSetting {
    const char *key, *standard, *former = nullptr;  // former: dbt's old word for it
};
const PathSetting path_settings[] = {{"model-paths", "models", "source-paths"}, {"seed-paths", "seeds", "data-paths"}, {"test-paths", "tests"},
                                     {"analysis-paths", "analyses"},            {"macro-paths", "macros"},
                                     {"snapshot-paths", "snapshots"},           {"docs-paths", nullptr},               {"function-paths", "functions"}};

std::vector<std::string> texts(const Json &project, const char *key, std::vector<std::string> standard) {
    if (!project.contains(key) || project[key].is_null()) return standard;
    const Json &value = project[key];
    if (value.is_string()) return {value.get<std::string>()};
    std::vector<std::string> list;
    for (const auto &item : value)
        if (item.is_string()) list.push_back(item.get<std::string>());
    return list;
}

std::vector<std::string> asset_paths(const Json &project) {
    std::vector<std::string> all;
    for (const auto &path : texts(project, "asset-paths", {})) all.push_back(checked_path(path, "asset-paths of dbt_project.yml"));
    return all;
}

std::vector<std::string> source_paths(const Json &project) {
    std::vector<std::string> all;
    for (const auto &[now, standard, former] : path_settings) {
        const char *key = former && !project.contains(now) && project.contains(former) ? former : now;
        for (const auto &path : texts(project, key, standard ? std::vector<std::string>{standard} : std::vector<std::string>{})) {
            const std::string checked = checked_path(path, std::string(key) + " of dbt_project.yml");
            if (std::find(all.begin(), all.end(), checked) == all.end()) all.push_back(checked);
        }
    }
    return all;
}

std::string text(const Json &project, const char *key, const std::string &standard) {
    return project.contains(key) && project[key].is_string() ? project[key].get<std::string>() : standard;
}

// Only what the client reads: the rest is rendered by the server, where macros and the target are known.
Json rendered_parts(const Json &project, const Environment &environment, const Json &vars) {
    const Renderer renderer(environment, vars, false);
    Json parts = Json::object();
    for (const auto &[key, value] : project.items())
        if (ends_with(key, "-paths") || ends_with(key, "-path") || key == "name" || key == "profile" || key == "clean-targets" || key == "flags")
            parts[key] = renderer.render(value, key);
    return parts;
}

}  // namespace

std::string find_project(const Options &options) {
    if (options.project_dir) {
        if (!file_exists(*options.project_dir + "/dbt_project.yml"))
            throw Error("58P01", "no dbt_project.yml in \"" + *options.project_dir + "\"", "",
                        "Name the folder of a dbt project with --project-dir, or start one with meshctl init.");
        return fs::absolute(*options.project_dir).lexically_normal().string();
    }
    for (fs::path folder = fs::current_path();; folder = folder.parent_path()) {
        if (file_exists((folder / "dbt_project.yml").string())) return folder.string();
        if (folder == folder.parent_path()) break;
    }
    throw Error("58P01", "not a dbt project: no dbt_project.yml in this folder or one above it", "",
                "Go to the folder of a dbt project, name it with --project-dir, or start one with meshctl init.");
}

ProjectFile read_project(const std::string &root, const Environment &environment, const Json &vars) {
    const std::string path = root + "/dbt_project.yml";
    const Json raw = parse_mapping(read_file(path), path);
    const Json project = rendered_parts(raw, environment, vars);
    ProjectFile file;
    file.root = root;
    file.name = text(project, "name", "");
    if (file.name.empty()) refuse("the project has no name: " + path, "", "Add a line \"name: my_project\" to it.");
    file.profile = text(project, "profile", "");
    file.target_path = text(project, "target-path", file.target_path);
    file.packages_path = text(project, "packages-install-path", file.packages_path);
    file.log_path = text(project, "log-path", file.log_path);
    file.source_paths = source_paths(project);
    file.asset_paths = asset_paths(project);
    file.clean_targets = texts(project, "clean-targets", {file.target_path});
    if (project.contains("flags")) file.flags = project["flags"];
    if (raw.contains("query-comment")) file.query_comment = raw["query-comment"];
    return file;
}

std::string checked_path(const std::string &path, const std::string &what) {
    const fs::path given(path);
    if (given.is_absolute()) refuse("absolute path \"" + path + "\" in " + what, "Paths are relative to the project's folder.");
    const fs::path normal = given.lexically_normal();
    if (!normal.empty() && *normal.begin() == "..") refuse("path \"" + path + "\" in " + what + " leads out of the project");
    std::string result = normal.generic_string();
    while (result.size() > 1 && result.back() == '/') result.pop_back();
    return result.empty() ? "." : result;
}

}  // namespace mesh::cli
