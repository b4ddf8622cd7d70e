#include "cli/packages.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "cli/render.h"
#include "cli/text.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

namespace fs = std::filesystem;

std::vector<InstalledPackage> installed(const ProjectFile &project, const Environment &environment, const Json &vars) {
    std::vector<InstalledPackage> packages;
    std::error_code absent;
    for (const auto &entry : fs::directory_iterator(fs::path(project.root) / project.packages_path, absent))
        if (file_exists((entry.path() / "dbt_project.yml").string()))
            packages.push_back({entry.path().filename().string(), read_project(entry.path().string(), environment, vars)});
    std::sort(packages.begin(), packages.end(), [](const auto &a, const auto &b) { return a.folder < b.folder; });
    return packages;
}

// Local packages that deps has not installed, with those that they need.
void add_local(std::vector<InstalledPackage> &packages, const std::string &root, const std::string &folder, const Environment &environment,
               const Json &vars) {
    for (const auto &spec : package_specs(folder, environment, vars)) {
        if (!spec.contains("local")) continue;
        const std::string place = local_package(root, folder, spec["local"].get<std::string>());
        ProjectFile project = read_project(place, environment, vars);
        const auto same = [&](const InstalledPackage &package) { return package.project.name == project.name; };
        if (std::any_of(packages.begin(), packages.end(), same)) continue;
        packages.push_back({project.name, project});
        add_local(packages, root, place, environment, vars);
    }
}

}  // namespace

Json package_specs(const std::string &root, const Environment &environment, const Json &vars) {
    for (const char *name : {"/packages.yml", "/dependencies.yml"}) {
        const std::string path = root + name;
        if (!file_exists(path)) continue;
        const Json file = parse_mapping(read_file(path), path);
        if (!file.contains("packages") || file["packages"].is_null()) continue;
        if (!file["packages"].is_array()) refuse("packages in " + path + " is not a list");
        Json specs = Renderer(environment, vars, true).render(file["packages"], "packages");
        for (const auto &spec : specs)
            if (!spec.is_object()) refuse("an entry of packages in " + path + " is not a mapping");
        return specs;
    }
    return Json::array();
}

std::vector<InstalledPackage> find_packages(const ProjectFile &project, const Environment &environment, const Json &vars) {
    auto packages = installed(project, environment, vars);
    add_local(packages, project.root, project.root, environment, vars);
    const Json specs = package_specs(project.root, environment, vars);
    if (packages.size() < specs.size())
        throw Error("42704", std::to_string(specs.size()) + " packages are named in packages.yml, but only " + std::to_string(packages.size()) +
                                 " are installed in " + project.packages_path,
                    "", "Run meshctl deps to install them.");
    return packages;
}

std::string local_package(const std::string &root, const std::string &folder, const std::string &path) {
    for (const auto &base : {root, folder}) {
        const fs::path place = (fs::path(base) / path).lexically_normal();
        if (file_exists((place / "dbt_project.yml").string())) return place.string();
    }
    throw Error("58P01", "local package \"" + path + "\" is not there",
                "There is no dbt_project.yml in " + (fs::path(root) / path).lexically_normal().string() + ".");
}

}  // namespace mesh::cli
