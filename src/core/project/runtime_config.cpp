#include "core/project/runtime_config.h"

#include "core/text.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

Value with_to_dict(const Json &content) {
    auto dict = jinja::make<jinja::Dict>();
    dict->set(Value("to_dict"), jinja::make_function("to_dict", [content](jinja::Arguments &) { return to_value(content); }));
    return Value(dict);
}

Json dependencies(const Manifest &manifest) {
    Json out = Json::object();
    for (const Package &package : manifest.packages) out[package.name] = {{"project_name", package.name}, {"version", package.version}};
    return out;
}

}  // namespace

Value make_runtime_config(const Session &session) {
    const Manifest &manifest = session.manifest();
    auto dict = jinja::make<jinja::Dict>();
    const auto set = [&](const char *name, Value value) { dict->set(Value(name), std::move(value)); };
    set("project_name", Value(manifest.project_name));
    set("profile_name", Value(manifest.target.profile_name));
    set("target_name", Value(manifest.target.name));
    set("vars", with_to_dict(manifest.packages.empty() ? Json::object() : manifest.packages.front().project.value("vars", Json::object())));
    set("cli_vars", to_value(session.settings().vars));
    set("args", arguments_value(session.settings()));
    set("dependencies", to_value(dependencies(manifest)));
    return Value(dict);
}

void leave_out_off(Json &arguments) {
    for (const char *option : {"debug", "full_refresh", "fail_fast", "warn_error", "store_failures"})
        if (arguments.value(option, Json()) == false) arguments.erase(option);
}

Value arguments_value(const Settings &settings) {
    Json all = settings.flags.value(invocation_arguments, Json::object());
    for (const auto &[name, value] : settings.flags.items())
        if (name != invocation_arguments) all[lowered(name)] = value;
    leave_out_off(all);
    all["vars"] = settings.vars;
    return to_value(all);
}

}  // namespace mesh::core::project
