// adapter.quote, constraints as DDL, indexes and grants: what only makes text or data.
#include <chrono>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/digest.h"
#include "core/project/adapter.h"
#include "core/project/agate.h"
#include "core/project/members.h"
#include "core/project/relation.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

std::string quoted(const Value &identifier) {
    return '"' + jinja::to_text(identifier) + '"';
}

Value quote(Session &, Arguments &a) {
    return Value(quoted(bind("quote", a, {{"identifier"}})[0]));
}

Value quote_as_configured(Session &session, Arguments &a) {
    const auto bound = bind("quote_as_configured", a, {{"identifier"}, {"quote_key"}});
    static constexpr const char *keys[] = {"database", "schema", "identifier"};
    const Policy policy = policy_from(session.quoting(), {true, true, true});
    for (std::size_t i = 0; i < 3; ++i)
        if (jinja::to_text(bound[1]) == keys[i] && policy[i]) return Value(quoted(bound[0]));
    return bound[0];
}

Value quote_seed_column(Session &, Arguments &a) {
    const auto bound = bind("quote_seed_column", a, {{"column"}, {"quote_config"}});
    if (!bound[1].is(jinja::Kind::boolean) && !bound[1].is_none())
        raise_compilation("The seed configuration value of \"quote_columns\" has an invalid type " + jinja::type_name(bound[1]));
    return bound[1].is_none() || bound[1].boolean() ? Value(quoted(bound[0])) : bound[0];
}

std::string text_of(const Value &dict, const char *key) {
    const auto value = jinja::subscript(dict, Value(key));
    return value && !value->is_none() ? jinja::to_text(*value) : "";
}

std::string list_of(const Value &dict, const char *key) {
    std::string out;
    const auto value = jinja::subscript(dict, Value(key));
    if (!value || value->is_none()) return out;
    for (const Value &one : jinja::to_list(*value)) out += (out.empty() ? "" : ", ") + jinja::to_text(one);
    return out;
}

std::string check_type(const Value &constraint) {
    static const char *known[] = {"check", "not_null", "unique", "primary_key", "foreign_key", "custom"};
    const std::string type = text_of(constraint, "type");
    for (const char *one : known)
        if (type == one) return type;
    raise_compilation("Could not parse constraint: " + jinja::repr(constraint));
}

// Empty: nothing to write.
std::string column_constraint(const Value &constraint) {
    const std::string type = check_type(constraint), expression = text_of(constraint, "expression");
    const std::string tail = expression.empty() ? "" : " " + expression;
    if (type == "check") return expression.empty() ? "" : "check (" + expression + ")";
    if (type == "not_null") return "not null" + tail;
    if (type == "unique") return "unique" + tail;
    if (type == "primary_key") return "primary key" + tail;
    if (type == "custom") return expression;
    const std::string to = text_of(constraint, "to"), columns = list_of(constraint, "to_columns");
    if (!to.empty() && !columns.empty()) return "references " + to + " (" + columns + ")";
    return expression.empty() ? "" : "references " + expression;
}

std::string model_constraint(const Value &constraint) {
    const std::string type = check_type(constraint), expression = text_of(constraint, "expression"), name = text_of(constraint, "name");
    const std::string prefix = name.empty() ? "" : "constraint " + name + " ", tail = expression.empty() ? "" : " " + expression;
    const std::string columns = list_of(constraint, "columns");
    if (type == "check") return expression.empty() ? "" : prefix + "check (" + expression + ")";
    if (type == "unique") return prefix + "unique" + tail + " (" + columns + ")";
    if (type == "primary_key") return prefix + "primary key" + tail + " (" + columns + ")";
    if (type == "custom") return expression.empty() ? "" : prefix + expression;
    if (type != "foreign_key") return "";
    const std::string to = text_of(constraint, "to"), to_columns = list_of(constraint, "to_columns");
    const std::string start = prefix + "foreign key (" + columns + ") references ";
    if (!to.empty() && !to_columns.empty()) return start + to + " (" + to_columns + ")";
    return expression.empty() ? "" : start + expression;
}

