#include "cli/profile.h"

#include <filesystem>

#include "cli/render.h"
#include "cli/text.h"
#include "cli/yaml.h"
#include "core/near.h"

namespace mesh::cli {
namespace {

std::vector<std::string> keys(const Json &object) {
    std::vector<std::string> names;
    for (const auto &[key, value] : object.items()) names.push_back(key);
    return names;
}

const Json &find_profile(const Json &profiles, const std::string &name, const std::string &path) {
    if (!profiles.contains(name))
        throw Error("42704", "could not find profile named '" + name + "'", "It is not in " + path + ".", core::name_hint(name, keys(profiles)));
    if (!profiles[name].is_object()) refuse("profile '" + name + "' in " + path + " is empty");
    return profiles[name];
}

std::string find_target(const Options &options, const Json &profile, const Renderer &renderer) {
    if (options.target) return *options.target;
    if (!profile.contains("target")) return "default";
    const Json target = renderer.render(profile["target"], "target");
    return target.is_string() ? target.get<std::string>() : target.dump();
}

const Json &find_output(const Json &profile, const std::string &name, const std::string &target) {
    if (!profile.contains("outputs") || !profile["outputs"].is_object()) refuse("outputs not specified in profile '" + name + "'");
    const Json &outputs = profile["outputs"];
    if (!outputs.contains(target))
        throw Error("42704", "the profile '" + name + "' does not have a target named '" + target + "'", "",
                    "The valid target names for this profile are: " + join(keys(outputs), ", ") + ".");
    if (!outputs[target].is_object()) refuse("output '" + target + "' of profile '" + name + "' is misconfigured in profiles.yml");
    return outputs[target];
}

void check_output(const Profile &profile) {
    const std::string of = " in profile '" + profile.name + "', target '" + profile.target + "'";
    const std::string type = profile.text("type");
    if (type.empty()) refuse("required field \"type\" not found" + of);
    if (type != "postgres" && type != "postgresql")
        refuse("unsupported database type '" + type + "'" + of, "meshctl runs projects inside PostgreSQL.",
               "Choose an output with type: postgres by --target or --profile.");
    for (const auto &[key, alias] : {std::pair{"schema", "schema"}, {"dbname", "database"}})
        if (!profile.output.contains(key) && !profile.output.contains(alias)) refuse("required field \"" + std::string(key) + "\" not found" + of);
}

bool libpq_knows(const Environment &environment) {
    for (const char *name : {"PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE", "PGUSER", "PGPORT"})
        if (environment.count(name)) return true;
    return false;
}

Profile choose(const Options &options, const Json &profiles, const std::string &name, const std::string &path, const Renderer &renderer) {
    Profile profile;
    profile.name = name;
    profile.path = path;
    const Json &raw = find_profile(profiles, name, path);
    profile.target = find_target(options, raw, renderer);
    profile.output = renderer.render(find_output(raw, name, profile.target), name + ".outputs." + profile.target);
    check_output(profile);
    return profile;
}

[[noreturn]] void no_profiles(const std::string &path) {
    throw Error("58P01", "no profiles.yml: " + path + " does not exist",
                "A profile tells where the database is.",
                "Write one, name its folder with --profiles-dir, or connect with --connection or libpq's variables (PGHOST, PGSERVICE ...).");
}

}  // namespace

std::string Profile::text(const char *key, const std::string &standard) const {
    if (!output.contains(key) || output[key].is_null()) return standard;
    return output[key].is_string() ? output[key].get<std::string>() : output[key].dump();
}

long Profile::number(const char *key, long standard) const {
    const std::string value = text(key);
    return value.empty() ? standard : std::strtol(value.c_str(), nullptr, 10);
}

std::string profiles_folder(const Options &options, const Environment &environment) {
    if (options.profiles_dir) return *options.profiles_dir;
    if (file_exists("profiles.yml")) return std::filesystem::current_path().string();
    const auto home = environment.find("HOME");
    return (home == environment.end() ? "" : home->second) + "/.dbt";
}

Json profile_flags(const Options &options, const Environment &environment) {
    const std::string path = profiles_folder(options, environment) + "/profiles.yml";
    if (!file_exists(path)) return Json::object();
    const Json config = parse_mapping(read_file(path), path).value("config", Json());
    return config.is_object() ? config : Json::object();
}

std::optional<Profile> read_profile(const Options &options, const Environment &environment, const ProjectFile &project, const Json &vars) {
    const std::string path = profiles_folder(options, environment) + "/profiles.yml";
    const std::string name = options.profile.value_or(project.profile);
    if (!file_exists(path)) {
        if (options.connection || (!options.profiles_dir && libpq_knows(environment))) return std::nullopt;
        no_profiles(path);
    }
    const Json profiles = parse_mapping(read_file(path), path);
    // With --connection a profile is welcome (it has the schema), not needed.
    if (options.connection && !options.profile && !profiles.contains(name)) return std::nullopt;
    if (name.empty())
        refuse("no profile was specified for this project", "dbt_project.yml has no line \"profile: name\".", "Add it, or name a profile with --profile.");
    return choose(options, profiles, name, path, Renderer(environment, vars, true));
}

std::string profile_for_server(const Profile &profile) {
    Json output = profile.output;
    for (const char *secret : {"password", "pass", "sslpassword"}) output.erase(secret);
    const Json file = {{profile.name, {{"target", profile.target}, {"outputs", {{profile.target, output}}}}}};
    return file.dump(2);  // JSON is YAML
}

std::map<std::string, std::string> connection_parameters(const Profile &profile) {
    std::map<std::string, std::string> parameters;
    const auto add = [&](const char *keyword, const char *key, const char *alias) {
        const std::string value = profile.text(key, profile.text(alias));
        if (!value.empty()) parameters[keyword] = value;
    };
    add("host", "host", "host");
    add("port", "port", "port");
    add("user", "user", "username");
    add("password", "password", "pass");
    add("dbname", "dbname", "database");
    for (const char *same : {"sslmode", "sslcert", "sslkey", "sslrootcert", "sslpassword", "connect_timeout", "keepalives_idle", "application_name",
                             "gssencmode", "service", "target_session_attrs", "channel_binding"})
        add(same, same, same);
    if (parameters["keepalives_idle"] == "0" || parameters["keepalives_idle"].empty()) parameters.erase("keepalives_idle");
    parameters.emplace("connect_timeout", "10");
    return parameters;
}

}  // namespace mesh::cli
