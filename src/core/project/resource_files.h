// Which of the files belong to a package, by its paths.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

struct ResourceFile {
    const Package *package = nullptr;
    std::string original_path;  // below the package's root: "models/staging/a.sql"
    std::string path;           // below the resource path: "staging/a.sql"
    const std::string *text = nullptr;

    std::string name() const;                                                     // "a"
    std::string id() const { return package->name + "://" + original_path; }      // "shop://models/staging/a.sql"
    std::string place() const { return package->root + original_path; }           // as the caller of parse() knows it
};

// Files below the paths whose names end with one of the extensions, each once, in order of their names; those that begin with . # or ~
// are none.
std::vector<ResourceFile> find_files(const Files &files, const Package &package, const std::vector<std::string> &paths,
                                     const std::vector<std::string> &extensions);

// Without white space at its ends.
std::string stripped(const std::string &text);

}  // namespace mesh::core::project
