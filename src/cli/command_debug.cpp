// debug: what is taken from where, and whether it works.
#include <filesystem>

#include "cli/commands.h"
#include "cli/text.h"
#include "cli/yaml.h"
#include "core/text.h"

namespace mesh::cli {
namespace {

// What was checked, as dbt tells it: each with its line at once, what went wrong at the end.
class Checks {
public:
    explicit Checks(Session &session) : session_(session) {}

    // What a failure's message begins with: `failing`. True when it went well.
    bool run(const std::string &what, const std::string &failing, const std::string &word, const std::function<void()> &body) {
        try {
            body();
            say("  " + what + " [" + session_.log->green("OK") + "]");
            return true;
        } catch (const Error &error) {
            say("  " + what + " [" + session_.log->red(word) + "]");
            std::string problem = failing + "\n  " + sentence(error.what());
            for (const auto &more : {error.detail, error.hint})
                if (!more.empty()) problem += "\n  " + more;
            problems_.push_back(problem);
            return false;
        }
    }

    void say(const std::string &line) { session_.log->output(line); }

    int end() {
        if (problems_.empty()) {
            say(session_.log->green("All checks passed!"));
            return exit_success;
        }
        say(session_.log->red(counted(static_cast<long>(problems_.size()), "check") + " failed:"));
        for (const auto &problem : problems_) say(problem + "\n");
        return exit_failed;
    }

private:
    static std::string sentence(std::string text) {
        if (text.empty()) return text;
        if (text.rfind("dbt", 0) != 0) text = core::capitalized(text);
        return text.back() == '.' ? text : text + ".";
    }

    Session &session_;
    std::vector<std::string> problems_;
};

void load_profile(Session &session, const std::string &folder) {
    if (session.options.profiles_dir && !session.options.connection && !file_exists(folder + "/profiles.yml"))
        throw Error("58P01", "dbt looked for a profiles.yml file in " + folder + "/profiles.yml, but did not find one", "",
                    "Write one, or name its folder with --profiles-dir.");
    session.profile = read_profile(session.options, session.environment, session.project, session.vars);
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

void check_git() {
    if (std::system("git --version >/dev/null 2>&1") != 0) throw Error("58P01", "git is not installed");
}

}  // namespace

int debug(Session &session) {
    const Options &options = session.options;
    if (options.project_dir && !std::filesystem::is_directory(*options.project_dir))
        refuse("invalid value for --project-dir: directory \"" + *options.project_dir + "\" does not exist");
    const std::string folder = profiles_folder(options, session.environment);
    Checks checks(session);
    if (options.config_dir) {
        checks.say("To view your profiles.yml file, look into:\n\n" + folder);
        return exit_success;
    }
    checks.say("Using profiles dir at " + folder + "\nUsing profiles.yml file at " + folder + "/profiles.yml");
    checks.say("Configuration:");
    const bool project = checks.run("dbt_project.yml file", "Project loading failed for the following reason:", "ERROR invalid", [&] { open_project_file(session); });
    if (!session.project.root.empty()) checks.say("Using dbt_project.yml file at " + session.project.root + "/dbt_project.yml");
    const bool profile = (project || options.profile) &&
                         checks.run("profiles.yml file", "Profile loading failed for the following reason:", "ERROR invalid", [&] { load_profile(session, folder); });
    if (options.connection_only) checks.say("Skipping steps before connection verification");
    else checks.run("git (for packages)", "What packages need is missing:", "ERROR", check_git);
    checks.say("Connection:");
    if (profile && checks.run("Connection test:", "meshctl was unable to connect to the specified database:", "ERROR", [&] { open_database(session); })) describe_connection(session);
    return checks.end();
}

}  // namespace mesh::cli
