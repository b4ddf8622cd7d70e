#include "engine/snapshot.h"

#include <algorithm>

#include "engine/build.h"
#include "engine/target.h"
#include "pg/heap.h"
#include "pg/own_locks.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;

namespace {

constexpr const char *kNow = "pg_catalog.now()::timestamp without time zone";

struct Names {
    std::string scd_id, updated_at, valid_from, valid_to, is_deleted;
};

Names names_of(const Model &model) {
    Json given = model.config.value("snapshot_meta_column_names", Json::object());
    if (given.is_null()) given = Json::object();
    auto name = [&](const char *key) {
        auto found = given.find(key);
        return found == given.end() || found->is_null() ? std::string(key) : found->get<std::string>();
    };
    return {name("dbt_scd_id"), name("dbt_updated_at"), name("dbt_valid_from"), name("dbt_valid_to"), name("dbt_is_deleted")};
}

std::string text_of(const Model &model, const char *key) {
    auto found = model.config.find(key);
    return found == model.config.end() || !found->is_string() ? "" : found->get<std::string>();
}

// Columns or expressions.
std::vector<std::string> unique_key(const Model &model) {
    std::vector<std::string> out;
    auto found = model.config.find("unique_key");
    if (found == model.config.end()) return out;
    for (const Json &key : found->is_array() ? *found : Json::array({*found}))
        if (key.is_string() && !key.get<std::string>().empty()) out.push_back(key);
    return out;
}

std::string hard_deletes(const Model &model) {
    std::string given = text_of(model, "hard_deletes");
    if (!given.empty()) return given;
    return model.config.value("invalidate_hard_deletes", Json(false)) == Json(true) ? "invalidate" : "ignore";
}

bool keeps_deleted(const Model &model) {
    return hard_deletes(model) == "new_record";
}

std::string updated_at(const Model &model) {
    std::string given = text_of(model, "updated_at");
    return given.empty() ? kNow : given;
}

std::string hash(const std::vector<std::string> &arguments) {
    std::string out;
    for (const std::string &argument : arguments) out += (out.empty() ? "" : " || '|' || ") + ("coalesce(cast(" + argument + " as varchar), '')");
    return "pg_catalog.md5(" + out + ")";
}

std::string scd_id(const Model &model) {
    std::vector<std::string> arguments = unique_key(model);
    arguments.push_back(updated_at(model));
    return hash(arguments);
}

// What valid_to of a row in force is, with the type of updated_at.
std::string open_end(const Model &model) {
    std::string current = text_of(model, "dbt_valid_to_current"), at = updated_at(model);
    return "coalesce(nullif(" + at + ", " + at + "), " + (current.empty() ? "null" : current) + ")";
}

std::string in_force(const Model &model, const std::string &valid_to) {
    std::string current = text_of(model, "dbt_valid_to_current");
    return current.empty() ? valid_to + " is null" : "(" + valid_to + " = " + current + " or " + valid_to + " is null)";
}

std::string key_name(size_t i) {
    return "dbt_unique_key_" + std::to_string(i + 1);
}

// The statement that finds what happened since, one row a change.
class Changes {
public:
    Changes(const Model &model, const std::string &target, const std::string &source)
        : model_(model), names_(names_of(model)), keys_(unique_key(model)), target_(target), source_(source), columns_(pg::describe(source)) {}

    std::string sql(const std::vector<pg::Column> &target_columns) const {
        bool deletes = hard_deletes(model_) != "ignore", keeps = keeps_deleted(model_);
        std::string changed = changed_where(target_columns);
        return "with snapshot_query as (\n" + source_ + "\n),\nsnapshotted_data as (select *" + key_fields() + " from " + target_ + " where " + in_force(model_, names_.valid_to) +
               "),\nsource_data as (select *" + key_fields() + ", " + updated_at(model_) + " as mesh_updated_at, " + open_end(model_) + " as mesh_valid_to, " + scd_id(model_) +
               " as mesh_scd_id from snapshot_query)\n" + insertions(changed) + "\nunion all\n" + updates(changed) + (deletes ? "\nunion all\n" + deletions() : "") +
               (deletes && keeps ? "\nunion all\n" + deletion_records(target_columns) : "");
    }

private:
    std::string key_fields() const {
        std::string out;
        for (size_t i = 0; i < keys_.size(); i++) out += ", " + keys_[i] + " as " + key_name(i);
        return out;
    }

    std::string on_keys() const {
        std::string out;
        for (size_t i = 0; i < keys_.size(); i++) out += (i == 0 ? " on " : " and ") + ("snapshotted_data." + key_name(i) + " = source_data." + key_name(i));
        return out;
    }

