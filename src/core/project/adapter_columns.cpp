// adapter.get_columns_in_relation and what else concerns columns and their types.
#include <algorithm>
#include <set>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/adapter.h"
#include "core/project/agate.h"
#include "core/project/column.h"
#include "core/project/decimal.h"
#include "core/project/members.h"
#include "core/project/relation.h"
#include "core/text.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

using Parsing = AdapterEntry::Parsing;

// What the project's own macro returns, when it has one; missing: it has none.
Value columns_by_macro(Session &session, const Value &relation) {
    for (const char *macro : {"get_columns_in_relation", "postgres__get_columns_in_relation"})
        if (session.macros().overridden(macro)) {
            Arguments arguments;
            arguments.named.emplace_back("relation", relation);
            return session.execute_macro("get_columns_in_relation", arguments);  // which goes by the project's dispatch:
        }
    return Value::missing();
}

// Whatever the macro returns: who wrote it knows who asks.
Value get_columns_in_relation(Session &session, Arguments &a) {
    const Value relation = bind("get_columns_in_relation", a, {{"relation"}})[0];
    const Value told = columns_by_macro(session, relation);
    return told.is_missing() ? Value(columns_of(session, relation)) : told;
}

Value get_columns_in_table(Session &session, Arguments &a) {
    const auto bound = bind("get_columns_in_table", a, {{"schema"}, {"identifier"}});
    return Value(columns_of(session, make_relation(session.manifest().target.database, jinja::to_text(bound[0]), jinja::to_text(bound[1]))));
}

const Column &column(const Value &value) {
    if (const auto *one = value.object_as<Column>()) return *one;
    raise_compilation("expected a Column, got " + jinja::type_name(value));
}

Value get_missing_columns(Session &session, Arguments &a) {
    const auto bound = bind("get_missing_columns", a, {{"from_relation"}, {"to_relation"}});
    relation_argument("get_missing_columns", "from_relation", bound[0]);
    relation_argument("get_missing_columns", "to_relation", bound[1]);
    std::set<std::string> there;
    for (const Value &one : columns_of(session, bound[1])) there.insert(column(one).name);
    std::vector<Value> missing;
    for (const Value &one : columns_of(session, bound[0]))
        if (!there.contains(column(one).name)) missing.push_back(one);
    return Value(std::move(missing));
}

// Text columns of the target grow to the size of the source's.
Value expand_target_column_types(Session &session, Arguments &a) {
    const auto bound = bind("expand_target_column_types", a, {{"from_relation"}, {"to_relation"}});
    relation_argument("expand_target_column_types", "from_relation", bound[0]);
    relation_argument("expand_target_column_types", "to_relation", bound[1]);
    const auto current = columns_of(session, bound[1]);
    for (const Value &one : columns_of(session, bound[0])) {
        const Column &goal = column(one);
        const auto same = std::find_if(current.begin(), current.end(), [&](const Value &c) { return column(c).name == goal.name; });
        if (same == current.end() || !goal.is_string() || !column(*same).is_string()) continue;
        if (goal.string_size() <= column(*same).string_size()) continue;
        Arguments alter;
        alter.named = {{"relation", bound[1]},
                       {"column_name", Value(goal.name)},
                       {"new_column_type", Value("character varying(" + std::to_string(goal.string_size()) + ")")}};
        session.execute_macro("alter_column_type", alter);
    }
    return Value();
}

// psycopg2's name of a type, which contracts compare.
std::string driver_type(const std::string &type) {
    static const std::pair<const char *, const char *> names[] = {
        {"integer", "INTEGER"}, {"smallint", "INTEGER"}, {"bigint", "LONGINTEGER"}, {"text", "STRING"},
        {"character varying", "STRING"}, {"character", "STRING"}, {"name", "STRING"}, {"\"char\"", "STRING"},
        {"numeric", "DECIMAL"}, {"double precision", "FLOAT"}, {"real", "FLOAT"}, {"boolean", "BOOLEAN"}, {"date", "DATE"},
        {"time without time zone", "TIME"}, {"time with time zone", "TIME"}, {"timestamp without time zone", "DATETIME"},
        {"timestamp with time zone", "DATETIMETZ"}, {"interval", "INTERVAL"}, {"bytea", "BINARY"}, {"json", "JSON"}, {"jsonb", "JSONB"},
        {"uuid", "UUID"}, {"oid", "INTEGER"}};
    const bool array = type.ends_with("[]");
    std::string base = array ? type.substr(0, type.size() - 2) : type;
    if (const auto open = base.find('('); open != std::string::npos) {
        const auto close = base.find(')', open);
        base.erase(open, close == std::string::npos ? close : close - open + 1);
    }
    for (const auto &[server, driver] : names)
        if (base == server) return std::string(driver) + (array ? "ARRAY" : "");
    return type;
}

