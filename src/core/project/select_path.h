// path: globs over the files of the project.
#pragma once

#include <set>
#include <string>

#include "core/project/select_members.h"

namespace mesh::core::project {

// Whether a resource is defined or described in a file that the glob means, or below a directory that it means. The files are those of the root
// project that resources come from; "*" stays within a directory, "**" is any number of directories.
class PathMatcher {
public:
    // Raises Error 42601 for an absolute path.
    PathMatcher(const Members &members, const std::string &value);
    bool operator()(const Member &member) const;

private:
    std::set<std::string, std::less<>> paths_;  // files and directories that match
};

}  // namespace mesh::core::project
