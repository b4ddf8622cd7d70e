// adapter.get_relation, create_schema, drop_relation and what else concerns whole relations.
#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/adapter.h"
#include "core/project/members.h"
#include "core/project/relation.h"
#include "core/text.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

using Parsing = AdapterEntry::Parsing;

std::string text_or_empty(const Value &value) {
    return value.is_none() || value.is_undefined() ? "" : jinja::to_text(value);
}

Value relation_of(const std::string &database, const RelationInfo &info) {
    return make_relation(database, info.schema, info.identifier, info.type.empty() ? "external" : info.type);
}

Value get_relation(Session &session, Arguments &a) {
    const auto bound = bind("get_relation", a, {{"database"}, {"schema"}, {"identifier"}});
    return find_relation(session, text_or_empty(bound[0]), text_or_empty(bound[1]), text_or_empty(bound[2]));
}

Value already_exists(Session &session, Arguments &a) {
    const auto bound = bind("already_exists", a, {{"schema"}, {"name"}});
    const Value found = find_relation(session, session.manifest().target.database, jinja::to_text(bound[0]), jinja::to_text(bound[1]));
    return Value(!found.is_none());
}

// A macro that dbt's adapter runs with the relation among its arguments.
Value run_macro(Session &session, const char *macro, std::initializer_list<std::pair<std::string, Value>> named) {
    Arguments arguments;
    arguments.named = named;
    session.execute_macro(macro, arguments);
    return Value();
}

Value without_identifier(const Relation &relation) {
    RelationFields fields = relation.fields();
    fields.include[2] = false;
    fields.path[2].reset();
    return make_relation(std::move(fields));
}

Value create_schema(Session &session, Arguments &a) {
    const Value relation = bind("create_schema", a, {{"relation"}})[0];
    return run_macro(session, "create_schema", {{"relation", without_identifier(relation_argument("create_schema", "relation", relation))}});
}

Value drop_schema(Session &session, Arguments &a) {
    const Value relation = bind("drop_schema", a, {{"relation"}})[0];
    return run_macro(session, "drop_schema", {{"relation", without_identifier(relation_argument("drop_schema", "relation", relation))}});
}

Value drop_relation(Session &session, Arguments &a) {
    const Value relation = bind("drop_relation", a, {{"relation"}})[0];
    if (relation_argument("drop_relation", "relation", relation).fields().type.empty())
        raise_compilation("Tried to drop relation " + jinja::to_text(relation) + ", but its type is null.");
    return run_macro(session, "drop_relation", {{"relation", relation}});
}

Value truncate_relation(Session &session, Arguments &a) {
    return run_macro(session, "truncate_relation", {{"relation", bind("truncate_relation", a, {{"relation"}})[0]}});
}

Value rename_relation(Session &session, Arguments &a) {
    const auto bound = bind("rename_relation", a, {{"from_relation"}, {"to_relation"}});
    return run_macro(session, "rename_relation", {{"from_relation", bound[0]}, {"to_relation", bound[1]}});
}

// The database is asked each time, so that nothing has to be remembered.
Value cache(Session &, Arguments &a) {
    for (const Value &one : a.positional)
        if (one.is_none()) raise_compilation("Attempted to cache a null relation");
    return Value("");
}

Value check_schema_exists(Session &session, Arguments &a) {
    const auto bound = bind("check_schema_exists", a, {{"database"}, {"schema"}});
    return Value(session.database().schema_exists(jinja::to_text(bound[1])));
}

Value list_relations(Session &session, Arguments &a) {
    const auto bound = bind("list_relations", a, {{"database"}, {"schema"}});
    std::vector<Value> all;
    for (const RelationInfo &info : session.database().list_relations(jinja::to_text(bound[1])))
        all.push_back(relation_of(session.manifest().target.database, info));
    return Value(std::move(all));
}

Value list_relations_without_caching(Session &session, Arguments &a) {
    const Value relation = bind("list_relations_without_caching", a, {{"schema_relation"}})[0];
    Arguments again{{Value(), Value(relation_argument("list_relations_without_caching", "schema_relation", relation).schema())}};
    return list_relations(session, again);
}

Value list_schemas(Session &session, Arguments &) {
    std::vector<Value> all;
    for (const std::string &schema : session.database().list_schemas()) all.emplace_back(schema);
    return Value(std::move(all));
}

Value verify_database(Session &session, Arguments &a) {
    std::string database = text_or_empty(bind("verify_database", a, {{"database"}})[0]);
    if (database.starts_with('"')) database = database.substr(1, database.size() - 1 - database.ends_with('"'));
    const std::string &expected = session.manifest().target.database;
    if (lowered(database) != lowered(expected))
        raise_compilation("Cross-db references not allowed in postgres (" + database + " vs " + expected + ")");
    return Value("");
}

}  // namespace

Value find_relation(Session &session, const std::string &database, const std::string &schema, const std::string &identifier) {
    if (identifier.empty()) return Value();
    const Policy quoted = policy_from(session.quoting(), {true, true, true});
    const std::string &target = session.manifest().target.database;
    if (!database.empty() && (quoted[0] ? database != target : lowered(database) != lowered(target))) return Value();
    const auto info = session.database().find_relation(quoted[1] ? schema : lowered(schema), quoted[2] ? identifier : lowered(identifier));
    return info ? relation_of(target, *info) : Value();
}

const std::vector<AdapterEntry> &adapter_relation_methods() {
    static const std::vector<AdapterEntry> methods = {
        {"get_relation", get_relation, Parsing::none},
        {"already_exists", already_exists, Parsing::no},
        {"create_schema", create_schema, Parsing::none},
        {"drop_schema", drop_schema, Parsing::none},
        {"drop_relation", drop_relation, Parsing::none},
        {"truncate_relation", truncate_relation, Parsing::none},
        {"rename_relation", rename_relation, Parsing::none},
        {"cache_added", cache},
        {"cache_dropped", cache},
        {"cache_renamed", cache},
        {"check_schema_exists", check_schema_exists, Parsing::no},
        {"list_relations", list_relations, Parsing::list},
        {"list_relations_without_caching", list_relations_without_caching, Parsing::list},
        {"list_schemas", list_schemas, Parsing::list},
        {"verify_database", verify_database},
    };
    return methods;
}

}  // namespace mesh::core::project
