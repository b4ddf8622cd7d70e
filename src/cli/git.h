// Calling git, curl and tar, without a shell and without questions at the terminal.
#pragma once

#include <string>
#include <vector>

namespace mesh::cli {

struct GitResult {
    bool ok = false;
    std::string output;  // standard output and errors
};

// Raises Error when git is not installed.
GitResult run_git(const std::vector<std::string> &arguments, const std::string &folder = ".");

// The repository's tags. nullopt: there is no such repository, or it cannot be reached.
bool list_tags(const std::string &repository, std::vector<std::string> &tags);

// Puts the revision (a tag, branch or commit; empty: the default branch) into a new folder, and returns the commit. Raises Error
// with git's words.
std::string check_out(const std::string &repository, const std::string &revision, const std::string &folder);

// What the archive at the address holds, into a folder that is there. Raises Error with the words of curl or tar.
void fetch_tarball(const std::string &address, const std::string &folder);

}  // namespace mesh::cli
