// What every template of a project sees, before there are nodes: dbt's base, target and configured contexts.
#pragma once

#include <functional>
#include <optional>

#include "core/jinja/runtime.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

// JSON and template values; floats that are whole stay floats, an object of the engine (a relation ...) becomes its text.
jinja::Value to_value(const Json &json);
Json to_json_value(const jinja::Value &value);

// Where log(..., info=True), print() and warnings go; unset: nowhere.
using LogSink = std::function<void(const std::string &text, bool to_user)>;

// The variables of vars: in dbt_project.yml and --vars. As dbt looks them up for a package: --vars, then the root's for the
// package, the root's for all, the package's own for itself, its own for all.
class Vars {
public:
    Vars() = default;
    Vars(const Manifest &manifest, const Settings &settings);
    // With the command line's only, as dbt_project.yml and profiles.yml see them.
    explicit Vars(const Json &command_line) : command_line_(command_line) {}

    const Json *find(const std::string &name, const std::string &package) const;
    // Every variable that the package sees, for messages.
    Json all(const std::string &package) const;

private:
    std::vector<const Json *> layers(const std::string &package) const;
    Json command_line_ = Json::object();
    std::string root_;
    std::map<std::string, Json> declared_;  // by package
};

enum class VarMode {
    required,  // a missing one is an error
    none,      // a missing one is none: while models are parsed
    plain,     // a missing one is an error, and text is not rendered again: in property files
};

struct BaseOptions {
    const Settings *settings = nullptr;
    const Target *target = nullptr;          // unset: no `target`
    std::string project_name;                // empty: no `project_name`
    const Vars *vars = nullptr;              // unset: --vars only
    std::string package;                     // whose variables var() sees
    std::string node_name = "<Configuration>";
    VarMode var_mode = VarMode::required;
    bool secrets = false;                    // may DBT_ENV_SECRET_ variables be read: profiles.yml, packages.yml
    LogSink log;
};

// A context with every name of dbt's base context; `context` and `builtins` name the dicts they do in dbt. What the options point at
// must outlive it. Raises (when called) what dbt does: EnvVarMissing as "env var required but not provided: 'X'", missing vars ...
jinja::Ptr<jinja::Variables> make_base_context(const BaseOptions &options);

// The settings that all rendering of a project shares: limits, undefined values while parsing.
jinja::Ptr<jinja::Environment> make_environment(bool lenient_undefined);

// env_var(): raises Error 22023 for a secret where it may not be read, 42704 for a missing one.
std::string read_env(const Settings &settings, const std::string &name, const std::optional<std::string> &fallback, bool secrets);


}  // namespace mesh::core::project
