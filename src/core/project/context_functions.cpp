// load_result, store_result, render and the other functions of dbt's provider context; var(); context and builtins.
#include "core/jinja/access.h"
#include "core/jinja/json.h"
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/agate.h"
#include "core/project/members.h"
#include "core/project/response.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

// A result once loaded is gone, as in dbt; but for that of "main".
Value load_result(Session &session, Arguments &arguments) {
    const std::string name = jinja::to_text(bind("load_result", arguments, {{"name"}})[0]);
    auto &results = session.frame().results;
    const auto at = results.find(name);
    if (at == results.end()) return Value();
    if (name == "main") return at->second;
    if (at->second.is_none())
        raise_compilation("The 'statement' result named '" + name + "' has already been loaded into a variable");
    return std::exchange(at->second, Value());
}

Value store(Session &session, const std::string &name, const Value &response, const Value &table) {
    const Value rows = table.object_as<Table>() ? table : Value(empty_table());
    auto result = jinja::make<jinja::Dict>();
    result->set(Value("response"), response);
    result->set(Value("data"), rows.object_as<Table>()->matrix());
    result->set(Value("table"), rows);
    session.frame().results[name] = Value(result);
    return Value("");
}

Value store_result(Session &session, Arguments &arguments) {
    const auto bound = bind("store_result", arguments, {{"name"}, {"response"}, {"agate_table", Value()}});
    return store(session, jinja::to_text(bound[0]), bound[1], bound[2]);
}

Value store_raw_result(Session &session, Arguments &arguments) {
    const auto bound = bind("store_raw_result", arguments,
                            {{"name"}, {"message", Value("")}, {"code", Value("")}, {"rows_affected", Value("")}, {"agate_table", Value()}});
    const Value response = make_response(jinja::to_text(bound[1]), jinja::to_text(bound[2]), bound[3]);
    return store(session, jinja::to_text(bound[0]), response, bound[4]);
}

Value try_or_compiler_error(Arguments &arguments) {
    if (arguments.positional.size() < 2) raise_compilation("try_or_compiler_error() takes a message and a function");
    const std::string message = jinja::to_text(arguments.positional[0]);
    const Value function = arguments.positional[1];
    arguments.positional.erase(arguments.positional.begin(), arguments.positional.begin() + 2);
    try {
        return function.object().call(arguments);
    } catch (const jinja::TemplateError &) {
        raise_compilation(message);
    }
}

// validation.any[...](): a check that the value is one of those given. Types are known by their names.
Value validate_any(Arguments &arguments) {
    return jinja::make_function("inner", [allowed = arguments.positional](Arguments &a) {
        const Value value = bind("inner", a, {{"value"}})[0];
        std::string list;
        for (const Value &one : allowed) {
            if (jinja::equal(one, value) || (one.is_undefined() && value.is_string())) return Value();
            list += (list.empty() ? "" : ",") + (one.is_undefined() ? std::string("<class 'str'>") : jinja::to_text(one));
        }
        raise_compilation("Expected value \"" + jinja::to_text(value) + "\" to be one of " + list);
    });
}

// var(): text with a template in it is rendered with all that the caller sees.
class Var : public jinja::Object {
public:
    Var(Session &session, const Vars &vars, Value base) : session_(session), vars_(vars), base_(std::move(base)) {}
    std::string type_name() const override { return "Var"; }
    bool callable() const override { return true; }
    Value call(Arguments &arguments) override {
        Arguments again = arguments;
        const auto bound = bind("__call__", arguments, {{"var_name"}, {"default", Value::missing()}});
        const Json *found = vars_.find(jinja::to_text(bound[0]), session_.frame().package);
        if (!found) return base_.object().call(again);
        return found->is_string() ? Value(session_.render(found->get<std::string>(), "var " + jinja::to_text(bound[0]))) : to_value(*found);
    }
    std::optional<Value> attribute(std::string_view name) override { return base_.object().attribute(name); }
    void drop_contents() override { base_ = Value(); }

private:
    Session &session_;
    const Vars &vars_;
    Value base_;
};

