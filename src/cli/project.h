// The dbt project: where it is, and what of its files the client itself has to know.
#pragma once

#include "cli/options.h"

namespace mesh::cli {

// One dbt_project.yml, of the project or of a package.
struct ProjectFile {
    std::string root;                           // its folder
    std::string name, profile;                  // profile: empty when it names none
    std::string target_path = "target", packages_path = "dbt_packages", log_path = "logs";
    std::vector<std::string> source_paths;      // where resources are, each below root
    std::vector<std::string> asset_paths;       // folders that docs generate copies
    std::vector<std::string> clean_targets;
    Json flags = Json::object();
    Json query_comment;                         // a template, or {comment, append}
};

// The folder of --project-dir, or the nearest one from here upwards that has a dbt_project.yml. Raises Error when there is none.
std::string find_project(const Options &options);

// Raises Error for what is no project file: broken YAML, no name, paths that are absolute or lead out of it.
ProjectFile read_project(const std::string &root, const Environment &environment, const Json &vars);

// The folder below the root, with "..", "." and absolute paths refused; `what` names the setting in the message.
std::string checked_path(const std::string &path, const std::string &what);

}  // namespace mesh::cli
