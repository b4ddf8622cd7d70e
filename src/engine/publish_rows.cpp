// Publishing row by row: what differs between a table and its staged rows is written, and nothing else.
#include <algorithm>

#include "engine/publish.h"
#include "engine/row_difference.h"
#include "pg/lock.h"
#include "pg/matview_rows.h"
#include "pg/own_locks.h"
#include "pg/relation.h"
#include "pg/write.h"

namespace mesh::engine {

using core::Error;
using pg::execute;
using pg::qualified;

namespace {

// A table or materialized view, and its staged rows.
struct Difference : RowDifference {
    std::string target, stage;
    std::string *at;  // says at which model it is

    std::string in_excess(const std::string &from) const {
        return "not exists (select from " + counted(from) + " o where o.mesh_row = n.mesh_row and o.mesh_n >= n.mesh_n)";
    }

    bool is_matview() const { return staged->target.kind == "m"; }

    uint64_t write(const std::string &sql) const {
        return pg::write_rows(staged->target.oid, sql);
    }

    // The query tells which by their ctid.
    uint64_t delete_rows(const std::string &ctids) const {
        if (is_matview()) return pg::delete_matview_rows(staged->target.oid, ctids);
        return write("delete from only " + target + " t where ctid = any(array(" + ctids + "))");
    }