    std::string changed_where(const std::vector<pg::Column> &target_columns) const {
        std::string out = text_of(model_, "strategy") == "timestamp" ? "snapshotted_data." + names_.valid_from + " < source_data." + text_of(model_, "updated_at")
                                                                     : columns_differ(target_columns);
        return keeps_deleted(model_) ? "(" + out + " or snapshotted_data." + names_.is_deleted + " = 'True')" : "(" + out + ")";
    }

    std::string columns_differ(const std::vector<pg::Column> &target_columns) const {
        std::string out;
        for (const pg::Column &column : checked_columns()) {
            if (!has_name(target_columns, column.name)) return "true";  // a new column: every row is another one
            std::string old = "snapshotted_data." + pg::quote_ident(column.name), now = "source_data." + pg::quote_ident(column.name);
            out += (out.empty() ? "" : " or ") + (old + " != " + now + " or (" + old + " is null) != (" + now + " is null)");
        }
        return out.empty() ? "false" : out;
    }

    std::vector<pg::Column> checked_columns() const {
        const Json &cols = model_.config.at("check_cols");
        if (!cols.is_array()) return columns_;
        std::string list;
        for (const Json &col : cols) list += (list.empty() ? "" : ", ") + col.get<std::string>();
        return pg::describe("select " + list + " from (\n" + source_ + "\n) as subq");
    }

    // One arm of the union: what happened, the row, when it was updated and became valid, until when it is valid, its hash.
    std::string arm(const std::string &change, const std::string &row, const std::string &at, const std::string &valid_to, const std::string &id, const std::string &deleted) const {
        return "select " + change + " as dbt_change_type, " + row + ", " + at + " as " + names_.updated_at + ", " + at + " as " + names_.valid_from + ", " + valid_to + " as " +
               names_.valid_to + ", " + id + " as " + names_.scd_id + (keeps_deleted(model_) ? ", " + deleted + " as " + names_.is_deleted : "");
    }

    std::string old(const std::string &column) const { return "snapshotted_data." + column; }

    std::string insertions(const std::string &changed) const {
        return arm("'insert'", column_list(columns_, "source_data."), "mesh_updated_at", "mesh_valid_to", "mesh_scd_id", "'False'") +
               " from source_data left join snapshotted_data" + on_keys() + " where " + old(key_name(0)) + " is null or " + changed;
    }

    std::string updates(const std::string &changed) const {
        return arm("'update'", column_list(columns_, "source_data."), "mesh_updated_at", "mesh_updated_at", old(names_.scd_id), old(names_.is_deleted)) +
               " from source_data join snapshotted_data" + on_keys() + " where " + changed;
    }

    // What is marked as deleted already stays so.
    std::string gone() const {
        std::string out = " from snapshotted_data left join source_data" + on_keys() + " where source_data." + key_name(0) + " is null";
        if (keeps_deleted(model_)) out += " and not (" + old(names_.is_deleted) + " = 'True' and " + in_force(model_, old(names_.valid_to)) + ")";
        return out;
    }

    std::string deletions() const {
        return arm("'delete'", column_list(columns_, "source_data."), kNow, kNow, old(names_.scd_id), old(names_.is_deleted)) + gone();
    }

    std::string deletion_records(const std::vector<pg::Column> &target_columns) const {
        std::string row;
        for (const pg::Column &column : columns_)
            row += (row.empty() ? "" : ", ") + std::string(has_name(target_columns, column.name) ? "snapshotted_data." : "source_data.") + pg::quote_ident(column.name);
        return arm("'insert'", row, kNow, old(names_.valid_to), hash({old(names_.scd_id), kNow}), "'True'") + gone();
    }