Value render_raw_columns_constraints(Session &, Arguments &a) {
    const Value columns = bind("render_raw_columns_constraints", a, {{"raw_columns"}})[0];
    std::vector<Value> lines;
    if (!columns.is(jinja::Kind::dict)) return Value(std::move(lines));
    for (const Value &column : columns.dict().values()) {
        const auto quote = jinja::subscript(column, Value("quote"));
        const std::string name = text_of(column, "name");
        std::string line = (quote && jinja::truth(*quote) ? '"' + name + '"' : name) + " " + text_of(column, "data_type");
        if (const auto constraints = jinja::subscript(column, Value("constraints")); constraints && !constraints->is_none())
            for (const Value &one : jinja::to_list(*constraints))
                if (const std::string text = column_constraint(one); !text.empty()) line += " " + text;
        lines.emplace_back(std::move(line));
    }
    return Value(std::move(lines));
}

Value render_raw_model_constraints(Session &, Arguments &a) {
    std::vector<Value> lines;
    for (const Value &one : jinja::to_list(bind("render_raw_model_constraints", a, {{"raw_constraints"}})[0]))
        if (const std::string text = model_constraint(one); !text.empty()) lines.emplace_back(text);
    return Value(std::move(lines));
}

std::string utc_now() {
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    return std::to_string(now.time_since_epoch().count());
}

// An entry of the indexes setting.
class IndexConfig : public jinja::Object {
public:
    IndexConfig(std::vector<Value> columns, bool unique, Value type) : columns_(std::move(columns)), unique_(unique), type_(std::move(type)) {}
    std::string type_name() const override { return "PostgresIndexConfig"; }
    std::optional<Value> attribute(std::string_view name) override {
        if (name == "columns") return Value(columns_);
        if (name == "unique") return Value(unique_);
        if (name == "type") return type_;
        if (name != "render") return std::nullopt;
        return jinja::make_function("render", [self = jinja::Ptr<IndexConfig>(this)](Arguments &a) {
            return Value(self->name_for(bind("render", a, {{"relation"}})[0]));
        });
    }
    void drop_contents() override { columns_.clear(), type_ = Value(); }

private:
    // The time makes it new for each build, so that an old table's index is not in the way.
    std::string name_for(const Value &relation) const {
        std::string text;
        for (const Value &column : columns_) text += jinja::to_text(column) + "_";
        const auto *object = relation.object_as<Relation>();
        return md5(text + (object ? object->render() : jinja::to_text(relation)) + (unique_ ? "_True_" : "_False_") + jinja::to_text(type_) + "_" + utc_now());
    }

    std::vector<Value> columns_;
    bool unique_;
    Value type_;
};

Value parse_index(Session &, Arguments &a) {
    const Value raw = bind("parse_index", a, {{"raw_index"}})[0];
    if (raw.is_none()) return Value();
    if (!raw.is(jinja::Kind::dict)) raise_compilation("Invalid index config:\n  Got: " + jinja::to_text(raw) + "\n  Expected a dictionary with at minimum a \"columns\" key");
    const auto columns = jinja::subscript(raw, Value("columns"));
    if (!columns || !columns->sequence()) raise_compilation("Could not parse index config: 'columns' is a required property.");
    const auto unique = jinja::subscript(raw, Value("unique")), type = jinja::subscript(raw, Value("type"));
    return Value(jinja::make<IndexConfig>(*columns->sequence(), unique && jinja::truth(*unique), type.value_or(Value())));
}

// {privilege: [grantees]} of a table of grantee and privilege_type.
Value standardize_grants_dict(Session &, Arguments &a) {
    const Value table = bind("standardize_grants_dict", a, {{"grants_table"}})[0];
    auto grants = jinja::make<jinja::Dict>();
    for (const Value &row : jinja::to_list(table)) {
        const auto grantee = jinja::subscript(row, Value("grantee")), privilege = jinja::subscript(row, Value("privilege_type"));
        if (!grantee || !privilege) raise(jinja::ErrorClass::key, "'grantee'");
        if (const Value *list = grants->find(*privilege)) list->list().items.push_back(*grantee);
        else grants->set(*privilege, Value(std::vector<Value>{*grantee}));
    }
    return Value(grants);
}

}  // namespace

const std::vector<AdapterEntry> &adapter_render_methods() {
    static const std::vector<AdapterEntry> methods = {
        {"quote", quote},
        {"quote_as_configured", quote_as_configured},
        {"quote_seed_column", quote_seed_column},
        {"render_raw_columns_constraints", render_raw_columns_constraints},
        {"render_raw_model_constraints", render_raw_model_constraints},
        {"parse_index", parse_index},
        {"standardize_grants_dict", standardize_grants_dict},
    };
    return methods;
}

}  // namespace mesh::core::project
