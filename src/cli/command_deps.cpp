// deps: packages.yml, with the packages that packages need, into dbt_packages.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/commands.h"
#include "cli/git.h"
#include "cli/hub.h"
#include "cli/packages.h"
#include "cli/text.h"
#include "cli/yaml.h"
#include "core/project/yaml.h"

namespace mesh::cli {
namespace {

namespace fs = std::filesystem;

std::string text(const Json &spec, const char *key) {
    return spec.contains(key) && !spec[key].is_null() ? (spec[key].is_string() ? spec[key].get<std::string>() : spec[key].dump()) : "";
}

// In dbt's words.
[[noreturn]] void refuse_spec(const Json &spec) {
    std::string fault = spec.dump() + " is no package";
    for (const auto &[key, kind] : {std::pair{"package", "hub"}, {"local", "local"}, {"git", "git"}})
        if (spec.contains(key)) fault = "A " + std::string(kind) + " package is missing the value. It is a required property.";
    if (spec.contains("tarball")) fault = "A tarball package needs an address as `tarball` and a `name`.";
    refuse("The packages.yml file in this project is malformed. Please double check\nthe contents of this file and fix any errors before retrying.\n\nValidator Error:\n" + fault, "",
           "A package has one of local:, git:, package: or tarball:.");
}

// A package that was found, before it is in its place.
struct Found {
    std::string source;  // what tells it from others: "git:...", "package:...", "local:..."
    std::string name, folder, said;
    Json pin;            // its entry of package-lock.yml
    bool link = false;
};

class Installer {
public:
    explicit Installer(Session &session) : session_(session), install_(fs::path(session.project.root) / session.project.packages_path) {
        work_ = install_.string() + ".new";
        fs::remove_all(work_);
        fs::create_directories(work_);
        const std::string path = session.project.root + "/package-lock.yml";
        if (!session.options.upgrade && file_exists(path)) lock_ = parse_mapping(read_file(path), path);
    }
    ~Installer() {
        std::error_code ignored;
        fs::remove_all(work_, ignored);
    }
    Installer(const Installer &) = delete;
    Installer &operator=(const Installer &) = delete;

    // Ranges of one hub package come from several packages.yml, so all specs of a level are known before its packages are fetched.
    void find_all(const std::string &folder) {
        for (const auto &spec : package_specs(folder, session_.environment, session_.vars)) find(spec, folder);
    }

    void write_lock() const {
        Json pins = Json::array();
        for (const auto &package : found_) pins.push_back(package.pin);
        std::ofstream file(session_.project.root + "/package-lock.yml", std::ios::trunc);
        file << core::project::write_yaml(Json{{"packages", pins}}, false);
    }

    void put_in_place() {
        fs::remove_all(install_);
        fs::create_directories(install_);
        for (const auto &package : found_) {
            const fs::path place = install_ / package.name;
            if (package.link)
                fs::create_directory_symlink(fs::absolute(package.folder), place);
            else
                fs::rename(package.folder, place);
        }
    }

    std::size_t count() const { return found_.size(); }

private:
    void find(const Json &spec, const std::string &from) {
        Found package;
        if (!text(spec, "local").empty())
            package = find_local(spec, from);
        else if (!text(spec, "git").empty())
            package = find_git(spec);
        else if (!text(spec, "package").empty())
            package = find_hub(spec);
        else if (!text(spec, "tarball").empty() && !text(spec, "name").empty())
            package = find_tarball(spec);
        else
            refuse_spec(spec);
        if (package.source.empty()) return;  // it is there
        package.name = read_project(package.folder, session_.environment, session_.vars).name;
        checked_path(package.name, "the name of a package");
        if (package.name == session_.project.name) refuse("package \"" + package.name + "\" has the name of the project itself");
        for (const auto &other : found_)
            if (other.name == package.name) refuse("two packages are called \"" + package.name + "\"", "They come from " + other.source + " and " + package.source + ".");
        if (!package.pin.contains("name")) package.pin["name"] = package.name;
        session_.log->event(Level::info, "DepsInstallInfo", "M016", "Installing " + package.name + "\n  " + package.said);
        found_.push_back(package);
        find_all(package.folder);
    }

    bool known(const std::string &source) const {
        for (const auto &package : found_)
            if (package.source == source) return true;
        return false;
    }

    Found find_local(const Json &spec, const std::string &from) {
        const std::string place = local_package(session_.project.root, from, text(spec, "local"));
        if (known("local:" + place)) return {};
        return {"local:" + place, "", place, "Installed from <local @ " + text(spec, "local") + ">", {{"local", text(spec, "local")}}, true};
    }

    Found find_git(const Json &spec) {
        std::string address = text(spec, "git"), revision = text(spec, "revision");
        if (spec.contains("revision") && spec["revision"].is_array() && spec["revision"].size() == 1) revision = spec["revision"][0].get<std::string>();
        const std::string below = text(spec, "subdirectory"), source = "git:" + address + ":" + below;
        if (known(source)) return {};
        if (starts_with(address, "-")) refuse("\"" + address + "\" is no repository");
        if (revision.empty()) revision = locked("git", address, "revision");
        const std::string commit = fetch(address, revision);
        Json pin = {{"git", address}, {"revision", commit}};
        if (!below.empty()) pin["subdirectory"] = below;
        return {source, "", folder_of_last(below), "Installed from revision " + (revision.empty() ? "HEAD" : revision), pin};
    }

