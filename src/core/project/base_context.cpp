#include "core/project/base_context.h"

#include <random>

#include "core/jinja/json.h"
#include "core/jinja/operators.h"
#include "core/jinja/template.h"
#include "core/jinja/text.h"
#include "core/near.h"
#include "core/project/base_functions.h"
#include "core/project/interrupt.h"
#include "core/project/manifest_json.h"
#include "core/project/modules.h"
#include "core/project/runtime_config.h"

namespace mesh::core::project {

namespace {

using jinja::Arguments;
using jinja::Dict;
using jinja::ErrorClass;
using jinja::Ptr;
using jinja::Value;

constexpr const char *secret_prefix = "DBT_ENV_SECRET";

Value env_var(const BaseOptions &options, Arguments &arguments) {
    auto given = jinja::bind("env_var", arguments, {{"var"}, {"default", Value()}});
    std::optional<std::string> fallback;
    if (!given[1].is_none()) fallback = jinja::to_text(given[1]);
    const std::string name = jinja::to_text(given[0]);
    const bool known = options.settings->env.contains(name);
    // a default keeps its type
    if (!known && fallback && name.rfind(secret_prefix, 0) != 0) return given[1];
    return Value(read_env(*options.settings, name, fallback, options.secrets));
}

[[noreturn]] void missing_var(const BaseOptions &options, const Vars &vars, const std::string &name) {
    const Json all = vars.all(options.package);
    jinja::TemplateError error(ErrorClass::compilation,
                               "Required var '" + name + "' not found in config:\nVars supplied to " + options.node_name + " = " +
                                   jinja::to_json(to_value(all), {.sort_keys = true, .indent = "    "}));
    error.sqlstate = "42704";
    std::vector<std::string> names;
    for (const auto &item : all.items()) names.push_back(item.key());
    error.hint = name_hint(name, names);
    throw error;
}

// A variable that is text with a template in it is rendered where it is used.
Value render_again(const Json &raw, Dict &context) {
    if (!raw.is_string()) return to_value(raw);
    const auto &text = raw.get_ref<const std::string &>();
    if (text.find('{') == std::string::npos) return Value(text);
    auto variables = jinja::make<jinja::Variables>(Ptr<Dict>(&context));
    return Value(jinja::Template::parse(text, "var")->render(variables, make_environment(false)));
}

// var(): called for a value, asked with has_var().
class VarFunction : public jinja::Object {
public:
    VarFunction(BaseOptions options, Ptr<Dict> context) : options_(std::move(options)), context_(std::move(context)) {}
    std::string type_name() const override { return "Var"; }
    bool callable() const override { return true; }
    void drop_contents() override { context_ = nullptr; }

    Value call(Arguments &arguments) override {
        auto given = jinja::bind("__call__", arguments, {{"var_name"}, {"default", Value::missing()}});
        const std::string name = jinja::to_text(given[0]);
        const Json *found = find(name);
        if (found && options_.var_mode == VarMode::plain) return to_value(*found);
        if (found) return render_again(*found, *context_);
        if (!given[1].is_missing()) return given[1];
        if (options_.var_mode == VarMode::none) return Value();
        missing_var(options_, vars(), name);
    }

    std::optional<Value> attribute(std::string_view name) override {
        if (name != "has_var") return std::nullopt;
        Ptr<VarFunction> self(this);
        return jinja::make_function("has_var", [self](Arguments &arguments) {
            auto given = jinja::bind("has_var", arguments, {{"var_name"}});
            return Value(self->find(jinja::to_text(given[0])) != nullptr);
        });
    }

private:
    const Vars &vars() const {
        if (options_.vars) return *options_.vars;
        if (!own_) own_.emplace(options_.settings->vars);
        return *own_;
    }
    const Json *find(const std::string &name) const { return vars().find(name, options_.package); }

