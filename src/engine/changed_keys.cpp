#include "engine/changed_keys.h"

#include <algorithm>

#include "engine/row_difference.h"
#include "pg/lock.h"
#include "pg/own_locks.h"
#include "pg/relation.h"
#include "pg/write.h"

namespace mesh::engine {

using core::Error;
using pg::quote_ident;

namespace {

// The table, and the query as a FROM item, go by this name where their rows are chosen by key.
constexpr const char *kRows = "mesh_m";

// Changed values of the same columns of the result, whichever input they come from.
struct ChangedKeys {
    std::vector<pg::KeyPart> parts;
    std::string rows;       // a query that gives them
    uint64_t count = 0;
    std::string condition;  // on kRows: is its key among them?
};

std::string columns_of(const std::vector<pg::KeyPart> &parts, const std::string &prefix) {
    std::string out;
    for (const pg::KeyPart &part : parts) out += (out.empty() ? "" : ", ") + prefix + quote_ident(part.column);
    return out;
}

// The result's key for each logged row of an input.
std::string rows_of(const KeyChange &change) {
    std::string values, arrays, names;
    for (const pg::KeyPart &part : change.input->parts)
        values += (values.empty() ? "" : ", ") + ("(" + part.expression + ")::" + part.type) + " as " + quote_ident(part.column);
    for (size_t i = 0; i < change.input->columns.size(); i++) {
        arrays += (i == 0 ? "" : ", ") + ("pg_catalog.unnest(" + pg::quote_literal(change.keys.arrays[i])) + "::" + change.input->types[i] + "[])";
        names += (i == 0 ? "" : ", ") + quote_ident(change.input->columns[i]);
    }
    return "select " + values + " from rows from (" + arrays + ") as l(" + names + ")";
}

std::vector<ChangedKeys> by_columns(const std::vector<KeyChange> &changes) {
    std::map<std::string, ChangedKeys> found;
    for (const KeyChange &change : changes) {
        ChangedKeys &keys = found[columns_of(change.input->parts, "")];
        keys.parts = change.input->parts;
        keys.rows += (keys.rows.empty() ? "" : " union all ") + rows_of(change);
    }
    std::vector<ChangedKeys> out;
    for (auto &[columns, keys] : found) out.push_back(std::move(keys));
    return out;
}

std::string hash_of(const std::vector<pg::KeyPart> &parts, const std::string &prefix) {
    return "pg_catalog.hash_record_extended(row(" + columns_of(parts, prefix) + "), 0)";
}

// Constants, which the planner pushes down to the tables through groups, windows and views, and looks up by index or hash. Each
// column for itself can use an index; the hash of all of them leaves the combinations that changed.
void find_condition(ChangedKeys &keys) {
    std::string sql = "select pg_catalog.count(*)";
    for (const pg::KeyPart &part : keys.parts) {
        std::string column = "k." + quote_ident(part.column);
        sql += ", coalesce(pg_catalog.array_agg(distinct " + column + ") filter (where " + column + " is not null), '{}')::text, pg_catalog.bool_or(" + column + " is null)";
    }
    sql += ", pg_catalog.array_agg(distinct " + hash_of(keys.parts, "k.") + ")::text from (select distinct * from (" + keys.rows + ") r) k";
    pg::Result found = pg::query(sql);
    const pg::Row &row = found.rows.at(0);
    keys.count = std::stoull(row[0].value());
    for (size_t i = 0; i < keys.parts.size(); i++) {
        std::string column = std::string(kRows) + "." + quote_ident(keys.parts[i].column);
        keys.condition += (i == 0 ? "(" : " and (") + column + " operator(pg_catalog.=) any (" + pg::quote_literal(row[1 + 2 * i].value()) + "::" + keys.parts[i].type + "[])" +
                          (row[2 + 2 * i] == "t" ? " or " + column + " is null" : "") + ")";
    }
    if (keys.parts.size() > 1)
        keys.condition += " and " + hash_of(keys.parts, std::string(kRows) + ".") + " operator(pg_catalog.=) any (" + pg::quote_literal(row.back().value_or("{}")) + "::bigint[])";
}

std::string any_of(const std::vector<ChangedKeys> &all) {
    std::string out;
    for (const ChangedKeys &keys : all) out += (out.empty() ? "(" : " or (") + keys.condition + ")";
    return "(" + out + ")";
}

// Each part for itself: a condition on one input's columns is one that the planner can push down.
std::string rebuilt_rows(const std::string &sql, const std::vector<ChangedKeys> &all) {
    std::string out, before;
    for (const ChangedKeys &keys : all) {
        out += (out.empty() ? "" : "\nunion all\n") + ("select * from (" + sql) + "\n) " + kRows + " where " + keys.condition + before;
        before += " and (" + keys.condition + ") is not true";
    }
    return out;
}

// The model's own table may never have been analyzed: then the planner takes the keys for most of its rows. Where each key is one value that an
// index can look up, it shall do so if there is an index. (What is discouraged has costs for which JIT would compile.)
bool single_values(const std::vector<ChangedKeys> &all) {
    return std::ranges::all_of(all, [](const ChangedKeys &keys) { return keys.parts.size() == 1 && keys.parts[0].is_short; });
}

std::string too_many(const Staged &staged, const std::vector<ChangedKeys> &all) {
    uint64_t count = 0;
    for (const ChangedKeys &keys : all) count += keys.count;
    if (count > kMostKeys) return std::to_string(count) + " keys changed";
    if (count <= kFewKeys) return "";
    uint64_t enough = count * kRowsPerKey;
    std::string there = pg::query_as_of("select pg_catalog.count(*) from (select from only " + staged.relation + " limit " + std::to_string(enough) + ") r").rows.at(0)[0].value();
    return std::stoull(there) < enough ? std::to_string(count) + " keys changed of a table of " + there + " rows" : "";
}

// The target's rows of the changed keys, and what they shall be.
struct Difference : RowDifference {
    std::string target, delta, chosen;