    uint64_t insert_rows(const std::string &from) const {
        std::string rows = "select " + columns() + " from " + from;
        if (is_matview()) return pg::insert_matview_rows(staged->target.oid, rows);
        return write("insert into " + target + " (" + columns() + ") " + rows);
    }
};

template <typename F>
void as_owner(const Difference &d, F &&f) {
    *d.at = d.staged->model.id();
    pg::as_role(owner_of(*d.staged->domain), d.staged->domain->search_path(), [&] {
        pg::refuse_hidden_rows();
        f();
    });
}

std::string excess_rows(const Difference &d) {
    return "select n.ctid from " + d.numbered("only " + d.target, "ctid") + " n where " + d.in_excess(d.stage);
}

std::string missing(const Difference &d, bool changed_too) {
    return "not exists (select from " + d.stage + " s where " + d.same_key() + (changed_too ? " and " + d.compared("*=") : "") + ")";
}

// A foreign key that cascades would delete or change the rows of the table that has it.
void require_no_cascade(const Difference &d) {
    const Staged &staged = *d.staged;
    pg::Value keys = pg::query_value("select pg_catalog.string_agg(pg_catalog.format('%I of %s', conname, conrelid::regclass), ', ' order by conname)"
                                     " from pg_catalog.pg_constraint where contype = 'f' and confrelid = $1::oid and conrelid <> confrelid"
                                     " and confdeltype not in ('a', 'r')",
                                     {std::to_string(staged.target.oid)});
    if (keys)
        throw Error("2BP01", "cannot delete rows of \"" + staged.model.id() + "\" because foreign keys would change other tables", "Of ON DELETE CASCADE or SET: " + *keys + ".",
                    "Let those foreign keys have no action on delete, or drop them.");
}

// Rows that are no longer there; with `changed_too` also those that are another now.
void remove(Difference &d, bool changed_too) {
    as_owner(d, [&] {
        plain_texts();
        d.deleted = d.key.empty() ? d.delete_rows(excess_rows(d)) : d.write("delete from only " + d.target + " t where " + missing(d, changed_too));
        if (d.deleted > 0) require_no_cascade(d);
    });
}

void update(Difference &d) {
    if (d.key.empty()) return;
    as_owner(d, [&] {
        d.updated = d.write("update only " + d.target + " t set " + d.assignments() + " from " + d.stage + " s where " + d.same_key() + " and " + d.compared("*<>"));
    });
}

void insert(Difference &d) {
    as_owner(d, [&] {
        plain_texts();
        d.inserted = d.insert_rows(d.key.empty() ? d.numbered(d.stage, d.columns()) + " n where " + d.in_excess("only " + d.target)
                                                 : d.stage + " s where not exists (select from only " + d.target + " t where " + d.same_key() + ")");
    });
}

// Which of the tables refers to which: (child, parent).
std::set<std::pair<Oid, Oid>> foreign_keys(const std::vector<Difference> &all) {
    std::string oids;
    for (const Difference &d : all) oids += (oids.empty() ? "" : ",") + std::to_string(d.staged->target.oid);
    std::set<std::pair<Oid, Oid>> out;
    for (const pg::Row &row : pg::query("select conrelid, confrelid from pg_catalog.pg_constraint where contype = 'f' and conrelid = any($1::oid[]) and confrelid = any($1::oid[])",
                                        {"{" + oids + "}"}).rows)
        out.emplace(static_cast<Oid>(std::stoul(row[0].value())), static_cast<Oid>(std::stoul(row[1].value())));
    return out;
}

// Parents first, as far as there is such an order.
void sort_by(const std::set<std::pair<Oid, Oid>> &keys, std::vector<Difference> &all) {
    for (size_t done = 0; done < all.size(); done++) {
        auto waits = [&](const Difference &d) {
            return std::any_of(all.begin() + done, all.end(), [&](const Difference &other) {
                return &other != &d && keys.count({d.staged->target.oid, other.staged->target.oid}) > 0;
            });
        };
        auto next = std::find_if_not(all.begin() + done, all.end(), waits);
        if (next != all.end()) std::rotate(all.begin() + done, next, next + 1);
    }
}

// What refers to a row comes after it, and goes before it.
void apply_related(std::vector<Difference> &all) {
    for (Difference &d : all) insert(d);
    for (Difference &d : all) update(d);
    for (auto d = all.rbegin(); d != all.rend(); ++d) remove(*d, false);
}

void apply(Difference &d) {
    remove(d, false);
    update(d);
    insert(d);
}

void replace(std::vector<Difference> &all) {
    for (auto d = all.rbegin(); d != all.rend(); ++d) remove(*d, true);
    for (Difference &d : all) {
        d.updated = 0;
        insert(d);
    }
}

// Rows that exchange unique values cannot be updated one after the other: then they are deleted and inserted.
void write_all(std::vector<Difference> &all) {
    std::set<std::pair<Oid, Oid>> keys = foreign_keys(all);
    sort_by(keys, all);
    ErrorData *error = pg::try_in_subtransaction([&] {
        if (!keys.empty()) return apply_related(all);
        for (Difference &d : all) apply(d);
    });
    if (error == nullptr) return;
    if (error->sqlerrcode != ERRCODE_UNIQUE_VIOLATION && error->sqlerrcode != ERRCODE_EXCLUSION_VIOLATION) throw pg::ServerError{error};
    replace(all);
}

// Only these can have changed what was to be written.
bool has_own_triggers(const Staged &staged) {
    return pg::query_value("select true where exists (select from pg_catalog.pg_trigger where tgrelid = $1::oid and not tgisinternal"
                           " and tgfoid <> 'mesh.log_changes'::pg_catalog.regproc)"
                           " or exists (select from pg_catalog.pg_rewrite where ev_class = $1::oid)",
                           {std::to_string(staged.target.oid)})
        .has_value();
}

void require_all_written(Difference &d) {
    const Staged &staged = *d.staged;
    if (d.is_matview() || !has_own_triggers(staged)) return;
    pg::Value found;
    as_owner(d, [&] { found = pg::query_value("select pg_catalog.count(*) from only " + d.target); });
    if (found == std::to_string(staged.rows.value_or(0))) return;
    throw Error("55000", "a trigger or rule of \"" + staged.model.id() + "\" changed the rows that were to be published", "",
                "The mesh replaces all rows of this table: drop that trigger or rule, or let it do nothing for role \"" + staged.domain->owner + "\".");
}

}  // namespace

std::vector<std::string> common_columns(const std::vector<pg::Column> &a, const std::vector<pg::Column> &b) {
    std::vector<std::string> out;
    for (const pg::Column &column : a)
        if (std::find(b.begin(), b.end(), column) != b.end()) out.push_back(column.name);
    return out;
}

RowKey row_key(Oid target, const std::vector<std::string> &columns) {
    pg::Result found = pg::query(
        "select c.relname, pg_catalog.to_jsonb(pg_catalog.array_agg(a.attname order by k.n)) from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid"
        " cross join pg_catalog.generate_series(0, i.indnkeyatts - 1) k(n)"
        " join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[k.n] join pg_catalog.pg_opclass o on o.oid = i.indclass[k.n]"
        " where i.indrelid = $1::oid and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null"
        " group by i.indexrelid, i.indisprimary, c.relname"
        " having pg_catalog.bool_and(a.attnotnull and a.attname = any($2::text[]) and o.opcdefault and o.opcnamespace = 'pg_catalog'::pg_catalog.regnamespace)"
        " order by i.indisprimary desc, i.indexrelid limit 1",
        {std::to_string(target), pg::array_literal(columns)});
    RowKey out;
    if (found.empty()) return out;
    out.index = found.rows[0][0].value();
    for (const Json &column : Json::parse(found.rows[0][1].value())) out.columns.push_back(column);
    return out;
}

void publish_rows(const std::vector<Staged *> &staged, std::string &at) {
    if (staged.empty()) return;
    std::vector<Difference> all;
    for (Staged *s : staged) {
        RowKey key = row_key(s->target.oid, common_columns(pg::relation_columns(s->target.oid), s->columns));
        at = s->model.id();
        pg::lock_relation(s->target.oid, true);
        all.push_back({{s, key.columns, "t"}, target_name(*s->domain, s->model), qualified(s->schema, s->name), &at});
    }
    write_all(all);
    for (Difference &d : all) {
        require_all_written(d);
        d.staged->reason += "; " + d.counts();
    }
}

void finish_rows(const std::vector<Staged *> &staged, std::string &at) {
    for (const Staged *s : staged) {
        at = s->model.id();
        pg::as_role(owner_of(*s->domain), s->domain->search_path(), [&] {
            for (const std::string &index : missing_indexes(*s, s->target.oid)) execute(create_index_sql(index, target_name(*s->domain, s->model)));
            pg::drop_own(s->stage_oid, "drop table " + qualified(s->schema, s->name));
        });
    }
}

}  // namespace mesh::engine
