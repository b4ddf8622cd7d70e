// How a project is read and run: what dbt takes from its command line, environment and profile.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace mesh::core::project {

using Json = nlohmann::ordered_json;  // the order that people wrote is kept

using Files = std::map<std::string, std::string>;  // path relative to the project's root, with "/", -> text

struct Settings {
    std::map<std::string, std::string> env;  // what env_var() sees
    std::string profiles;                    // text of profiles.yml; empty: none
    std::string profile, target;             // --profile, --target; empty: as the files say
    Json vars = Json::object();              // --vars
    Json flags = Json::object();             // FULL_REFRESH, EMPTY, WHICH ..., as templates see them in `flags`
    std::string invocation_id;               // a UUID
    double started_at = 0;                   // run_started_at, seconds since 1970 UTC

    // Where print() and log() of templates go while the project is read, and whether it is for the user; and exceptions.warn(). Nothing: nowhere.
    std::function<void(const std::string &text, bool to_user)> log;
    std::function<void(const std::string &text)> warn;

    // For a project without profiles.yml: where its target is.
    std::string database, schema, user;
};

// One output of profiles.yml, as `target` shows it.
struct Target {
    std::string profile_name, name, type = "postgres", database, schema, user, host;
    long port = 5432;
    long threads = 1;
    Json all = Json::object();  // every key of the output, passwords left out
    bool operator==(const Target &) const = default;
};

}  // namespace mesh::core::project