    uint64_t write(const std::string &sql) const { return pg::write_rows(staged->target.oid, sql, true); }

    // Of the numbered rows n, those that are more than there are.
    std::string in_excess(const std::string &from) const {
        return " n left join " + counted(from) + " o on o.mesh_row = n.mesh_row where n.mesh_n > coalesce(o.mesh_n, 0)";
    }

    std::string chosen_target() const { return "only " + target + " " + kRows + " where " + chosen; }
};

// Rows that can be told apart by a key of the table keep their place when they only change.
void write_by_key(Difference &d) {
    d.deleted = d.write("delete from " + d.chosen_target() + " and not exists (select from " + d.delta + " s where " + d.same_key() + ")");
    d.updated = d.write("update only " + d.target + " " + kRows + " set " + d.assignments() + " from " + d.delta + " s where " + d.chosen + " and " + d.same_key() + " and " +
                        d.compared("*<>"));
    d.inserted = d.write("insert into " + d.target + " (" + d.columns() + ") select " + d.columns() + " from " + d.delta + " s where not exists (select from " + d.chosen_target() +
                         " and " + d.same_key() + ")");
}

// Whole rows are compared, and each is kept as often as it shall be there.
void write_whole(Difference &d) {
    d.updated = 0;
    d.deleted = d.write("delete from only " + d.target + " where ctid = any(array(select n.ctid from " + d.numbered(d.chosen_target(), "ctid") + d.in_excess(d.delta) + "))");
    d.inserted = d.write("insert into " + d.target + " (" + d.columns() + ") select " + column_list(d.staged->columns, "n.") + " from " + d.numbered(d.delta, d.columns()) +
                         d.in_excess(d.chosen_target()));
}

// Rows that exchange unique values cannot be updated one after the other.
void write_difference(Difference &d) {
    if (d.key.empty()) return write_whole(d);
    ErrorData *error = pg::try_in_subtransaction([&] { write_by_key(d); });
    if (error == nullptr) return;
    if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION && error->sqlerrcode != ERRCODE_EXCLUSION_VIOLATION) throw pg::ServerError{error};
    write_whole(d);
}

void write_changes(Staged &staged, const std::string &sql, const std::vector<ChangedKeys> &all) {
    pg::PreparedQuery query = pg::prepare(rebuilt_rows(sql, all));
    std::string schema = target_schema(*staged.domain, staged.model), name = "mesh_delta_" + std::to_string(staged.target.oid);
    Difference d{{&staged, row_key(staged.target.oid, common_columns(staged.columns, query.columns)).columns, kRows}, staged.relation, pg::qualified(schema, name), any_of(all)};
    pg::execute("create table " + d.delta + " (" + column_definitions(query.columns) + ")");
    Oid delta = pg::relation_oid(schema, name);
    (void)pg::fill_frozen(delta, query, delta);
    pg::lock_relation(staged.target.oid, true);
    pg::refuse_hidden_rows();
    plain_texts();
    if (single_values(all)) (void)pg::query("select pg_catalog.set_config('enable_seqscan', 'off', true), pg_catalog.set_config('jit', 'off', true)");
    write_difference(d);
    pg::drop_own(delta, "drop table " + d.delta);
    staged.rows = d.deleted + d.updated + d.inserted;  // what reads the model goes by whether this is nothing
    staged.reason += "; " + d.counts();
}

}  // namespace

std::string apply_changes(Staged &staged, const std::string &sql, const std::vector<KeyChange> &changes) {
    std::vector<ChangedKeys> all = by_columns(changes);
    uint64_t count = 0;
    for (ChangedKeys &keys : all) {
        find_condition(keys);
        count += keys.count;
    }
    staged.relation = target_name(*staged.domain, staged.model);
    if (std::string why = too_many(staged, all); !why.empty()) return why;
    staged.columns = pg::relation_columns(staged.target.oid);
    if (!same_columns(staged.columns, pg::describe(sql))) return "the columns of its table changed";
    staged.at_target = true;
    staged.how = Publish::in_place;
    staged.reason = "incremental: auto";
    staged.rows = 0;
    if (all.empty()) staged.reason += "; nothing changed";
    else staged.reason += "; " + std::to_string(count) + (count == 1 ? " key changed" : " keys changed");
    if (!all.empty()) write_changes(staged, sql, all);
    return "";
}

}  // namespace mesh::engine
