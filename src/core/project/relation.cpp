#include "core/project/relation.h"

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/names.h"
#include "core/project/relation_methods.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

constexpr std::size_t longest_name = 63;

Value optional_text(const std::optional<std::string> &text) {
    return text ? Value(*text) : Value();
}

Value parts_dict(const Value &database, const Value &schema, const Value &identifier) {
    auto dict = jinja::make<jinja::Dict>();
    dict->set(Value("database"), database);
    dict->set(Value("schema"), schema);
    dict->set(Value("identifier"), identifier);
    return Value(dict);
}

Value policy_dict(const Policy &policy) {
    return parts_dict(Value(policy[0]), Value(policy[1]), Value(policy[2]));
}

std::string filter_condition(const EventTimeFilter &filter) {
    std::string text;
    if (!filter.start.empty()) text = filter.field + " >= '" + filter.start + "'";
    if (!filter.end.empty()) text += (text.empty() ? "" : " and ") + filter.field + " < '" + filter.end + "'";
    return text;
}

}  // namespace

Policy policy_from(const Json &json, Policy policy) {
    static constexpr const char *names[] = {"database", "schema", "identifier"};
    if (!json.is_object()) return policy;
    for (int i = 0; i < 3; ++i)
        if (auto at = json.find(names[i]); at != json.end() && at->is_boolean())
            policy[static_cast<std::size_t>(i)] = at->get<bool>();
    return policy;
}

Relation::Relation(RelationFields fields) : fields_(std::move(fields)) {
    if (!fields_.type.empty() && !fields_.information_schema && fields_.path[2] &&
        jinja::Str(*fields_.path[2]).length() > longest_name)
        raise(jinja::ErrorClass::compilation, "Relation name '" + *fields_.path[2] + "' is longer than 63 characters");
}

std::string Relation::type_name() const {
    return fields_.information_schema ? "InformationSchema" : "PostgresRelation";
}

const std::string &Relation::text(int part) const {
    static const std::string none;
    return fields_.path[part] ? *fields_.path[part] : none;
}

std::string Relation::render() const {
    std::string out;
    const auto append = [&](const std::string &part) { out += (out.empty() ? "" : ".") + part; };
    for (std::size_t i = 0; i < 3; ++i)
        if (fields_.include[i] && fields_.path[i]) append(fields_.quote[i] ? in_quotes(*fields_.path[i]) : *fields_.path[i]);
    if (fields_.information_schema_view) append(*fields_.information_schema_view);
    return out;
}

std::string Relation::str() const {
    std::string out = render();
    if (fields_.type == "function") return out;
    const std::string table = fields_.path[2].value_or("None");
    const auto alias = [&](const char *what) {
        return fields_.require_alias ? std::string(" _dbt_") + what + "_subq_" + table : std::string();
    };
    if (fields_.limit) {
        const std::string tail = *fields_.limit == 0 ? " where false limit 0" : " limit " + std::to_string(*fields_.limit);
        out = "(select * from " + out + tail + ")" + alias("limit");
    }
    const std::string filter = fields_.event_time ? filter_condition(*fields_.event_time) : "";
    if (!filter.empty()) out = "(select * from " + out + " where " + filter + ")" + alias("et_filter");
    return out;
}

bool Relation::equals(const jinja::Object &other) const {
    const auto *that = dynamic_cast<const Relation *>(&other);
    if (!that) return false;
    const RelationFields &a = fields_, &b = that->fields_;
    return a.path[0] == b.path[0] && a.path[1] == b.path[1] && a.path[2] == b.path[2] && a.type == b.type &&
           a.include == b.include && a.quote == b.quote && a.limit == b.limit &&
           a.information_schema == b.information_schema && a.information_schema_view == b.information_schema_view;
}

std::size_t Relation::hash() const {
    return std::hash<std::string>()(render());
}

std::optional<Value> Relation::attribute(std::string_view name) {
    if (auto value = property(name)) return value;
    return relation_method(jinja::Ptr<Relation>(this), name);
}

std::optional<Value> Relation::item(const Value &key) {
    return key.is_string() ? attribute(key.text()) : std::nullopt;
}

std::optional<Value> Relation::property(std::string_view name) const {
    if (name == "database") return optional_text(fields_.path[0]);
    if (name == "schema") return optional_text(fields_.path[1]);
    if (name == "identifier" || name == "table" || name == "name") return optional_text(fields_.path[2]);
    if (name == "type") return fields_.type.empty() ? Value() : Value(fields_.type);
    if (name == "is_table") return Value(fields_.type == "table");
    if (name == "is_view") return Value(fields_.type == "view");
    if (name == "is_cte") return Value(fields_.type == "cte");
    if (name == "is_materialized_view") return Value(fields_.type == "materialized_view");
    if (name == "is_pointer") return Value(fields_.type == "pointer_table");
    if (name == "is_function") return Value(fields_.type == "function");
    if (name == "can_be_renamed" || name == "can_be_replaced")
        return Value(fields_.type == "table" || fields_.type == "view");
    if (name == "path")
        return parts_dict(optional_text(fields_.path[0]), optional_text(fields_.path[1]), optional_text(fields_.path[2]));
    if (name == "include_policy") return policy_dict(fields_.include);
    if (name == "quote_policy") return policy_dict(fields_.quote);
    if (name == "quote_character") return Value("\"");
    if (name == "limit") return fields_.limit ? Value(static_cast<std::int64_t>(*fields_.limit)) : Value();
    if (name == "require_alias") return Value(fields_.require_alias);
    if (name == "dbt_created") return Value(fields_.dbt_created);
    if (name == "catalog" || name == "event_time_filter") return Value();
    if (name == "information_schema_view") return optional_text(fields_.information_schema_view);
    return relation_constant(name);
}

Value make_relation(RelationFields fields) {
    return Value(jinja::make<Relation>(std::move(fields)));
}

Value make_relation(const std::string &database, const std::string &schema, const std::string &identifier,
                    const std::string &type) {
    RelationFields fields;
    if (!database.empty()) fields.path[0] = database;
    fields.path[1] = schema;
    fields.path[2] = identifier;
    fields.type = type;
    return make_relation(std::move(fields));
}

std::string cte_name(const std::string &identifier) {
    return "__dbt__cte__" + identifier;
}

Value make_ephemeral_relation(const std::string &identifier) {
    RelationFields fields;
    fields.path[2] = cte_name(identifier);
    fields.type = "cte";
    fields.quote[2] = false;
    return make_relation(std::move(fields));
}

}  // namespace mesh::core::project
