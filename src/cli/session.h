// One call of meshctl: its options, project, profile, log and connection.
#pragma once

#include "cli/connection.h"
#include "cli/files.h"
#include "cli/log.h"
#include "cli/profile.h"

namespace mesh::cli {

struct Session {
    Options options;
    Environment environment;
    Json vars = Json::object();
    ProjectFile project;
    std::optional<Profile> profile;
    std::string invocation_id;
    double started_at = 0;
    std::unique_ptr<Log> log;
    std::unique_ptr<Connection> database;
    std::string domain_name;  // once connected

    std::string in_project(const std::string &folder) const;  // absolute; a relative one is below the project
    std::string target_path() const { return options.target_path.value_or(project.target_path); }  // as it was given
    std::string target_folder() const { return in_project(target_path()); }
    const std::string &domain() const { return domain_name.empty() ? project.name : domain_name; }
    bool writes_json() const { return options.write_json.value_or(true); }
};

// A log as the options and the environment say.
std::unique_ptr<Log> make_log(const Session &session);

// Takes --vars, .env and dbt_project.yml; and the profile too. Raise Error as they do.
void open_project_file(Session &session);
void open_project(Session &session);

// Connects as the profile, --connection or libpq's variables say, sets the role, and makes sure that the server has the extension.
// Raises Error 08001, or 42704 when the extension is missing or too old.
void open_database(Session &session);

// Another connection as the same user, which may be opened while the first one is at work; nothing where the server, or a limit of the role's,
// has no room for it. It says what the first one does around its statements from when it is told to.
std::unique_ptr<Connection> open_second(const Session &session);
void speak_as_first(const Session &session, Connection &second);

// A random UUID.
std::string make_uuid();

}  // namespace mesh::cli
