#include "cli/render.h"

#include "cli/text.h"
#include "core/jinja/json.h"
#include "core/near.h"
#include "core/project/base_context.h"

namespace mesh::cli {
namespace {

using namespace core::jinja;

std::string missing_variable(const std::string &name, const Environment &environment) {
    std::vector<std::string> names;
    for (const auto &[known, value] : environment) names.push_back(known);
    const auto close = core::near(name, names);
    return "Set it, or give env_var() a default." + (close.empty() ? "" : " " + core::name_hint(name, close));
}

Value make_env_var(const Environment &environment, bool secrets) {
    return make_function("env_var", [&environment, secrets](Arguments &arguments) -> Value {
        const auto values = bind("env_var", arguments, {{"var"}, {"default", Value()}});
        const std::string name = values[0].is_string() ? values[0].text() : "";
        if (starts_with(name, "DBT_ENV_SECRET") && !secrets)
            refuse("secret environment variable \"" + name + "\" is not allowed here", "Secrets can be read in profiles.yml and packages.yml only.");
        if (const auto found = environment.find(name); found != environment.end()) return Value(found->second);
        if (!values[1].is_none()) return values[1];
        throw Error("42704", "Env var required but not provided: '" + name + "'", "", missing_variable(name, environment));
    });
}

Value make_var(const Json &vars) {
    return make_function("var", [&vars](Arguments &arguments) -> Value {
        const auto values = bind("var", arguments, {{"name"}, {"default", Value()}});
        const std::string name = values[0].is_string() ? values[0].text() : "";
        if (vars.contains(name)) return from_json(vars[name].dump()).value_or(Value());
        if (!values[1].is_none()) return values[1];
        throw Error("42704", "Required var '" + name + "' not found in config", "", "Give it with --vars, or give var() a default.");
    });
}

}  // namespace

Renderer::Renderer(const Environment &environment, const Json &vars, bool secrets)
    : settings_(make<core::jinja::Environment>()), known_(std::make_shared<core::project::Settings>()) {
    core::project::BaseOptions base;
    base.settings = known_.get();
    context_ = core::project::make_base_context(base);
    context_->set("env_var", make_env_var(environment, secrets));
    context_->set("var", make_var(vars));
}

Json Renderer::render(const Json &value, const std::string &path) const {
    if (value.is_string()) return render_text(value.get<std::string>(), path);
    Json result = value;
    for (auto item = result.begin(); item != result.end() && value.is_structured(); ++item) {
        const std::string key = value.is_object() ? item.key() : std::to_string(item - result.begin());
        item.value() = render(item.value(), path.empty() ? key : path + "." + key);
    }
    return result;
}

Json Renderer::render_text(const std::string &text, const std::string &path) const {
    if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos && text.find("{#") == std::string::npos) return text;
    try {
        const Value value = Template::parse(text, path)->render_native(context_, settings_);
        return Json::parse(to_json(value));
    } catch (Error &error) {
        error.detail = "In " + (path.empty() ? "the text" : path) + ": " + text + "." + (error.detail.empty() ? "" : "\n" + error.detail);
        throw;
    }
}

}  // namespace mesh::cli
