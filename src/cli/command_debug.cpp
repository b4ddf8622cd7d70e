// debug: what is taken from where, and whether it works.
#include "cli/commands.h"

namespace mesh::cli {
namespace {

// Runs one check and says how it went; true when it went well.
bool check(Session &session, const std::string &what, const std::function<void()> &body, std::vector<std::string> &problems) {
    try {
        body();
        session.log->output("  " + what + " [" + session.log->green("OK") + "]");
        return true;
    } catch (const Error &error) {
        session.log->output("  " + what + " [" + session.log->red("ERROR") + "]");
        problems.push_back(error.what() + std::string(error.detail.empty() ? "" : "\n  " + error.detail) + (error.hint.empty() ? "" : "\n  " + error.hint));
        return false;
    }
}

void describe_connection(Session &session) {
    Connection &database = *session.database;
    const auto line = [&](const char *name, const Value &value) { session.log->output("  " + std::string(name) + ": " + value.value_or("")); };
    const char *host = PQhost(database.raw()), *port = PQport(database.raw());
    line("host", host ? Value(host) : std::nullopt);
    line("port", port ? Value(port) : std::nullopt);
    line("user", database.value("SELECT current_user"));
    line("database", database.value("SELECT pg_catalog.current_database()"));
    line("server", database.value("SELECT pg_catalog.current_setting('server_version')"));
    line("mesh", database.value("SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'mesh'"));
    if (session.profile) line("schema", session.profile->text("schema"));
}

}  // namespace

int debug(Session &session) {
    const std::string folder = profiles_folder(session.options, session.environment);
    if (session.options.config_dir) {
        session.log->output("To view your profiles.yml file, look into:\n\n" + folder);
        return exit_success;
    }
    std::vector<std::string> problems;
    session.log->output("Using profiles dir at " + folder + "\nUsing profiles.yml file at " + folder + "/profiles.yml");
    session.log->output("Configuration:");
    const bool project = check(session, "dbt_project.yml and profile", [&] { open_project(session); }, problems);
    if (!session.project.root.empty()) session.log->output("Using dbt_project.yml file at " + session.project.root + "/dbt_project.yml");
    if (!session.options.connection_only)
        check(session, "git (for packages)", [] { if (std::system("git --version >/dev/null 2>&1") != 0) throw Error("58P01", "git is not installed"); }, problems);
    session.log->output("Connection:");
    if (project && check(session, "connection and extension", [&] { open_database(session); }, problems)) describe_connection(session);
    for (const auto &problem : problems) session.log->output("\n" + session.log->red("Error: ") + problem);
    session.log->output(problems.empty() ? session.log->green("All checks passed!") : session.log->red(std::to_string(problems.size()) + " failed"));
    return problems.empty() ? exit_success : exit_failed;
}

}  // namespace mesh::cli