Value get_column_schema_from_query(Session &session, Arguments &a) {
    const std::string sql = jinja::to_text(bind("get_column_schema_from_query", a, {{"sql"}})[0]);
    std::vector<Value> columns;
    for (const DatabaseColumn &one : session.database().describe(sql))
        columns.push_back(make_column(one.name, translate_type(driver_type(one.full_type.empty() ? one.data_type : one.full_type))));
    return Value(std::move(columns));
}

std::vector<std::string> missing_names(Session &session, const Value &relation, const Value &names, std::initializer_list<const char *> wanted) {
    std::set<std::string> there;
    for (const Value &one : columns_of(session, relation)) there.insert(lowered(column(one).name));
    std::vector<std::string> missing;
    for (const char *name : wanted) {
        std::string desired = name;
        if (names.is(jinja::Kind::dict)) {
            const Value *own = names.dict().find(std::string_view(name));
            if (own && own->is_string()) desired = own->text();
        }
        if (!there.contains(lowered(desired))) missing.push_back(desired);
    }
    return missing;
}

[[noreturn]] void not_a_snapshot(const std::vector<std::string> &missing) {
    std::string list;
    for (const std::string &name : missing) list += (list.empty() ? "" : "\", \"") + name;
    raise_compilation("Snapshot target is missing configured columns (missing \"" + list +
                      "\"). See https://docs.getdbt.com/docs/build/snapshots#snapshot-meta-fields for more information.");
}

Value valid_snapshot_target(Session &session, Arguments &a) {
    const auto bound = bind("valid_snapshot_target", a, {{"relation"}, {"column_names", Value()}});
    relation_argument("valid_snapshot_target", "relation", bound[0]);
    const auto missing = missing_names(session, bound[0], bound[1], {"dbt_scd_id", "dbt_valid_from", "dbt_valid_to"});
    if (!missing.empty()) not_a_snapshot(missing);
    return Value();
}

Value assert_valid_snapshot_target(Session &session, Arguments &a) {
    const auto bound = bind("assert_valid_snapshot_target_given_strategy", a, {{"relation"}, {"column_names"}, {"strategy"}});
    Arguments first{{bound[0], bound[1]}};
    valid_snapshot_target(session, first);
    const auto deletes = jinja::subscript(bound[2], Value("hard_deletes"));
    if (!deletes || !deletes->is_string() || deletes->text() != "new_record") return Value();
    const auto missing = missing_names(session, bound[0], bound[1], {"dbt_is_deleted"});
    if (!missing.empty()) not_a_snapshot(missing);
    return Value();
}

// The server's type for a column of an agate table.
Value convert_type(Session &, Arguments &a) {
    const auto bound = bind("convert_type", a, {{"agate_table"}, {"col_idx"}});
    const auto *table = bound[0].object_as<Table>();
    if (!table) raise_compilation("convert_type expects a table");
    const auto at = static_cast<std::size_t>(jinja::to_index(bound[1]));
    if (at >= table->types().size()) raise(jinja::ErrorClass::index, "tuple index out of range");
    switch (table->types()[at]) {
        case AgateType::integer: return Value("integer");
        case AgateType::number:
            for (const auto &row : table->rows())
                if (const auto number = as_decimal(row[at]); number && !number->integral()) return Value("float8");
            return Value("integer");
        case AgateType::boolean: return Value("boolean");
        case AgateType::datetime: return Value("timestamp without time zone");
        case AgateType::date: return Value("date");
        case AgateType::time_delta: return Value("time");
        default: return Value("text");
    }
}

}  // namespace

// By the project's own macro when it has one, else straight from the database.
std::vector<Value> columns_of(Session &session, const Value &relation) {
    const Relation &asked = relation_argument("get_columns_in_relation", "relation", relation);
    if (const Value told = columns_by_macro(session, relation); !told.is_missing()) return jinja::to_list(told);
    std::vector<Value> columns;
    for (const DatabaseColumn &one : session.database().columns(asked.schema(), asked.identifier())) columns.push_back(make_column(one));
    return columns;
}

const std::vector<AdapterEntry> &adapter_column_methods() {
    static const std::vector<AdapterEntry> methods = {
        {"get_columns_in_relation", get_columns_in_relation, Parsing::list},
        {"get_columns_in_table", get_columns_in_table, Parsing::list},
        {"get_missing_columns", get_missing_columns, Parsing::list},
        {"expand_target_column_types", expand_target_column_types, Parsing::none},
        {"get_column_schema_from_query", get_column_schema_from_query, Parsing::list},
        {"valid_snapshot_target", valid_snapshot_target, Parsing::none},
        {"assert_valid_snapshot_target_given_strategy", assert_valid_snapshot_target, Parsing::none},
        {"convert_type", convert_type},
    };
    return methods;
}

}  // namespace mesh::core::project
