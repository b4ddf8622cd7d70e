// Incremental strategies, with dbt's meaning: append, delete+insert, merge; and what happens when the columns changed.
#include <algorithm>

#include "engine/statement.h"
#include "pg/lock.h"
#include "pg/own_locks.h"
#include "pg/relation.h"
#include "pg/write.h"

namespace mesh::engine {

using core::Error;

namespace {

using Columns = std::vector<pg::Column>;

std::vector<std::string> names_of(const Json &value) {
    std::vector<std::string> out;
    if (value.is_string() && !value.get<std::string>().empty()) out.push_back(value);
    if (value.is_array())
        for (const Json &item : value) out.push_back(item.get<std::string>());
    return out;
}

std::vector<std::string> configured(const Model &model, const char *key) {
    return model.config.contains(key) ? names_of(model.config[key]) : std::vector<std::string>();
}

// The names that predicates are written with: in a dbt project dbt's.
struct Aliases {
    std::string target, source;
};

Aliases aliases_of(const Model &model) {
    return model.node.empty() ? Aliases{"t", "s"} : Aliases{"dbt_internal_dest", "dbt_internal_source"};
}

// unique_key as SQL. What is no column's name is meant as it stands in a dbt project, as with dbt: '"Id"', or an expression.
std::vector<std::string> key_sql(const Model &model, const Columns &columns) {
    std::vector<std::string> key = configured(model, "unique_key");
    for (std::string &one : key)
        if (model.node.empty() || has_name(columns, one)) one = pg::quote_ident(one);
    return key;
}

std::string key_match(const Aliases &as, const std::vector<std::string> &key) {
    std::string out;
    for (const std::string &column : key) {
        std::string name = "." + column;
        out += (out.empty() ? "" : " and ") + as.target + name + " = " + as.source + name;
    }
    return out;
}

std::string key_names(const std::vector<std::string> &key) {
    std::string out;
    for (const std::string &column : key) out += (out.empty() ? "" : ", ") + column;
    return out;
}

// A project may call them predicates too, and then means those.
std::string predicates(const Model &model) {
    std::vector<std::string> all = model.node.empty() ? std::vector<std::string>() : configured(model, "predicates");
    if (all.empty()) all = configured(model, "incremental_predicates");
    std::string out;
    for (const std::string &predicate : all) out += " and (" + predicate + ")";
    return out;
}

std::string describe_difference(const Columns &target, const Columns &delta) {
    std::string out;
    for (const pg::Column &column : delta)
        if (std::find(target.begin(), target.end(), column) == target.end())
            out += (out.empty() ? "" : ", ") + column.name + " " + column.type + (has_name(target, column.name) ? " has another type" : " is new");
    for (const pg::Column &column : target)
        if (!has_name(delta, column.name)) out += (out.empty() ? "" : ", ") + column.name + " is gone";
    return out;
}

// dbt's on_schema_change, after text has grown: the ALTER TABLE actions for the target, by name first and by type second.
std::string schema_change(const Staged &staged, Columns target, const Columns &delta) {
    const Model &model = staged.model;
    std::string mode = model.config.value("on_schema_change", "ignore");
    std::string actions = mode == "sync_all_columns" ? "" : grow_text(staged.target.oid, target, delta), difference = describe_difference(target, delta);
    if (difference.empty() || mode == "ignore") return actions;
    if (mode == "fail")
        throw Error("42P16", "the columns of incremental model \"" + model.id() + "\" changed", "Changed: " + difference + ".",
                    "Run it with full_refresh => true, or set on_schema_change to append_new_columns or sync_all_columns.");
    auto add = [&](const std::string &action) { actions += (actions.empty() ? "" : ", ") + action; };
    for (const pg::Column &column : delta) {
        if (!has_name(target, column.name)) add("add column " + column_definitions({column}));
        else if (mode == "sync_all_columns" && std::find(target.begin(), target.end(), column) == target.end())
            add("alter column " + pg::quote_ident(column.name) + " type " + column.type + " using " + pg::quote_ident(column.name) + "::" + column.type);
    }
    for (const pg::Column &column : target)
        if (mode == "sync_all_columns" && !has_name(delta, column.name)) add("drop column " + pg::quote_ident(column.name) + " restrict");
    return actions;
}

// ignore: the target's columns, all of which the body has to give; otherwise the body's.
Columns written_columns(const Model &model, const Columns &target, const Columns &delta) {
    if (model.config.value("on_schema_change", "ignore") != "ignore") return delta;
    for (const pg::Column &column : target)
        if (!has_name(delta, column.name))
            throw Error("42703", "column \"" + column.name + "\" is in the table of model \"" + model.id() + "\", but its body no longer gives it", "",
                        "Run it with full_refresh => true, or set on_schema_change to append_new_columns or sync_all_columns.").with(core::ErrorKind::database);
    return target;
}

Columns updated_columns(const Model &model, const Columns &columns) {
    std::vector<std::string> only = configured(model, "merge_update_columns"), except = configured(model, "merge_exclude_columns");
    Columns out;
    for (const pg::Column &column : columns) {
        bool in_only = std::find(only.begin(), only.end(), column.name) != only.end();
        bool in_except = std::find(except.begin(), except.end(), column.name) != except.end();
        if (only.empty() ? !in_except : in_only) out.push_back(column);
    }
    return out;
}

std::string merge_sql(const Model &model, const std::string &target, const std::string &delta, const Columns &columns,
                      const std::vector<std::string> &key) {
    std::string set;
    Aliases as = aliases_of(model);
    for (const pg::Column &column : updated_columns(model, columns))
        set += (set.empty() ? "" : ", ") + pg::quote_ident(column.name) + " = " + as.source + "." + pg::quote_ident(column.name);
    return "merge into " + target + " as " + as.target + " using " + delta + " as " + as.source + " on " + key_match(as, key) + predicates(model) +
           (set.empty() ? "" : " when matched then update set " + set) + " when not matched then insert (" + column_list(columns) + ") values (" +
           column_list(columns, as.source + ".") + ")";
}

// dbt's predicates may name columns of the target without an alias.
std::string delete_sql(const Model &model, const std::string &target, const std::string &delta, const std::vector<std::string> &key) {
    Aliases as = aliases_of(model);
    if (model.node.empty()) return "delete from " + target + " as " + as.target + " using " + delta + " as " + as.source + " where " + key_match(as, key) + predicates(model);
    return "delete from " + target + " as " + as.target + " where (" + key_names(key) + ") in (select " + key_names(key) + " from " + delta + " as " + as.source + ")" + predicates(model);
}

std::string strategy_of(const Model &model) {
    return model.config.value("incremental_strategy", configured(model, "unique_key").empty() ? "append" : "delete+insert");
}

void write_delta(const Staged &staged, const std::string &delta, const Columns &columns) {
    const Model &model = staged.model;
    const std::string &target = staged.relation;
    std::vector<std::string> key = key_sql(model, columns);
    std::string strategy = strategy_of(model);
    auto write = [&](const std::string &sql) { (void)pg::write_rows(staged.target.oid, sql, true); };
    if (strategy == "microbatch" && key.empty()) throw Error("22023", "dbt-postgres 'microbatch' requires a `unique_key` config");
    if ((strategy == "merge" || strategy == "microbatch") && !key.empty()) {
        write(merge_sql(model, target, delta, columns, key));
        return;
    }
    if (strategy == "delete+insert" && !key.empty())
        write(delete_sql(model, target, delta, key));
    write("insert into " + target + " (" + column_list(columns) + ") select " + column_list(columns) + " from " + delta);
}

// A project may keep columns from what dbt's macros see of a table.
Columns told(const BuildOptions &options, const std::string &schema, const std::string &table, Columns columns) {
    const auto names = options.told_columns ? options.told_columns(schema, table) : std::nullopt;
    if (names) std::erase_if(columns, [&](const pg::Column &column) { return std::find(names->begin(), names->end(), column.name) == names->end(); });
    return columns;
}

void run_strategy(const std::string &statements) {
    for (const pg::ScriptStatement &statement : pg::parse_script(statements)) (void)run_statement(statement.kind, statement.text);
}

}  // namespace

void apply_increment(Staged &staged, const std::string &sql, const BuildOptions &options) {
    const Model &model = staged.model;
    pg::PreparedQuery query = pg::prepare(sql);
    std::string schema = target_schema(*staged.domain, model), delta_name = "mesh_delta_" + std::to_string(staged.target.oid);
    std::string delta = pg::qualified(schema, delta_name);
    pg::execute("create table " + delta + " (" + column_definitions(query.columns) + ")");
    Oid delta_oid = pg::relation_oid(schema, delta_name);
    staged.rows = pg::fill_frozen(delta_oid, query, delta_oid);
    Columns target = told(options, schema, target_identifier(model), pg::relation_columns(staged.target.oid)), given = told(options, schema, delta_name, query.columns);
    std::string actions = schema_change(staged, target, given);
    staged.reason = "incremental: " + strategy_of(model);
    if (!actions.empty()) {
        staged.reason += "; its columns changed: " + actions;
        if (OidIsValid(pg::lock_all({staged.target.oid})))
            throw Error("55P03", "could not lock the table of \"" + model.id() + "\" to change its columns", "Other sessions kept it in use.",
                        "See pg_locks, or raise mesh.lock_timeout or mesh.lock_retries.");
        pg::execute("alter table " + staged.relation + " " + actions);
    }
    pg::lock_relation(staged.target.oid, true);
    pg::refuse_hidden_rows();
    Columns columns = written_columns(model, target, given);
    if (options.strategy) run_strategy(options.strategy(schema, delta_name, columns));
    else write_delta(staged, delta, columns);
    pg::drop_own(delta_oid, "drop table " + delta);
    staged.columns = pg::relation_columns(staged.target.oid);
}

}  // namespace mesh::engine
