#include "core/project/relation_methods.h"

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/text.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Ptr;
using jinja::Value;

namespace {

constexpr const char *part_names[] = {"database", "schema", "identifier"};

using Method = Value (*)(const Relation &, Arguments &);

struct NamedMethod {
    const char *name;
    Method body;
};

std::optional<std::string> part_text(const Value &value, const char *part) {
    if (value.is_none() || value.is_missing()) return std::nullopt;
    if (value.is_string()) return value.text();
    raise(jinja::ErrorClass::compilation, std::string("Got an invalid path ") + part + ": " + jinja::to_text(value));
}

// The three named arguments that quote(), include() and replace_path() take; none and missing leave a policy as it is.
std::vector<Value> three_parts(const char *function, Arguments &arguments, const Value &fallback) {
    return bind(function, arguments, {{"database", fallback}, {"schema", fallback}, {"identifier", fallback}});
}

void change_policy(Policy &policy, const std::vector<Value> &parts) {
    for (std::size_t i = 0; i < 3; ++i)
        if (!parts[i].is_none() && !parts[i].is_missing()) policy[i] = jinja::truth(parts[i]);
}

// A dict of {"database", "schema", "identifier"}: merged into what is there.
void merge_policy(Policy &policy, const Value &value) {
    if (!value.is(jinja::Kind::dict)) return;
    for (std::size_t i = 0; i < 3; ++i)
        if (const Value *part = value.dict().find(std::string_view(part_names[i])); part && !part->is_none())
            policy[i] = jinja::truth(*part);
}

void merge_path(RelationFields &fields, const Value &value) {
    if (!value.is(jinja::Kind::dict)) return;
    for (int i = 0; i < 3; ++i)
        if (const Value *part = value.dict().find(std::string_view(part_names[i]))) fields.path[i] = part_text(*part, part_names[i]);
}

void change_field(RelationFields &fields, const std::string &name, const Value &value) {
    if (name == "path") merge_path(fields, value);
    else if (name == "type") fields.type = value.is_string() ? value.text() : "";
    else if (name == "quote_policy") merge_policy(fields.quote, value);
    else if (name == "include_policy") merge_policy(fields.include, value);
    else if (name == "limit") fields.limit = value.is_none() ? std::nullopt : std::optional<long>(to_index(value));
    else if (name == "dbt_created") fields.dbt_created = jinja::truth(value);
    else if (name == "require_alias") fields.require_alias = jinja::truth(value);
}

Value quote(const Relation &self, Arguments &arguments) {
    RelationFields fields = self.fields();
    change_policy(fields.quote, three_parts("quote", arguments, Value()));
    return make_relation(std::move(fields));
}

Value include(const Relation &self, Arguments &arguments) {
    RelationFields fields = self.fields();
    change_policy(fields.include, three_parts("include", arguments, Value()));
    return make_relation(std::move(fields));
}

Value replace_path(const Relation &self, Arguments &arguments) {
    RelationFields fields = self.fields();
    const auto parts = three_parts("replace_path", arguments, Value::missing());
    for (std::size_t i = 0; i < 3; ++i)
        if (!parts[i].is_missing()) fields.path[i] = part_text(parts[i], part_names[i]);
    return make_relation(std::move(fields));
}

Value incorporate(const Relation &self, Arguments &arguments) {
    return relation_from(self.fields(), arguments);
}

Value without_identifier(const Relation &self, Arguments &) {
    RelationFields fields = self.fields();
    fields.include[2] = false;
    fields.path[2].reset();
    return make_relation(std::move(fields));
}

Value information_schema(const Relation &self, Arguments &arguments) {
    const Value view = bind("information_schema", arguments, {{"view_name", Value()}})[0];
    RelationFields fields = self.fields();
    fields.information_schema = true;
    fields.type = "view";
    fields.path[1].reset();
    fields.path[2] = "INFORMATION_SCHEMA";
    fields.include = {fields.path[0].has_value(), false, true};
    fields.quote[2] = false;
    fields.limit.reset();
    fields.event_time.reset();
    if (view.is_string()) fields.information_schema_view = view.text();
    return make_relation(std::move(fields));
}

Value render(const Relation &self, Arguments &) {
    return Value(self.render());
}

std::string stripped(std::string name) {
    while (name.starts_with('"')) name.erase(0, 1);
    while (name.ends_with('"')) name.pop_back();
    return name;
}

// Whether every part given is this relation's. One that differs in case only is an error, as in dbt.
Value matches(const Relation &self, Arguments &arguments) {
    const auto parts = three_parts("matches", arguments, Value());
    bool asked = false, exact = true, approximate = true;
    for (std::size_t i = 0; i < 3; ++i) {
        const auto wanted = part_text(parts[i], part_names[i]);
        if (!wanted) continue;
        asked = true;
        const std::string own = self.fields().path[i].value_or("");
        const bool folds = self.fields().dbt_created && !self.fields().quote[i];
        if (folds ? lowered(own) != lowered(*wanted) : own != *wanted) exact = false;
        if (stripped(lowered(own)) != stripped(lowered(*wanted))) approximate = false;
    }
    if (!asked) raise(jinja::ErrorClass::compilation, "Tried to match relation, but no search path was passed!");
    if (approximate && !exact)
        raise(jinja::ErrorClass::compilation,
              "When searching for a relation, dbt found an approximate match. Instead of guessing which relation to use, "
              "dbt will move on. Please delete " + self.render() + ", or rename it to be less ambiguous.");
    return Value(exact);
}

// Mapping.get; dbt_utils asks for "metadata".
Value get(const Relation &self, Arguments &arguments) {
    const auto bound = bind("get", arguments, {{"key"}, {"default", Value()}});
    if (bound[0].is_string() && bound[0].text() == "metadata") {
        auto metadata = jinja::make<jinja::Dict>();
        metadata->set(Value("type"), Value(self.type_name()));
        return Value(metadata);
    }
    auto found = const_cast<Relation &>(self).item(bound[0]);
    return found ? *found : bound[1];
}

Value to_dict(const Relation &self, Arguments &) {
    auto dict = jinja::make<jinja::Dict>();
    auto &relation = const_cast<Relation &>(self);
    for (const char *name : {"path", "type", "quote_character", "include_policy", "quote_policy", "dbt_created",
                             "limit", "require_alias", "catalog"})
        dict->set(Value(name), *relation.attribute(name));
    return Value(dict);
}

Value quoted(const Relation &, Arguments &arguments) {
    return Value('"' + jinja::to_text(bind("quoted", arguments, {{"identifier"}})[0]) + '"');
}

Value name_length(const Relation &, Arguments &) {
    return Value(63);
}

// {"language", "type", ...} of a function's node, none of another; and the macro that makes the statement for it.
Value function_config(const Relation &, Arguments &arguments) {
    const Value model = arguments.positional.empty() ? arguments.take("model") : arguments.positional[0];
    const auto text = [](const Value &dict, const char *key) {
        const Value *found = dict.is(jinja::Kind::dict) ? dict.dict().find(std::string_view(key)) : nullptr;
        return found ? *found : Value();
    };
    const Value config = text(model, "config"), type = text(model, "resource_type");
    if (!type.is_string() || type.text() != "function") return Value();
    auto out = jinja::make<jinja::Dict>();
    out->set(Value("language"), text(model, "language"));
    for (const char *key : {"type", "runtime_version", "entry_point"}) out->set(Value(key), text(config, key));
    return Value(out);
}

Value function_macro_name(const Relation &, Arguments &arguments) {
    const Value config = arguments.positional.empty() ? arguments.take("config") : arguments.positional[0];
    const auto text = [&](const char *key) {
        const Value *found = config.is(jinja::Kind::dict) ? config.dict().find(std::string_view(key)) : nullptr;
        return found && found->is_string() ? found->text() : std::string();
    };
    return Value(text("type") + "_function_" + text("language"));
}

constexpr NamedMethod methods[] = {
    {"get_function_config", function_config},
    {"get_function_macro_name", function_macro_name},
    {"render", render},
    {"quote", quote},
    {"include", include},
    {"incorporate", incorporate},
    {"replace", incorporate},
    {"replace_path", replace_path},
    {"without_identifier", without_identifier},
    {"information_schema", information_schema},
    {"information_schema_only", information_schema},
    {"matches", matches},
    {"get", get},
    {"to_dict", to_dict},
    {"quoted", quoted},
    {"relation_max_name_length", name_length},
    {"render_limited", [](const Relation &self, Arguments &) { return Value(self.str()); }},
};

Value create(const Json &quoting, Arguments &arguments) {
    RelationFields fields;
    fields.quote = policy_from(quoting, fields.quote);
    const char *names[] = {"database", "schema", "identifier", "type"};
    for (std::size_t i = 0; i < arguments.positional.size() && i < 4; ++i)
        arguments.named.emplace_back(names[i], arguments.positional[i]);
    Arguments rest;
    for (const auto &[name, value] : arguments.named) {
        bool is_part = false;
        for (int i = 0; i < 3; ++i)
            if (name == part_names[i]) {
                fields.path[i] = part_text(value, part_names[i]);
                is_part = true;
            }
        if (!is_part) rest.named.emplace_back(name, value);
    }
    return relation_from(std::move(fields), rest);
}

Value scd_args(Arguments &arguments) {
    const auto bound = bind("scd_args", arguments, {{"primary_key"}, {"updated_at"}});
    std::vector<Value> items;
    if (const auto *keys = bound[0].sequence()) items = *keys;
    else items.push_back(bound[0]);
    items.push_back(bound[1]);
    return Value(std::move(items));
}

// The class itself.
class RelationClass : public jinja::Object {
public:
    explicit RelationClass(Json quoting) : quoting_(std::move(quoting)) {}
    std::string type_name() const override { return "RelationProxy"; }

