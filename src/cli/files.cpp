#include "cli/files.h"

#include <algorithm>
#include <filesystem>

#include "cli/ignore.h"
#include "cli/interrupt.h"
#include "cli/packages.h"
#include "cli/text.h"
#include "cli/yaml.h"
#include "core/digest.h"
#include "core/text.h"

namespace mesh::cli {
namespace {

namespace fs = std::filesystem;

const char *const root_files[] = {"dbt_project.yml", "packages.yml", "dependencies.yml", "package-lock.yml", "selectors.yml", "vars.yml"};
const char *const endings[] = {".sql", ".yml", ".yaml", ".md", ".csv", ".py"};

bool is_source(const std::string &name) {
    return std::any_of(std::begin(endings), std::end(endings), [&](const char *ending) { return ends_with(core::lowered(name), ending); });
}

// One package: its files below one folder of this machine, under one prefix of the server's paths.
struct Walk {
    const ProjectFile &package;
    const std::string prefix;
    std::map<std::string, std::string> &found;  // path -> place
    const Ignored ignored{package.root};
    std::set<fs::path> on_the_way{};            // folders above, for links that lead back

    void all() {
        for (const char *name : root_files)
            if (const std::string place = package.root + "/" + name; file_exists(place)) found[prefix + name] = place;
        for (const auto &path : package.source_paths) folder(path == "." ? "" : path);
    }

    void folder(const std::string &path) {
        std::error_code failed;
        const fs::path real = fs::canonical(fs::path(package.root) / path, failed);
        if (failed == std::errc::permission_denied) unreadable(path, failed);
        if (failed || !fs::is_directory(real) || !on_the_way.insert(real).second) return;
        for (auto entry = fs::directory_iterator(real, failed); !failed && entry != fs::directory_iterator(); entry.increment(failed))
            one(*entry, path.empty() ? entry->path().filename().string() : path + "/" + entry->path().filename().string());
        if (failed) unreadable(path, failed);
        on_the_way.erase(real);
    }

    // Its models would be taken for removed.
    [[noreturn]] static void unreadable(const std::string &path, const std::error_code &error) {
        throw Error("58030", "could not read folder \"" + path + "\": " + error.message(), "", "Make it readable, or exclude it in .dbtignore.");
    }

    void one(const fs::directory_entry &entry, const std::string &path) {
        if (interrupted()) throw Interrupted("Nothing was run.");
        std::error_code broken_link;
        const std::string name = entry.path().filename().string();
        if (name[0] == '.' || ignored(path)) return;
        if (entry.is_directory(broken_link)) {
            if (path != package.target_path && path != package.packages_path && path != package.log_path) folder(path);
        } else if (entry.is_regular_file(broken_link) && is_source(name)) {
            if (not_utf8_at(path)) throw Error("22021", "the name of file " + Json(path).dump(-1, ' ', true, Json::error_handler_t::replace) + " is not encoded in UTF-8", "", "Rename it, or exclude its folder in .dbtignore.");
            found.emplace(prefix + path, entry.path().string());
        }
    }
};

// Words in quotes that are names of environment variables: env_var('X'), or what a macro passes on to it.
void add_variables(const std::string &text, const Environment &environment, std::set<std::string> &variables) {
    const auto in_name = [](char c) { return c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    for (auto at = text.find_first_of("'\""); at != std::string::npos; at = text.find_first_of("'\"", at)) {
        const std::size_t start = ++at;
        while (at < text.size() && in_name(text[at])) ++at;
        if (at > start && at < text.size() && text[at] == text[start - 1])
            if (std::string word = text.substr(start, at - start); environment.count(word)) variables.insert(std::move(word));
    }
}

// All files go to the server in one jsonb, which takes 256 MB.
constexpr std::uintmax_t most_bytes = 250'000'000;

[[noreturn]] void too_large(const FilePlace &file, std::uintmax_t bytes, const char *what) {
    throw Error("54000", "file \"" + file.path + "\" is too large", what + std::string(" ") + std::to_string(bytes / 1'000'000) + " MB, and at most " + std::to_string(most_bytes / 1'000'000) + " MB can be sent.",
                "Load much data with COPY into a table, and make it a source.");
}

std::string read_text(const FilePlace &file) {
    if (const auto bytes = fs::file_size(file.place); bytes > most_bytes) too_large(file, bytes, "It has");
    std::string text = read_file(file.place);
    const auto at = not_utf8_at(text);
    if (!at) return text;
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*at), '\n') + 1;
    const bool nul = text[*at] == '\0';
    throw Error("22021", "file \"" + file.path + "\" is not " + (nul ? "text: it has a NUL byte" : "encoded in UTF-8"),
                "The first wrong byte is byte " + std::to_string(*at + 1) + ", in line " + std::to_string(line) + ".",
                "Convert the file to UTF-8, or exclude it in .dbtignore.");
}

}  // namespace

std::vector<FilePlace> list_files(const ProjectFile &project, const Environment &environment, const Json &vars) {
    std::map<std::string, std::string> found;
    Walk{project, "", found}.all();
    for (const auto &package : find_packages(project, environment, vars))
        Walk{package.project, "dbt_packages/" + package.folder + "/", found}.all();
    std::vector<FilePlace> files;
    for (auto &[path, place] : found) files.push_back({path, std::move(place)});
    return files;
}

Changes find_changes(const std::vector<FilePlace> &files, const std::map<std::string, std::string> &deployed, const Environment &environment) {
    Changes changes;
    changes.total = files.size();
    bool asks_environment = false;
    std::set<std::string> present;
    std::uintmax_t bytes = 0;
    for (const auto &file : files) {
        if (interrupted()) throw Interrupted("Nothing was run.");
        std::string text = read_text(file);
        if (!ends_with(file.path, ".csv")) {
            asks_environment = asks_environment || text.find("env_var") != std::string::npos;
            add_variables(text, environment, changes.variables);
        }
        present.insert(file.path);
        const auto known = deployed.find(file.path);
        if (known != deployed.end() && known->second == core::md5(text)) continue;
        if (bytes += text.size(); bytes > most_bytes) too_large(file, bytes, "With the other files that changed it is");
        changes.changed.emplace(file.path, std::move(text));
    }
    if (!asks_environment) changes.variables.clear();
    for (const auto &[path, checksum] : deployed)
        if (!present.count(path)) changes.removed.push_back(path);
    return changes;
}

}  // namespace mesh::cli