    BaseOptions options_;
    Ptr<Dict> context_;
    mutable std::optional<Vars> own_;
};

Value logger(const char *function, const LogSink &sink, bool always) {
    return jinja::make_function(function, [function, sink, always](Arguments &arguments) {
        bool info = true;
        Value text;
        if (always) {
            text = jinja::bind(function, arguments, {{"msg"}})[0];
        } else {
            auto given = jinja::bind(function, arguments, {{"msg"}, {"info", Value(false)}});
            text = given[0];
            info = jinja::truth(given[1]);
        }
        if (sink) sink(jinja::to_text(text), info);
        return Value("");
    });
}

// DBT_ENV_CUSTOM_ENV_TEAM as TEAM.
Value metadata_envs(const Settings &settings) {
    constexpr std::string_view prefix = "DBT_ENV_CUSTOM_ENV_";
    auto dict = jinja::make<Dict>();
    for (const auto &[name, value] : settings.env)
        if (name.starts_with(prefix)) dict->set(Value(name.substr(prefix.size())), Value(value));
    return Value(dict);
}

std::uint64_t number_below(std::uint64_t limit) {
    static std::mt19937_64 generator{std::random_device{}()};
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(generator);
}

Value target_value(const Target &target) {
    Json all = target.all;
    all["profile_name"] = target.profile_name;
    all["target_name"] = all["name"] = target.name;
    return to_value(all);
}

void add_values(Dict &context, const BaseOptions &options) {
    const Settings &settings = *options.settings;
    const auto set = [&](const char *name, Value value) { context.set(Value(name), std::move(value)); };
    set("dbt_version", Value(kDbtVersion));
    set("invocation_id", settings.invocation_id.empty() ? Value() : Value(settings.invocation_id));
    set("run_started_at", make_datetime_utc(settings.started_at));
    set("thread_id", Value("MainThread"));
    set("dbt_metadata_envs", metadata_envs(settings));
    set("modules", make_modules());
    Json flags = settings.flags;
    flags.erase(invocation_arguments);
    set("flags", to_value(flags));
    if (options.target) set("target", target_value(*options.target));
    if (!options.project_name.empty()) set("project_name", Value(options.project_name));
}

}  // namespace

std::string read_env(const Settings &settings, const std::string &name, const std::optional<std::string> &fallback, bool secrets) {
    const auto fail = [](const char *state, const std::string &message, const std::string &hint) {
        jinja::TemplateError error(ErrorClass::compilation, message);
        error.sqlstate = state;
        error.hint = hint;
        throw error;
    };
    if (!secrets && name.rfind(secret_prefix, 0) == 0)
        fail("22023", "secret environment variable \"" + name + "\" cannot be read here",
             "Variables that begin with DBT_ENV_SECRET are read in profiles.yml and packages.yml only.");
    if (const auto found = settings.env.find(name); found != settings.env.end()) return found->second;
    if (!fallback)
        fail("42704", "environment variable required but not provided: '" + name + "'",
             "Set it, or give env_var() a default as its second argument.");
    return *fallback;
}

namespace {

void (*interrupt)() = nullptr;

}  // namespace

void set_interrupt(void (*check)()) {
    interrupt = check;
}

void check_interrupt() {
    if (interrupt != nullptr) interrupt();
}

Ptr<jinja::Environment> make_environment(bool lenient_undefined) {
    auto environment = jinja::make<jinja::Environment>();
    environment->interrupt = check_interrupt;
    environment->random = number_below;
    environment->lenient_undefined = lenient_undefined;
    return environment;
}

Ptr<jinja::Variables> make_base_context(const BaseOptions &options) {
    auto context = jinja::make<Dict>();
    add_values(*context, options);
    add_base_functions(*context);
    context->set(Value("log"), logger("log", options.log, false));
    context->set(Value("print"), logger("print", options.log, true));
    context->set(Value("env_var"), jinja::make_function("env_var", [options](Arguments &arguments) { return env_var(options, arguments); }));
    context->set(Value("var"), Value(jinja::make<VarFunction>(options, context)));
    context->set(Value("builtins"), Value(context->copy()));
    context->set(Value("context"), Value(context));
    return jinja::make<jinja::Variables>(context);
}

}  // namespace mesh::core::project