    std::optional<Value> attribute(std::string_view name) override {
        if (name == "create") {
            return jinja::make_function("create", [quoting = quoting_](Arguments &a) { return create(quoting, a); });
        }
        if (name == "scd_args") return jinja::make_function("scd_args", scd_args);
        if (name == "add_ephemeral_prefix")
            return jinja::make_function("add_ephemeral_prefix", [](Arguments &a) {
                return Value(cte_name(jinja::to_text(bind("add_ephemeral_prefix", a, {{"name"}})[0])));
            });
        return relation_constant(name);
    }

private:
    Json quoting_;
};

}  // namespace

std::optional<Value> relation_method(const Ptr<Relation> &relation, std::string_view name) {
    for (const NamedMethod &method : methods)
        if (name == method.name)
            return jinja::make_function(method.name, [relation, body = method.body](Arguments &arguments) {
                return body(*relation, arguments);
            });
    if (name == "create") return jinja::make_function("create", [](Arguments &a) { return create(Json(), a); });
    return std::nullopt;
}

std::optional<Value> relation_constant(std::string_view name) {
    if (name == "Table") return Value("table");
    if (name == "View") return Value("view");
    if (name == "CTE") return Value("cte");
    if (name == "External") return Value("external");
    if (name == "MaterializedView") return Value("materialized_view");
    if (name == "PointerTable") return Value("pointer_table");
    if (name == "Function") return Value("function");
    if (name != "get_relation_type") return std::nullopt;
    auto types = jinja::make<jinja::Dict>();
    for (const char *one : {"Table", "View", "CTE", "External", "MaterializedView", "PointerTable", "Function"})
        types->set(Value(one), *relation_constant(one));
    return Value(types);
}

Value relation_from(RelationFields fields, const Arguments &changes) {
    for (const auto &[name, value] : changes.named) change_field(fields, name, value);
    return make_relation(std::move(fields));
}

Value make_relation_class(const Json &quoting) {
    return Value(jinja::make<RelationClass>(quoting));
}

}  // namespace mesh::core::project
