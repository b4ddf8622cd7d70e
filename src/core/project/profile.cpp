#include "core/jinja/ref.h"
#include "core/project/profile.h"

#include "core/near.h"
#include "core/project/base_context.h"
#include "core/project/place.h"
#include "core/project/yaml.h"
#include "core/project/yaml_renderer.h"

namespace mesh::core::project {

namespace {

constexpr const char *file = "profiles.yml";

std::vector<std::string> names(const Json &object) {
    std::vector<std::string> found;
    for (const auto &item : object.items()) found.push_back(item.key());
    return found;
}

YamlRenderer profile_renderer(const Settings &settings) {
    BaseOptions options;
    options.settings = &settings;
    options.secrets = true;
    return YamlRenderer(make_base_context(options));
}

std::string text_of(const Json &value) {
    return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

std::string chosen_profile(const Settings &settings, const Json &project, const YamlRenderer &renderer) {
    if (!settings.profile.empty()) return settings.profile;
    const auto named = project.find("profile");
    if (named != project.end() && named->is_string()) return text_of(renderer.render(named->get<std::string>(), "dbt_project.yml"));
    fail("42704", "the project names no profile", "dbt_project.yml", 0, "Add a line \"profile: NAME\", or pass --profile.");
}

const Json &find_profile(const Json &profiles, const std::string &name) {
    const auto found = profiles.is_object() ? profiles.find(name) : profiles.end();
    if (!profiles.is_object() || found == profiles.end())
        fail("42704", "profile \"" + name + "\" does not exist", file, 0, profiles.is_object() ? name_hint(name, names(profiles)) : "");
    if (!found->is_object()) fail("22023", "profile \"" + name + "\" is empty", file);
    return *found;
}

const Json &find_output(const Json &profile, const std::string &profile_name, const std::string &target) {
    const auto outputs = profile.find("outputs");
    if (outputs == profile.end() || !outputs->is_object()) fail("22023", "profile \"" + profile_name + "\" has no outputs", file);
    const auto found = outputs->find(target);
    if (found == outputs->end())
        fail("42704", "profile \"" + profile_name + "\" has no target \"" + target + "\"", file, 0, name_hint(target, names(*outputs)));
    if (!found->is_object()) fail("22023", "target \"" + target + "\" of profile \"" + profile_name + "\" is not a mapping", file);
    return *found;
}

void rename(Json &output, const char *alias, const char *name) {
    if (!output.contains(alias)) return;
    if (!output.contains(name)) output[name] = output[alias];
    output.erase(alias);
}

long number(const Json &output, const char *key, long usual) {
    const auto found = output.find(key);
    if (found == output.end() || found->is_null()) return usual;
    if (found->is_number_integer()) return found->get<long>();
    if (found->is_string() && !found->empty()) {
        const std::string text = *found;
        if (text.find_first_not_of("0123456789") == std::string::npos && text.size() < 10) return std::stol(text);
    }
    fail("22023", "\"" + std::string(key) + "\" of the target must be a number", file);
}

// What `target` shows, in dbt's order and with its defaults; never a password.
Json shown(const Json &output, const Target &target) {
    static const Json usual = {{"host", ""}, {"port", 5432}, {"user", ""}, {"database", ""}, {"schema", ""}, {"connect_timeout", 10},
                               {"role", nullptr}, {"search_path", nullptr}, {"keepalives_idle", 0}, {"sslmode", nullptr}, {"sslcert", nullptr},
                               {"sslkey", nullptr}, {"sslrootcert", nullptr}, {"application_name", "dbt"}, {"autocommit", false}, {"retries", 1}};
    Json all = Json::object();
    for (const auto &item : usual.items()) all[item.key()] = output.value(item.key(), item.value());
    all["port"] = target.port;
    all["dbname"] = target.database;
    all["type"] = "postgres";
    all["threads"] = target.threads;
    return all;
}

Target without_profiles(const Settings &settings, const Json &project) {
    Target target;
    const auto named = project.find("profile");
    target.profile_name = !settings.profile.empty() ? settings.profile : named != project.end() && named->is_string() ? named->get<std::string>() : "mesh";
    target.name = settings.target.empty() ? "default" : settings.target;
    target.database = settings.database;
    target.schema = settings.schema;
    target.user = settings.user;
    target.all = shown({{"database", settings.database}, {"schema", settings.schema}, {"user", settings.user}}, target);
    return target;
}

Target from_output(Json output, const std::string &profile, const std::string &name) {
    const std::string type = text_of(output.value("type", Json()));
    if (type.empty()) fail("22023", "target \"" + name + "\" of profile \"" + profile + "\" has no type", file);
    if (type != "postgres")
        fail("0A000", "target \"" + name + "\" of profile \"" + profile + "\" is for " + type, file, 0,
             "mesh runs projects inside PostgreSQL: choose a target of type postgres.");
    rename(output, "dbname", "database");
    rename(output, "pass", "password");
    for (const char *key : {"database", "schema"})
        if (text_of(output.value(key, Json())).empty())
            fail("22023", "target \"" + name + "\" of profile \"" + profile + "\" has no " + (key[0] == 'd' ? "dbname" : key), file);
    Target target;
    target.profile_name = profile;
    target.name = name;
    target.database = text_of(output["database"]);
    target.schema = text_of(output["schema"]);
    target.user = text_of(output.value("user", Json()));
    target.host = text_of(output.value("host", Json()));
    target.port = number(output, "port", 5432);
    target.threads = number(output, "threads", 1);
    for (const char *key : {"database", "schema", "user", "host"})
        if (output.contains(key)) output[key] = text_of(output[key]);
    target.all = shown(output, target);
    return target;
}

}  // namespace

Target read_target(const Settings &settings, const Json &project) {
    const jinja::Pool pool;
    if (settings.profiles.empty()) return without_profiles(settings, project);
    const YamlRenderer renderer = profile_renderer(settings);
    const Json profiles = read_yaml(settings.profiles, file).value;
    const std::string profile_name = chosen_profile(settings, project, renderer);
    const Json &profile = find_profile(profiles, profile_name);

    std::string name = settings.target;
    if (name.empty()) {
        const auto given = profile.find("target");
        name = given == profile.end() || given->is_null() ? "default" : given->is_string() ? text_of(renderer.render(given->get<std::string>(), file)) : given->dump();
    }
    Json output = find_output(profile, profile_name, name);
    // passwords may look like templates, and are not needed
    output.erase("pass");
    output.erase("password");
    renderer.render_tree(output, [](const KeyPath &) { return true; }, file);
    return from_output(std::move(output), profile_name, name);
}

}  // namespace mesh::core::project