// `context`: every name by its item; `builtins` is the same without macros.
class ContextDict : public jinja::Object {
public:
    ContextDict(Session &session, bool with_macros) : session_(session), with_macros_(with_macros) {}
    std::string type_name() const override { return "dict"; }
    bool mapping() const override { return true; }
    bool has_items() const override { return true; }
    bool truth() const override { return true; }
    std::optional<bool> contains(const Value &key) override { return item(key).has_value(); }
    std::optional<Value> item(const Value &key) override {
        Value value;
        if (!key.is_string() || !session_.find(key.text(), value, with_macros_)) return std::nullopt;
        return value;
    }
    jinja::Ptr<jinja::Iterator> iterate() override { return jinja::iterate(keys()); }
    std::optional<Value> attribute(std::string_view name) override;

private:
    Value keys() const {
        std::vector<Value> all;
        for (const std::string &name : session_.names()) all.emplace_back(name);
        return Value(std::move(all));
    }
    Value update(Arguments &arguments);

    Session &session_;
    bool with_macros_;
};

std::optional<Value> ContextDict::attribute(std::string_view name) {
    const jinja::Ptr<ContextDict> self(this);
    if (name == "get")
        return jinja::make_function("get", [self](Arguments &a) {
            const auto bound = bind("get", a, {{"key"}, {"default", Value()}});
            return self->item(bound[0]).value_or(bound[1]);
        });
    if (name == "keys") return jinja::make_function("keys", [self](Arguments &) { return self->keys(); });
    if (name == "update") return jinja::make_function("update", [self](Arguments &a) { return self->update(a); });
    if (name == "items")
        return jinja::make_function("items", [self](Arguments &) {
            std::vector<Value> pairs;
            for (const std::string &key : self->session_.names())
                if (auto value = self->item(Value(key))) pairs.push_back(Value::tuple({Value(key), *value}));
            return Value(std::move(pairs));
        });
    return std::nullopt;
}

Value ContextDict::update(Arguments &arguments) {
    auto &extra = *session_.frame().extra;
    for (const Value &one : arguments.positional)
        if (one.is(jinja::Kind::dict))
            for (std::size_t place = 0; const auto *entry = one.dict().next(place); ++place) extra.set(entry->key, entry->value);
    for (const auto &[name, value] : arguments.named) extra.set(Value(name), value);
    return Value();
}

}  // namespace

Value make_var(Session &session, const Vars &vars, const Value &base_var) {
    return Value(jinja::make<Var>(session, vars, base_var));
}

Value make_context_dict(Session &session, bool with_macros) {
    return Value(jinja::make<ContextDict>(session, with_macros));
}

void add_functions(jinja::Dict &members, Session &session) {
    const auto add = [&](const char *name, jinja::Function::Body body) {
        members.set(Value(name), jinja::make_function(name, std::move(body)));
    };
    add("load_result", [&session](Arguments &a) { return load_result(session, a); });
    add("store_result", [&session](Arguments &a) { return store_result(session, a); });
    add("store_raw_result", [&session](Arguments &a) { return store_raw_result(session, a); });
    add("write", [](Arguments &a) { return bind("write", a, {{"payload"}}), Value(""); });
    add("try_or_compiler_error", [](Arguments &a) { return try_or_compiler_error(a); });
    add("render", [&session](Arguments &a) {
        return Value(session.render(jinja::to_text(bind("render", a, {{"string"}})[0]), "render"));
    });
    add("adapter_macro", [](Arguments &) -> Value {
        raise_compilation("The \"adapter_macro\" macro has been deprecated. Instead, use the `adapter.dispatch` method to find a "
                          "macro and call the result.");
    });
    add("submit_python_job", [](Arguments &) -> Value { raise_compilation("python models are not supported on PostgreSQL"); });
    add("load_agate_table", [&session](Arguments &) { return load_seed(session); });
    auto validation = jinja::make<jinja::Dict>();
    validation->set(Value("any"), jinja::make_function("validate_any", validate_any));
    members.set(Value("validation"), Value(validation));
}

}  // namespace mesh::core::project
