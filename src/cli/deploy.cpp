#include "cli/deploy.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cli/text.h"

namespace mesh::cli {
namespace {

std::map<std::string, std::string> deployed_files(Session &session) {
    std::map<std::string, std::string> files;
    if (!session.options.partial_parse.value_or(true)) return files;
    // A domain that is not there yet has none.
    try {
        session.database->query("SELECT path, checksum FROM mesh.deployed_files($1)", {session.domain()},
                                [&](const Row &row) { files[row.text(0)] = row.text(1); });
    } catch (const Error &error) {
        if (error.sqlstate != "42704") throw;
    }
    return files;
}

// {"path": "text", "gone.sql": null}, a text after the other, each given back as soon as it is in.
std::string files_json(Changes &changes) {
    std::string json = "{";
    const auto key = [&](const std::string &path) { json += (json.size() > 1 ? "," : "") + Json(path).dump() + ":"; };
    while (!changes.changed.empty()) {
        const auto file = changes.changed.extract(changes.changed.begin());
        key(file.key());
        json += Json(file.mapped()).dump();
    }
    for (const auto &path : changes.removed) {
        key(path);
        json += "null";
    }
    return json + "}";
}

// What templates may see: variables that the project names, and dbt's own for artifacts. Never secrets.
Json visible_environment(const Environment &environment, const std::set<std::string> &named) {
    Json visible = Json::object();
    for (const auto &[name, value] : environment) {
        if (starts_with(name, "DBT_ENV_SECRET") || !(named.count(name) || starts_with(name, "DBT_ENV_CUSTOM_ENV_"))) continue;
        if (not_utf8_at(value)) throw Error("22021", "environment variable \"" + name + "\" is not encoded in UTF-8");
        visible[name] = value;
    }
    return visible;
}

// The flags that parsing asks for: with the first one tests have relations.
Json parse_flags(const Options &options) {
    Json flags = Json::object();
    if (options.store_failures.value_or(false)) flags["STORE_FAILURES"] = true;
    if (!options.version_check.value_or(true)) flags["VERSION_CHECK"] = false;
    return flags;
}

void take_change(Session &session, const Row &row, Deployed &deployed) {
    const std::string change = row.text(0);
    if (change != "warning" && change != "note" && change != "debug") return;
    const std::string text = row.text(4) + (row.text(3).empty() ? "" : " (" + row.text(3) + ")");
    // What a node cannot be analyzed for is told by the node itself when it runs.
    const bool is_told = row.text(1).empty() && change != "debug";
    if (is_told && change == "warning" && deployed.warning.empty()) deployed.warning = text;
    session.log->event(is_told ? Level::warn : Level::debug, "Note", "Z050", "[" + session.log->yellow("WARNING") + "]: " + text);
}

// A file that takes its place when all of it is written: what was there before stays until then.
class PartFile {
public:
    explicit PartFile(const std::string &path) : path_(path) {
        std::filesystem::create_directories(std::filesystem::path(path).parent_path());
        file_.open(place_, std::ios::binary | std::ios::trunc);
    }
    ~PartFile() {
        std::error_code gone;
        std::filesystem::remove(place_, gone);
    }
    PartFile(const PartFile &) = delete;
    PartFile &operator=(const PartFile &) = delete;

    void write(const std::string &text) {
        errno = 0;
        file_ << text;
        require_written();
    }
    void finish() {
        errno = 0;
        file_.close();
        require_written();
        std::filesystem::rename(place_, path_);
    }

private:
    void require_written() const {
        if (!file_) throw Error("58030", "could not write \"" + path_ + "\"", errno != 0 ? std::strerror(errno) : "");
    }

    const std::string path_, place_ = path_ + ".part";
    std::ofstream file_;
};

}  // namespace

Deployed deploy(Session &session) {
    const auto known = deployed_files(session);
    Changes changes = find_changes(list_files(session.project, session.environment, session.vars), known, session.environment);
    Deployed deployed;
    deployed.files = changes.total;
    deployed.sent = changes.changed.size();
    const Json environment = visible_environment(session.environment, changes.variables);
    std::vector<Value> parameters = {session.domain(), files_json(changes)};
    parameters.push_back(session.profile ? Value(profile_for_server(*session.profile)) : std::nullopt);
    parameters.push_back(session.profile ? Value(session.profile->name) : std::nullopt);
    parameters.push_back(session.profile ? Value(session.profile->target) : std::nullopt);
    parameters.push_back(session.vars.empty() ? "{}" : session.vars.dump());
    parameters.push_back(environment.dump());
    parameters.push_back(known.empty() ? "false" : "true");
    parameters.push_back(parse_flags(session.options).dump());
    // Variables hold for one command. What does not analyze fails as a node of the run, as with dbt, and not here.
    session.database->query("SELECT change, node, kind, file, message FROM mesh.deploy($1, $2, profiles => $3, profile => $4, target => $5,"
                            " vars => $6, env => $7, partial => $8::boolean, flags => $9, \"check\" => false)",
                            parameters, [&](const Row &row) { take_change(session, row, deployed); });
    if (session.options.warn_error.value_or(false) && !deployed.warning.empty()) throw Error("22023", deployed.warning, "", "It is a warning without --warn-error.");
    return deployed;
}

void write_large(Connection &database, const std::string &domain, const std::string &expression, const std::string &path, const std::vector<Value> &parameters) {
    std::vector<Value> all = {domain};
    all.insert(all.end(), parameters.begin(), parameters.end());
    PartFile file(path);
    database.query("WITH whole AS MATERIALIZED (SELECT pg_catalog.convert_to((" + expression + ")::text, 'UTF8') AS bytes)"
                            " SELECT pg_catalog.substr(bytes, i, 262144) FROM whole, pg_catalog.generate_series(1, pg_catalog.octet_length(bytes), 262144) AS i",
                            all, [&](const Row &row) { file.write(row.text(0)); }, true);
    file.finish();
}

}  // namespace mesh::cli