    Found find_hub(const Json &spec) {
        const std::string name = text(spec, "package"), source = "package:" + name;
        if (known(source)) return {};
        Json ranges = spec.contains("version") ? spec["version"] : Json::array();
        if (!ranges.is_array()) ranges = Json::array({ranges});
        if (const auto version = locked("package", name, "version"); !version.empty() && satisfied(name, version, ranges)) ranges = Json::array({version});
        const HubVersion best = find_hub_version(name, ranges, spec.value("install-prerelease", false));
        fetch(best.repository, best.tag);
        return {source, "", folder_of_last(""), "Installed from version " + best.version, {{"package", name}, {"version", best.version}}};
    }

    Found find_tarball(const Json &spec) {
        const std::string address = text(spec, "tarball"), source = "tarball:" + address;
        if (known(source)) return {};
        if (starts_with(address, "-")) refuse("\"" + address + "\" is no address");
        last_ = work_ + "/" + std::to_string(found_.size());
        fs::remove_all(last_);
        fs::create_directories(last_);
        fetch_tarball(address, last_);
        const auto entries = std::distance(fs::directory_iterator(last_), fs::directory_iterator());
        if (entries != 1)
            refuse("Incorrect structure for package extracted from " + address + ". The extracted package needs to follow the structure " + text(spec, "name") + "/<package_contents>.");
        const std::string only = fs::directory_iterator(last_)->path().filename().string();
        return {source, "", folder_of_last(only), "Installed from tarball (url: " + address + ")", {{"tarball", address}, {"name", text(spec, "name")}}};
    }

    // The version is asked for together with the ranges: when it still fits, it is the answer.
    static bool satisfied(const std::string &name, const std::string &version, const Json &ranges) {
        Json both = ranges;
        both.push_back(version);
        try {
            return find_hub_version(name, both, true).version == version;
        } catch (const Error &) {
            return false;
        }
    }

    std::string locked(const char *key, const std::string &value, const char *wanted) const {
        if (!lock_.contains("packages") || !lock_["packages"].is_array()) return "";
        for (const auto &pin : lock_["packages"])
            if (pin.is_object() && text(pin, key) == value) return text(pin, wanted);
        return "";
    }

    std::string fetch(const std::string &repository, const std::string &revision) {
        last_ = work_ + "/" + std::to_string(found_.size());
        fs::remove_all(last_);
        const std::string commit = check_out(repository, revision, last_);
        fs::remove_all(last_ + "/.git");
        return commit;
    }

    std::string folder_of_last(const std::string &below) const {
        const std::string folder = below.empty() ? last_ : last_ + "/" + checked_path(below, "subdirectory of a package");
        if (!file_exists(folder + "/dbt_project.yml")) refuse("a package has no dbt_project.yml" + (below.empty() ? "" : " in its folder \"" + below + "\""));
        return folder;
    }

    Session &session_;
    fs::path install_;
    std::string work_, last_;
    Json lock_ = Json::object();
    std::vector<Found> found_;
};

// NAME@VERSION into packages.yml, in place of an entry of the same name.
void add_package(Session &session) {
    const std::string &given = *session.options.add_package, path = session.project.root + "/packages.yml";
    const auto at = given.rfind('@');
    const bool versioned = at != std::string::npos && given.find('/', at) == std::string::npos && given.find(':', at) == std::string::npos;
    const std::string name = versioned ? given.substr(0, at) : given, version = versioned ? given.substr(at + 1) : "";
    const std::string source = session.options.package_source.value_or("hub"), key = source == "hub" ? "package" : source;
    Json file = file_exists(path) ? parse_mapping(read_file(path), path) : Json::object();
    if (!file.contains("packages") || !file["packages"].is_array()) file["packages"] = Json::array();
    Json kept = Json::array();
    for (const auto &entry : file["packages"])
        if (!entry.is_object() || text(entry, key.c_str()) != name) kept.push_back(entry);
    Json entry = {{key, name}};
    if (!version.empty()) entry[source == "git" ? "revision" : "version"] = version.find(',') == std::string::npos ? Json(version) : Json(split(version, ','));
    kept.push_back(entry);
    file["packages"] = kept;
    std::ofstream(path, std::ios::trunc) << core::project::write_yaml(file, false);
    session.log->event(Level::info, "DepsAddPackage", "M032", "Added new package " + name + (version.empty() ? "" : "@" + version) + " to " + path);
}

}  // namespace

int install_packages(Session &session) {
    if (session.options.add_package) add_package(session);
    if (package_specs(session.project.root, session.environment, session.vars).empty()) {
        session.log->event(Level::info, "DepsNoPackagesFound", "M013", "Warning: No packages were found in packages.yml");
        return exit_success;
    }
    Installer installer(session);
    installer.find_all(session.project.root);
    installer.write_lock();
    if (session.options.lock) return exit_success;
    installer.put_in_place();
    session.log->event(Level::info, "Note", "Z050", "Installed " + counted(static_cast<long>(installer.count()), "package"));
    return exit_success;
}

}  // namespace mesh::cli
