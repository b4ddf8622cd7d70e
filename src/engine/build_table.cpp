// Tables in the stage: where they get their names and their rows.
#include <algorithm>

#include "engine/build_stage.h"
#include "engine/model_contract.h"
#include "engine/seed.h"
#include "pg/own_locks.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;
using pg::execute;
using pg::qualified;

namespace {

// Why the target's storage cannot simply be exchanged; empty: it can.
std::string rows_only(Staged &staged, const std::vector<pg::Column> &columns) {
    if (!why_rows_only(staged.target).empty()) return why_rows_only(staged.target);
    for (const pg::Column &column : columns) {
        bool ours = std::find(staged.model.built_columns.begin(), staged.model.built_columns.end(), column) != staged.model.built_columns.end();
        if (!ours && !has_name(staged.columns, column.name)) return "column \"" + column.name + "\" was added by somebody else";
    }
    if (!staged.alter.empty() && pg::has_checks(staged.target.oid)) return "it has check constraints, and its columns changed";
    return "";
}

// Two rows of one key are found here, and not by readers.
void create_row_key(const Staged &staged, const RowKey &key) {
    if (key.columns.empty()) return;
    std::string columns, name = staged.name + "_key";
    for (const std::string &column : key.columns) columns += (columns.empty() ? "" : ", ") + pg::quote_ident(column);
    try {
        execute("create unique index " + pg::quote_ident(name) + " on " + staged.relation + " (" + columns + ")");
    } catch (const pg::ServerError &e) {
        pg::rename_in_error(e.data, name, key.index);
        throw;
    }
}

}  // namespace

void name_stage(Staged &staged, const BuildOptions &options, size_t number) {
    staged.schema = target_schema(*staged.domain, staged.model);
    staged.name = !options.stage_name.empty() ? options.stage_name : "mesh_stage_" + std::to_string(options.run_id) + "_" + std::to_string(number);
    staged.relation = qualified(staged.schema, staged.name);
}

void own_name(Staged &staged) {
    staged.schema = target_schema(*staged.domain, staged.model);
    staged.name = target_identifier(staged.model);
    staged.relation = qualified(staged.schema, staged.name);
    staged.at_target = true;
    staged.how = Publish::in_place;
    staged.reason = "new";
}

Rows rows_of(const std::string &sql) {
    pg::PreparedQuery query = pg::prepare(sql);
    return {query.columns, [query](Oid relation, Oid constraints_of, bool decoded, pg::RowConditions *asked) {
        return pg::fill_frozen(relation, query, constraints_of, decoded, asked);
    }};
}

Rows rows_of_seed(const Staged &staged) {
    const Model &model = staged.model;
    return {seed_columns(*staged.domain, model), [&model](Oid relation, Oid constraints_of, bool decoded, pg::RowConditions *) { return fill_seed(model, relation, constraints_of, decoded); }};
}

void create_and_fill(Staged &staged, const Rows &rows, const BuildOptions &options) {
    execute("create " + std::string(wants_unlogged(staged.model, staged.target) ? "unlogged " : "") + "table " + staged.relation + " (" +
            column_definitions(rows.columns) + ")");
    staged.stage_oid = pg::relation_oid(staged.schema, staged.name);
    staged.rows = rows.fill(staged.stage_oid, staged.stage_oid, staged.at_target, &staged.asked);
    for (const std::string &index : wanted_indexes(staged)) execute(create_index_sql(index, staged.relation));
    pg::release_parts(staged.stage_oid);
    if (relkind_for(staged.model.materialized) != "r") return;
    for (const std::string &action : missing_constraints(staged.model, staged.stage_oid))
        if (!options.keys_later || !is_foreign_key(action)) execute("alter table " + staged.relation + " " + action);
}

void stage_sibling(Staged &staged, const Rows &rows) {
    Oid target = staged.target.oid;
    staged.how = Publish::swap;
    if (std::string change = logging_change(staged.model, staged.target); !change.empty()) add_reason(staged.reason, change);
    staged.stage_oid = pg::create_sibling(target, wants_unlogged(staged.model, staged.target));
    std::tie(staged.schema, staged.name) = pg::relation_name(staged.stage_oid);
    staged.relation = qualified(staged.schema, staged.name);
    if (!staged.alter.empty()) execute("alter table " + staged.relation + " " + staged.alter);
    staged.rows = rows.fill(staged.stage_oid, staged.alter.empty() ? target : staged.stage_oid, false, &staged.asked);
    pg::copy_indexes(target, staged.stage_oid);
    staged.new_indexes = missing_indexes(staged, staged.stage_oid);
    for (const std::string &index : staged.new_indexes) execute(create_index_sql(index, staged.relation));
    pg::release_parts(staged.stage_oid);
}

void stage_existing(Staged &staged, const Rows &source, const Stage &stage, const BuildOptions &options) {
    std::vector<pg::Column> columns = pg::relation_columns(staged.target.oid);
    require_built_columns(*staged.domain, staged.model, columns);
    staged.alter = alter_actions(columns, source.columns, staged.model.built_columns);
    if (!staged.alter.empty()) staged.reason = "its columns changed: " + staged.alter;
    std::string rows = rows_only(staged, columns);
    if (rows.empty()) return stage_sibling(staged, source);
    name_stage(staged, options, stage.size());
    staged.how = Publish::rows;
    add_reason(staged.reason, "published row by row: " + rows);
    if (!logging_change(staged.model, staged.target).empty()) add_reason(staged.reason, "its setting unlogged has no effect row by row");
    execute("create table " + staged.relation + " (" + column_definitions(source.columns) + ")");
    staged.stage_oid = pg::relation_oid(staged.schema, staged.name);
    staged.rows = source.fill(staged.stage_oid, staged.stage_oid, false, &staged.asked);
    create_row_key(staged, row_key(staged.target.oid, common_columns(columns, source.columns)));
    pg::release_parts(staged.stage_oid);
}

void stage_table(Staged &staged, const Rows &rows, const Stage &stage, const BuildOptions &options) {
    staged.columns = rows.columns;
    if (staged.columns.empty()) throw Error("42P16", "model \"" + staged.model.id() + "\" has no columns");
    if (staged.target.kind == "r") return stage_existing(staged, rows, stage, options);
    if (staged.target.exists()) {
        name_stage(staged, options, stage.size());
        staged.how = Publish::rename;
        staged.recreate = true;
        staged.reason = "its materialization changed";
    } else if (!options.stage_name.empty() && configured_indexes(staged.model).empty() && !has_enforced_contract(staged.model)) {
        name_stage(staged, options, stage.size());  // nothing of it will be named after it
        staged.how = Publish::rename;
        staged.reason = "new";
    } else {
        own_name(staged);
    }
    create_and_fill(staged, rows, options);
}

}  // namespace mesh::engine
