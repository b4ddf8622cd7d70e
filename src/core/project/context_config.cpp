// config: calls are recorded while parsing; in a run it reads the node's settings.
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/members.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

// "pre_hook" is "pre-hook" in dbt_project.yml and in the node.
Json with_hook_names(Json options) {
    for (const char *kind : {"pre", "post"}) {
        const std::string old_name = std::string(kind) + "_hook", name = std::string(kind) + "-hook";
        if (!options.contains(old_name)) continue;
        if (options.contains(name))
            raise_compilation("config got conflicting keys: '" + old_name + "' and '" + name + "'; only one may be given");
        options[name] = options[old_name];
        options.erase(old_name);
    }
    return options;
}

class Config : public jinja::Object {
public:
    explicit Config(Session &session) : session_(session) {}
    std::string type_name() const override {
        return parsing() ? "ParseConfigObject" : "RuntimeConfigObject";
    }
    bool callable() const override { return true; }
    Value call(Arguments &arguments) override;
    std::optional<Value> attribute(std::string_view name) override;

private:
    bool parsing() const { return session_.frame().phase == Phase::parse; }
    void record(const Json &options);
    std::optional<Value> lookup(const std::string &name, bool meta) const;
    Value get(Arguments &arguments, bool meta) const;
    Value require(Arguments &arguments, bool meta) const;
    Value persist(const char *what) const;
    static void validate(const Value &validator, const Value &value);

    Session &session_;
};

Value Config::call(Arguments &arguments) {
    if (!parsing()) return Value("");
    Json options = Json::object();
    if (arguments.positional.size() == 1 && arguments.named.empty()) {
        options = to_json_value(arguments.positional[0]);
    } else if (arguments.positional.empty() && !arguments.named.empty()) {
        for (const auto &[name, value] : arguments.named) options[name] = to_json_value(value);
    } else {
        raise_compilation("Invalid inline model config");
    }
    if (!options.is_object()) raise_compilation("Invalid inline model config");
    record(with_hook_names(std::move(options)));
    return Value("");
}

void Config::record(const Json &options) {
    ParsedText *found = session_.frame().found;
    if (!found) return;
    found->config_calls.push_back(options);
    found->unrendered_config_calls.push_back(options);
}

// Of the node, with dbt's aliases for its keys; in meta when that is asked for.
std::optional<Value> Config::lookup(const std::string &name, bool meta) const {
    const Node *node = session_.frame().node;
    if (!node) return std::nullopt;
    const Json *config = &node->config;
    if (meta) {
        const auto at = config->find("meta");
        if (at == config->end() || !at->is_object()) return std::nullopt;
        config = &*at;
    }
    auto at = config->find(name);
    if (at == config->end() && name == "pre_hook") at = config->find("pre-hook");
    if (at == config->end() && name == "post_hook") at = config->find("post-hook");
    if (at == config->end()) return std::nullopt;
    return to_value(*at);
}

Value Config::get(Arguments &arguments, bool meta) const {
    const auto bound = bind("get", arguments, {{"name"}, {"default", Value()}, {"validator", Value()}});
    if (parsing()) return Value("");
    const Value value = lookup(jinja::to_text(bound[0]), meta).value_or(bound[1]);
    if (!bound[1].is_none()) validate(bound[2], value);
    return value;
}

Value Config::require(Arguments &arguments, bool meta) const {
    const auto bound = bind("require", arguments, {{"name"}, {"validator", Value()}});
    if (parsing()) return Value("");
    const std::string name = jinja::to_text(bound[0]);
    const auto value = lookup(name, meta);
    if (!value) raise_compilation("Model '" + subject_of(session_.frame()) + "' does not define a required config parameter '" + name + "'.");
    validate(bound[1], *value);
    return *value;
}

void Config::validate(const Value &validator, const Value &value) {
    if (validator.is_none()) return;
    Arguments arguments{{value}};
    validator.object().call(arguments);
}

Value Config::persist(const char *what) const {
    if (parsing()) return Value(false);
    const auto persist = lookup("persist_docs", false);
    if (!persist || persist->is_none()) return Value(false);
    if (!persist->is(jinja::Kind::dict))
        raise_compilation("Invalid value provided for 'persist_docs'. Expected dict but received " + jinja::type_name(*persist));
    const Value *value = persist->dict().find(std::string_view(what));
    return value ? *value : Value(false);
}

std::optional<Value> Config::attribute(std::string_view name) {
    const jinja::Ptr<Config> self(this);
    if (name == "get" || name == "meta_get")
        return jinja::make_function("get", [self, meta = name == "meta_get"](Arguments &a) { return self->get(a, meta); });
    if (name == "require" || name == "meta_require")
        return jinja::make_function("require", [self, meta = name == "meta_require"](Arguments &a) { return self->require(a, meta); });
    if (name == "set")
        return jinja::make_function("set", [self](Arguments &a) {
            const auto bound = bind("set", a, {{"name"}, {"value"}});
            Arguments call;
            call.named.emplace_back(jinja::to_text(bound[0]), bound[1]);
            return self->call(call);
        });
    if (name == "persist_relation_docs")
        return jinja::make_function("persist_relation_docs", [self](Arguments &) { return self->persist("relation"); });
    if (name == "persist_column_docs")
        return jinja::make_function("persist_column_docs", [self](Arguments &) { return self->persist("columns"); });
    if (name == "model") return to_value(nullptr);
    return std::nullopt;
}

}  // namespace

Value make_config(Session &session) {
    return Value(jinja::make<Config>(session));
}

}  // namespace mesh::core::project
