#include "cli/ignore.h"

#include <fnmatch.h>

#include <fstream>

#include "cli/text.h"

namespace mesh::cli {

Ignored::Ignored(const std::string &root) {
    std::ifstream file(root + "/.dbtignore");
    for (std::string line; std::getline(file, line);) add(line);
}

Ignored::Ignored(const std::vector<std::string> &lines) {
    for (const auto &line : lines) add(line);
}

void Ignored::add(std::string line) {
    line = trim(line);
    if (line.empty() || line[0] == '#') return;
    const bool included = line[0] == '!';
    if (included) line.erase(0, 1);
    while (!line.empty() && line.back() == '/') line.pop_back();
    while (starts_with(line, "**/")) line.erase(0, 3);
    if (ends_with(line, "/**")) line.resize(line.size() - 3);
    const bool anchored = line.find('/') != std::string::npos;
    if (!line.empty() && line[0] == '/') line.erase(0, 1);
    patterns_.push_back({line, anchored, included});
}

// The last pattern that fits decides.
bool Ignored::operator()(const std::string &path) const {
    const std::string name = path.substr(path.rfind('/') + 1);
    bool ignored = false;
    for (const auto &[glob, anchored, included] : patterns_) {
        const bool deep = glob.find("**") != std::string::npos;
        if (fnmatch(glob.c_str(), (anchored ? path : name).c_str(), deep ? 0 : FNM_PATHNAME) == 0) ignored = !included;
    }
    return ignored;
}

}  // namespace mesh::cli
