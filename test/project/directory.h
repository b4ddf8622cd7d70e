// What the drivers of this folder share: a project as a client would send it.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "core/project/settings.h"

extern char **environ;

namespace mesh::test {

inline std::string read_file(const std::filesystem::path &path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The files below `root` with one of these extensions.
inline core::project::Files read_directory(const std::filesystem::path &root, const std::set<std::string> &extensions) {
    core::project::Files files;
    auto it = std::filesystem::recursive_directory_iterator(root, std::filesystem::directory_options::follow_directory_symlink);
    for (const auto &entry : it) {
        const std::string name = entry.path().filename().string();
        if (entry.is_directory() && (name == "target" || name == "logs" || name[0] == '.')) it.disable_recursion_pending();
        else if (entry.is_regular_file() && extensions.count(entry.path().extension().string()))
            files[std::filesystem::relative(entry.path(), root).generic_string()] = read_file(entry.path());
    }
    return files;
}

inline std::map<std::string, std::string> environment() {
    std::map<std::string, std::string> env;
    for (char **item = environ; *item; ++item) {
        const std::string text = *item;
        env[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    return env;
}

}  // namespace mesh::test
