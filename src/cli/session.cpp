#include "cli/session.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <random>

#include "cli/clock.h"
#include "cli/text.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

Level lowest_level(const Options &options) {
    if (options.quiet.value_or(false)) return Level::error;
    if (options.debug.value_or(false)) return Level::debug;
    const std::string level = options.log_level.value_or("info");
    return level == "debug" ? Level::debug : level == "warn" ? Level::warn : level == "error" || level == "none" ? Level::error : Level::info;
}

std::map<std::string, std::string> parameters_of(const Session &session) {
    std::map<std::string, std::string> parameters;
    if (session.options.connection)
        parameters["dbname"] = *session.options.connection;  // libpq takes a connection string or URI here
    else if (session.profile)
        parameters = connection_parameters(*session.profile);
    parameters.emplace("fallback_application_name", "meshctl");
    return parameters;
}

// "0.1" of "0.1.0": versions that differ behind it know the same functions.
std::pair<int, int> release_of(const std::string &version) {
    std::pair<int, int> release;
    (void)std::sscanf(version.c_str(), "%d.%d", &release.first, &release.second);
    return release;
}

void become_user(const Session &session, Connection &database) {
    if (!session.profile || session.options.connection) return;
    if (const auto role = session.profile->text("role"); !role.empty()) database.execute("SET ROLE " + database.identifier(role));
    if (const auto path = session.profile->text("search_path"); !path.empty())
        database.execute("SELECT pg_catalog.set_config('search_path', $1, false)", {path});
}

void check_extension(Connection &database) {
    const Value version = database.value("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'mesh'");
    if (version && release_of(*version) >= release_of(MESH_VERSION)) return;
    const std::string name = database.value("SELECT pg_catalog.current_database()").value_or("");
    if (!version) throw Error("42704", "database \"" + name + "\" does not have the extension mesh", "", "Run CREATE EXTENSION mesh in it, as a superuser.");
    const std::string there = database.value("SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'mesh'").value_or("");
    const bool newer = release_of(there) >= release_of(MESH_VERSION);
    throw Error("42704", "the extension mesh of database \"" + name + "\" is too old", "It has version " + *version + ", and meshctl is of version " MESH_VERSION ".",
                newer ? "Run ALTER EXTENSION mesh UPDATE in it." : "Install version " MESH_VERSION " in the server, then run ALTER EXTENSION mesh UPDATE.");
}

// The server may know no machine-readable progress yet: then the lines come when the run is over.
void ask_for_progress(Connection &database) {
    try {
        database.execute("SET mesh.progress = json");
    } catch (const Error &error) {
        if (error.sqlstate != "22023") throw;
        database.execute("SET mesh.progress = off");
    }
}

// A run whose meshctl is gone ends soon, and not at its next line. Some systems cannot tell.
void end_without_client(Connection &database) {
    try {
        database.execute("SET client_connection_check_interval = '5s'");
    } catch (const Error &error) {
        if (error.sqlstate != "22023") throw;
    }
}

// What a connection sends, by dbt's names for connections.
void tell_statements(const Session &session, Connection &database, const std::string &name) {
    if (session.log->options().lowest == Level::debug)
        database.on_send = [&session, name](const std::string &sql) { session.log->event(Level::debug, "SQLQuery", "E016", "On " + name + ": " + sql); };
}

// A domain has one schema. A project whose domain has another than this target's is this target's domain by a name of its own: as
// with dbt, the schemas of several developers stand side by side in one database.
std::string choose_domain(Session &session) {
    if (session.options.domain) return *session.options.domain;
    const std::string schema = session.profile ? session.profile->text("schema") : "";
    const Value taken = session.database->value("SELECT schema_name FROM mesh.domains WHERE name = $1", {session.project.name});
    return schema.empty() || !taken || *taken == schema ? session.project.name : session.project.name + "_" + schema;
}

Json flags_of(const Session &session) {
    const Json old = profile_flags(session.options, session.environment);
    if (!session.project.flags.empty() && !old.empty())
        refuse("Do not specify both 'config' in profiles.yml and 'flags' in dbt_project.yml. Using 'config' in profiles.yml is deprecated.");
    return old.empty() ? session.project.flags : old;
}

}  // namespace

std::string Session::in_project(const std::string &folder) const {
    return (std::filesystem::path(project.root) / folder).lexically_normal().string();
}

std::unique_ptr<Log> make_log(const Session &session) {
    const Options &options = session.options;
    const bool terminal = isatty(STDOUT_FILENO) != 0;
    LogOptions log;
    log.json = options.log_format.value_or("default") == "json";
    log.colours = options.use_colors.value_or(terminal) && !log.json;
    log.lowest = lowest_level(options);
    log.bar = terminal && !log.json && log.lowest < Level::error;
    log.width = static_cast<int>(options.printer_width.value_or(80));
    log.invocation_id = session.invocation_id;
    log.extra = custom_environment(session.environment);
    for (const auto &[name, value] : session.environment)
        if (starts_with(name, "DBT_ENV_SECRET") && !trim(value).empty()) log.secrets.push_back(value);
    return std::make_unique<Log>(log);
}

void open_project_file(Session &session) {
    const Options &options = session.options;
    if (options.vars) session.vars = parse_mapping(*options.vars, "--vars");
    const std::string root = find_project(options);
    add_env_file(session.environment, root + "/.env");
    session.project.root = root;
    session.project = read_project(root, session.environment, session.vars);
}

void open_project(Session &session) {
    Options &options = session.options;
    open_project_file(session);
    apply_project_flags(options, flags_of(session));
    refuse_contradictions(options);
    session.log = make_log(session);
    session.profile = read_profile(options, session.environment, session.project, session.vars);
    if (session.profile && options.threads) session.profile->output["threads"] = *options.threads;
}

void open_database(Session &session) {
    session.database = std::make_unique<Connection>(parameters_of(session), session.profile ? session.profile->number("retries", 1) : 0);
    Connection &database = *session.database;
    become_user(session, database);
    check_extension(database);
    if (session.log->options().lowest == Level::debug) database.execute("SET client_min_messages = debug1");  // the server's own statements
    tell_statements(session, database, "master");
    ask_for_progress(database);
    end_without_client(database);
    session.domain_name = choose_domain(session);
}

std::unique_ptr<Connection> open_second(const Session &session) {
    try {
        auto second = std::make_unique<Connection>(parameters_of(session));
        become_user(session, *second);
        return second;
    } catch (const Error &) {
        return nullptr;
    }
}

void speak_as_first(const Session &session, Connection &second) {
    second.comment_before = session.database->comment_before;
    second.comment_after = session.database->comment_after;
    tell_statements(session, second, "manifest");
}

std::string make_uuid() {
    std::random_device device;
    const auto random = [&] { return static_cast<std::uint32_t>(device()); };
    char text[40];
    std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%08x%04x", random(), random() & 0xffff, random() & 0xfff, 0x8000 | (random() & 0x3fff),
                  random(), random() & 0xffff);
    return text;
}

}  // namespace mesh::cli
