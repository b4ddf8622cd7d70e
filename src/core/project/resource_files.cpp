#include "core/project/resource_files.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/jinja/unicode.h"

namespace mesh::core::project {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// In whatever case: a.SQL is a model too.
bool ends_with_any(const std::string &path, const std::vector<std::string> &extensions) {
    return std::ranges::any_of(extensions, [&](const std::string &extension) {
        return path.size() > extension.size() && std::ranges::equal(std::string_view(path).substr(path.size() - extension.size()), extension, {}, lower);
    });
}

}  // namespace

std::string ResourceFile::name() const {
    const std::size_t slash = path.rfind('/');
    const std::string base = slash == std::string::npos ? path : path.substr(slash + 1);
    return base.substr(0, base.rfind('.'));
}

std::string stripped(const std::string &text) {
    return std::string(jinja::strip_left(jinja::strip_right(text)));
}

std::vector<ResourceFile> find_files(const Files &files, const Package &package, const std::vector<std::string> &paths,
                                     const std::vector<std::string> &extensions) {
    std::vector<ResourceFile> found;
    std::set<std::string> seen;
    for (const std::string &path : paths) {
        const std::string folder = package.root + path + (path.empty() ? "" : "/");
        for (auto file = files.lower_bound(folder); file != files.end() && file->first.rfind(folder, 0) == 0; ++file) {
            if (!ends_with_any(file->first, extensions)) continue;
            const std::string relative = file->first.substr(folder.size());
            const std::size_t slash = relative.rfind('/');
            const char first = relative[slash == std::string::npos ? 0 : slash + 1];
            if (first == '.' || first == '#' || first == '~' || !seen.insert(file->first).second) continue;
            found.push_back({&package, file->first.substr(package.root.size()), relative, &file->second});
        }
    }
    return found;
}

}  // namespace mesh::core::project
