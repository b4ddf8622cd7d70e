// clean: deletes what can be made again.
#include <filesystem>

#include "cli/commands.h"

namespace mesh::cli {
namespace {

namespace fs = std::filesystem;

bool inside(const fs::path &folder, const fs::path &path) {
    const auto relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != ".." && relative != ".";
}

void refuse_sources(const Session &session, const fs::path &path) {
    for (const auto &source : session.project.source_paths)
        if (const fs::path place = (fs::path(session.project.root) / source).lexically_normal(); place == path || inside(path, place))
            refuse("dbt will not clean the following source paths: \"" + place.string() + "\"", "It is among clean-targets of dbt_project.yml.");
}

}  // namespace

int clean(Session &session) {
    const fs::path root(session.project.root);
    std::vector<fs::path> paths;
    for (const auto &target : session.project.clean_targets) {
        const fs::path path = (root / target).lexically_normal();
        if (!inside(root, path) && session.options.clean_project_files_only.value_or(true))
            refuse("dbt will not clean the following directories outside the project: \"" + path.string() + "\"", "", "--no-clean-project-files-only allows it.");
        refuse_sources(session, path);
        paths.push_back(path);
    }
    for (const auto &path : paths) {
        std::error_code ignored;
        fs::remove_all(path, ignored);
        session.log->event(Level::info, "ConfirmCleanPath", "Z034", "Cleaned " + path.string());
    }
    session.log->event(Level::info, "FinishedCleanPaths", "Z035", "Finished cleaning all paths.");
    return exit_success;
}

}  // namespace mesh::cli
