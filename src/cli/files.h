// The project's files: which there are, and which of them the server does not have yet.
#pragma once

#include <functional>
#include <set>

#include "cli/options.h"
#include "cli/project.h"

namespace mesh::cli {

// path: as the server knows the file, "models/a.sql", "dbt_packages/dbt_utils/macros/b.sql"; place: where it is on this machine.
struct FilePlace {
    std::string path, place;
};

// dbt_project.yml and its neighbours, and what is under the paths that it names, for the project and each of its packages: *.sql,
// *.yml, *.yaml, *.md, *.csv, *.py. Sorted by path. Local packages that are not installed are taken from where they are. Raises
// Error for broken project files, paths that lead out of a package, and packages that are not installed.
std::vector<FilePlace> list_files(const ProjectFile &project, const Environment &environment, const Json &vars);

struct Changes {
    Files changed;                     // path -> text
    std::vector<std::string> removed;  // the server has them, the project no longer
    std::size_t total = 0;             // files of the project
    std::set<std::string> variables;   // environment variables that templates may ask for
};

// Reads each file once and keeps the text of those whose checksum is not the deployed one. Raises Error that names a file which
// is not UTF-8 or cannot be read.
Changes find_changes(const std::vector<FilePlace> &files, const std::map<std::string, std::string> &deployed, const Environment &environment);

}  // namespace mesh::cli