    const Model &model_;
    Names names_;
    std::vector<std::string> keys_;
    std::string target_, source_;
    std::vector<pg::Column> columns_;
};

// A name as SQL reads it without quotes.
std::string folded(const std::string &name) {
    return pg::query_value("select n[1] from pg_catalog.parse_ident($1) n", {name}).value();
}

void require_snapshot_columns(const Model &model, const std::vector<pg::Column> &columns) {
    Names names = names_of(model);
    std::vector<std::string> wanted = {names.scd_id, names.valid_from, names.valid_to};
    if (keeps_deleted(model)) wanted.push_back(names.is_deleted);
    std::string missing;
    for (const std::string &name : wanted)
        if (!has_name(columns, folded(name))) missing += (missing.empty() ? "" : ", ") + name;
    if (!missing.empty())
        throw Error("42703", "Snapshot target is missing configured columns", "The table of \"" + model.id() + "\" has no " + missing + ".",
                    "Add them, or name its columns in snapshot_meta_column_names.");
}

// The ALTER TABLE actions that make room for what the source gives.
std::string room_for(Oid table, std::vector<pg::Column> target, const std::vector<pg::Column> &changes) {
    std::string out = grow_text(table, target, changes);
    for (const pg::Column &column : changes)
        if (!has_name(target, column.name)) out += (out.empty() ? "" : ", ") + ("add column " + column_definitions({column}));
    return out;
}

uint64_t write_changes(const Model &model, const std::string &target, const std::string &changes, const std::vector<pg::Column> &columns) {
    Names names = names_of(model);
    pg::execute_as_of("update " + target + " as t set " + names.valid_to + " = s." + names.valid_to + " from " + changes + " s where s." + names.scd_id + "::text = t." +
                      names.scd_id + "::text and s.dbt_change_type in ('update', 'delete') and " + in_force(model, "t." + names.valid_to));
    return pg::execute_as_of("insert into " + target + " (" + column_list(columns) + ") select " + column_list(columns, "s.") + " from " + changes +
                             " s where s.dbt_change_type = 'insert'");
}

void check_choice(const Model &model, const char *setting, const std::vector<std::string> &known) {
    std::string given = text_of(model, setting), list;
    if (given.empty() || std::find(known.begin(), known.end(), given) != known.end()) return;
    for (const std::string &name : known) list += (list.empty() ? "" : ", ") + name;
    throw Error("22023", "invalid " + std::string(setting) + " of snapshot \"" + model.id() + "\": \"" + given + "\"", "", "Use one of " + list + ".");
}

}  // namespace

void check_snapshot_config(const Model &model) {
    auto fail = [&](const std::string &what, const std::string &hint) { throw Error("22023", "snapshot \"" + model.id() + "\" " + what, "", hint); };
    check_choice(model, "strategy", {"timestamp", "check"});
    check_choice(model, "hard_deletes", {"ignore", "invalidate", "new_record"});
    std::string strategy = text_of(model, "strategy");
    if (strategy.empty()) fail("needs a strategy", "Set strategy to timestamp or check in config.");
    if (unique_key(model).empty()) fail("needs a unique_key", "Name the columns that tell its rows apart.");
    if (strategy == "timestamp" && text_of(model, "updated_at").empty()) fail("needs updated_at for strategy timestamp", "Name the column that says when a row was changed.");
    auto cols = model.config.find("check_cols");
    bool some = cols != model.config.end() && (*cols == Json("all") || (cols->is_array() && !cols->empty()));
    if (strategy == "check" && !some) fail("needs check_cols for strategy check", "Set check_cols to all, or to a list of columns.");
    if (model.config.contains("invalidate_hard_deletes") && !model.config["invalidate_hard_deletes"].is_null() && !text_of(model, "hard_deletes").empty())
        fail("has both hard_deletes and invalidate_hard_deletes", "Keep hard_deletes alone.");
}

std::string snapshot_body(const Model &model) {
    Names names = names_of(model);
    std::string at = updated_at(model);
    return "select *, " + scd_id(model) + " as " + names.scd_id + ", " + at + " as " + names.updated_at + ", " + at + " as " + names.valid_from + ", " + open_end(model) + " as " +
           names.valid_to + (keeps_deleted(model) ? ", 'False' as " + names.is_deleted : "") + " from (\n" + model.body + "\n) sbq";
}

void apply_snapshot(Staged &staged, const std::string &source) {
    const Model &model = staged.model;
    std::vector<pg::Column> target = pg::relation_columns(staged.target.oid);
    require_snapshot_columns(model, target);
    std::string schema = target_schema(*staged.domain, model), name = "mesh_delta_" + std::to_string(staged.target.oid), changes = pg::qualified(schema, name);
    pg::PreparedQuery query = pg::prepare(Changes(model, staged.relation, source).sql(target));
    pg::execute("create table " + changes + " (" + column_definitions(query.columns) + ")");
    Oid oid = pg::relation_oid(schema, name);
    (void)pg::fill_frozen(oid, query, oid);
    std::vector<pg::Column> columns(query.columns.begin() + 1, query.columns.end());  // behind dbt_change_type
    std::string actions = room_for(staged.target.oid, target, columns);
    if (!actions.empty()) pg::execute("alter table " + staged.relation + " " + actions);
    pg::refuse_hidden_rows();
    staged.rows = write_changes(model, staged.relation, changes, columns);
    staged.reason = "snapshot: " + text_of(model, "strategy") + (actions.empty() ? "" : "; its columns changed: " + actions);
    pg::drop_own(oid, "drop table " + changes);
    staged.columns = pg::relation_columns(staged.target.oid);
}

}  // namespace mesh::engine
