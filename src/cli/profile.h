// profiles.yml: which database, as dbt finds it.
#pragma once

#include "cli/options.h"
#include "cli/project.h"

namespace mesh::cli {

// One output, rendered.
struct Profile {
    std::string name, target;
    std::string path;            // of profiles.yml
    Json output;                 // its keys as written, rendered

    std::string text(const char *key, const std::string &standard = "") const;  // also of numbers
    long number(const char *key, long standard) const;
};

// --profiles-dir, else this folder's profiles.yml, else ~/.dbt.
std::string profiles_folder(const Options &options, const Environment &environment);

// `config:` of profiles.yml, where dbt once had the project's flags; an empty object when there is none.
Json profile_flags(const Options &options, const Environment &environment);

// The output that --profile and --target, or the project and the profile, name. nullopt when there is no profiles.yml and
// libpq's own variables or --connection say where the database is. Raises Error when it is not there, lacks what a connection
// needs, needs an environment variable that is not set, or is for another kind of database.
std::optional<Profile> read_profile(const Options &options, const Environment &environment, const ProjectFile &project, const Json &vars);

// A profiles.yml with this output only and without its passwords: what the server is told.
std::string profile_for_server(const Profile &profile);

// libpq's keywords and values.
std::map<std::string, std::string> connection_parameters(const Profile &profile);

}  // namespace mesh::cli
