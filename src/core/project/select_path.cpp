#include "core/project/select_path.h"

#include <algorithm>

#include "core/error.h"
#include "core/graph/pattern.h"

namespace mesh::core::project {

namespace {

std::vector<std::string> parts_of(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (!part.empty() && part != ".") parts.emplace_back(part);
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    return parts;
}

std::string joined(const std::vector<std::string> &parts) {
    std::string path;
    for (const auto &part : parts) path += (path.empty() ? "" : "/") + part;
    return path;
}

std::string normal(std::string_view path) {
    return joined(parts_of(path));
}

// "shop://models/schema.yml" without what is before the path.
std::string_view path_in(std::string_view patch_path) {
    const auto at = patch_path.find("://");
    return at == std::string_view::npos ? patch_path : patch_path.substr(at + 3);
}

// The files that resources come from, and every directory above one: true for a directory.
class Tree {
public:
    explicit Tree(const Manifest &manifest) : project_(manifest.project_name) {
        for (const auto &[id, node] : manifest.nodes) add(node);
        for (const auto &node : manifest.disabled) add(node);
        for (const auto &[id, source] : manifest.sources) add(source.package_name, source.original_file_path);
        for (const auto &source : manifest.disabled_sources) add(source.package_name, source.original_file_path);
        for (const auto &[id, macro] : manifest.macros) add(macro.package_name, macro.original_file_path);
        for (const auto &[id, doc] : manifest.docs) add(doc.package_name, doc.original_file_path);
        for (const auto &[id, other] : manifest.others) add(other.package_name, other.original_file_path);
    }
    const std::map<std::string, bool> &paths() const { return paths_; }

private:
    void add(const Node &node) {
        add(node.package_name, node.original_file_path);
        if (node.patch_path.starts_with(project_ + "://")) add(project_, path_in(node.patch_path));
    }
    void add(const std::string &package, std::string_view file) {
        if (package != project_ || file.empty()) return;
        std::string path = normal(file);
        if (!paths_.emplace(path, false).second) return;
        for (auto slash = path.rfind('/'); slash != std::string::npos; slash = path.rfind('/')) {
            path.erase(slash);
            if (!paths_.emplace(path, true).second) return;
        }
    }

    std::string project_;
    std::map<std::string, bool> paths_;
};

// Part by part; "**" takes any number of directories, at the end only directories.
bool matches(const std::vector<std::string> &glob, std::size_t g, const std::vector<std::string> &path, std::size_t p, bool directory) {
    if (g == glob.size()) return p == path.size();
    if (glob[g] == "**") {
        if (g + 1 == glob.size()) return directory;
        for (std::size_t next = p; next <= path.size(); next++)
            if (matches(glob, g + 1, path, next, directory)) return true;
        return false;
    }
    return p < path.size() && Pattern({glob[g], glob[g]}).matches(path[p]) && matches(glob, g + 1, path, p + 1, directory);
}

}  // namespace

PathMatcher::PathMatcher(const Members &members, const std::string &value) {
    if (value.starts_with('/')) throw Error("42601", "path selector \"" + value + "\" is not relative", "", "Paths are relative to the project's root.");
    const std::vector<std::string> glob = parts_of(value);
    if (glob.empty()) return;
    const Tree tree(members.manifest());
    for (const auto &[path, directory] : tree.paths())
        if (matches(glob, 0, parts_of(path), 0, directory)) paths_.insert(path);
}

bool PathMatcher::operator()(const Member &member) const {
    if (member.node && paths_.contains(normal(path_in(member.node->patch_path)))) return true;
    std::string path = normal(member.file);
    while (!paths_.contains(path)) {
        const auto slash = path.rfind('/');
        if (slash == std::string::npos) return false;
        path.erase(slash);
    }
    return true;
}

}  // namespace mesh::core::project
