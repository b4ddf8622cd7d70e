#include "engine/publish.h"

#include <algorithm>

#include "engine/auto_increment.h"
#include "engine/grant.h"
#include "engine/hooks.h"
#include "engine/row_arrays.h"
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

bool needs_lock(const Staged &staged) {
    if (!staged.target.exists() || staged.how == Publish::nothing || staged.how == Publish::in_place) return false;
    return staged.how != Publish::rows || !staged.alter.empty();
}

// The model whose target could not be locked, or nullptr.
const Staged *lock_targets(const std::vector<Staged *> &staged) {
    std::vector<Oid> targets;
    for (const Staged *s : staged)
        if (needs_lock(*s)) targets.push_back(s->target.oid);
    if (targets.empty()) return nullptr;
    Oid failed = pg::lock_all(targets);
    auto found = std::find_if(staged.begin(), staged.end(), [failed](const Staged *s) { return s->target.oid == failed; });
    return OidIsValid(failed) ? *found : nullptr;
}

// Its storage is exchanged, and its rows could be changed instead. A materialized view that holds no data has none to change.
bool could_use_rows(const Staged &staged) {
    return staged.how == Publish::swap && (staged.target.kind == "r" || pg::is_populated(staged.target.oid));
}

void use_rows(Staged &staged, const std::string &why) {
    if (!could_use_rows(staged)) return;
    staged.how = Publish::rows;
    add_reason(staged.reason, "published row by row: " + why);
}

void use_rows(const std::vector<Staged *> &staged, const std::string &why) {
    for (Staged *s : staged) use_rows(*s, why);
}

// An index that somebody made meanwhile has no counterpart to exchange its storage with.
void keep_new_indexes(const std::vector<Staged *> &staged) {
    for (Staged *s : staged)
        if (s->how == Publish::swap && s->alter.empty() && pg::index_count(s->target.oid) + s->new_indexes.size() != pg::index_count(s->stage_oid))
            use_rows(*s, "its indexes changed while it was built");
}

// Readers that hold on to a relation keep its storage from being exchanged, but not its rows from being replaced.
void lock_or_use_rows(const std::vector<Staged *> &staged, std::string &at) {
    if (lock_targets(staged) == nullptr) return;
    use_rows(staged, "other sessions kept the table in use");
    const Staged *failed = lock_targets(staged);
    if (failed == nullptr) return;
    at = failed->model.id();
    throw Error("55P03", "could not lock what is to be published", "Other sessions kept in use: " + at + ".",
                "See pg_locks, or raise mesh.lock_timeout or mesh.lock_retries.");
}

bool is_written_in_place(const Staged *s) {
    return s->how == Publish::rows || (s->how == Publish::in_place && s->target.exists());
}

// All of it goes the second way while there is such a reader: decided before there are locks, which would be held while rows are written.
void keep_readers_whole(const std::vector<Staged *> &staged) {
    if (could_be_torn(staged) && pg::older_snapshots()) use_rows(staged, kOlderSnapshots);
}

// Under the locks: whoever dropped, replaced or renamed a target while its next contents were built keeps what he made.
void require_same_targets(const std::vector<Staged *> &staged, std::string &at) {
    for (const Staged *s : staged) {
        if (!s->target.exists() || pg::relation_oid(target_schema(*s->domain, s->model), target_identifier(s->model)) == s->target.oid) continue;
        at = s->model.id();
        throw Error("55000", "relation \"" + target_schema(*s->domain, s->model) + "." + target_identifier(s->model) + "\" was dropped or renamed while its next contents were built", "",
                    "Run it again.");
    }
}

void drop_target(const Staged &staged) {
    std::string kind = staged.target.kind == "v" ? "view" : staged.target.kind == "m" ? "materialized view" : "table";
    execute("drop " + kind + " " + target_name(*staged.domain, staged.model) + " restrict");
}

void alter_target(const Staged &staged) {
    std::string name = target_name(*staged.domain, staged.model);
    if (!staged.alter.empty()) execute("alter table " + name + " " + staged.alter);
}

void publish_swap(const Staged &staged) {
    std::string name = target_name(*staged.domain, staged.model);
    alter_target(staged);
    for (const std::string &index : staged.new_indexes) pg::create_index_entry(staged.target.oid, create_index_sql(index, name));
    pg::swap_storage(staged.target.oid, staged.stage_oid, staged.rows.value_or(0));
    if (staged.target.kind == "m") pg::set_populated(staged.target.oid);
}

void publish_view(const Staged &staged) {
    if (!staged.made.empty()) return publish_made(staged);
    std::string name = target_name(*staged.domain, staged.model);
    bool replace = staged.target.exists() && !staged.recreate;
    std::string columns = staged.is_reshaped ? " (" + column_list(staged.columns) + ")" : "";
    execute(std::string(replace ? "create or replace view " : "create view ") + name + columns + " as " + staged.final_sql);
    if (!replace) pg::release_parts(pg::relation_oid(target_schema(*staged.domain, staged.model), target_identifier(staged.model)));
}

// It is made empty, and takes over the storage and the built indexes of the staged table.
void publish_matview(const Staged &staged) {
    if (!staged.made.empty()) return publish_made(staged);
    std::string name = target_name(*staged.domain, staged.model);
    execute("create materialized view " + name + " as " + staged.final_sql + "\nwith no data");
    for (const std::string &index : pg::index_definitions(staged.stage_oid)) execute(create_index_sql(index, name));
    Oid matview = pg::relation_oid(target_schema(*staged.domain, staged.model), target_identifier(staged.model));
    pg::swap_storage(matview, staged.stage_oid, staged.rows.value_or(0));
    pg::set_populated(matview);
}

void publish_one(const Staged &staged) {
    switch (staged.how) {
        case Publish::nothing:
        case Publish::in_place: return;
        case Publish::swap: return publish_swap(staged);
        case Publish::rows: return alter_target(staged);  // its rows came before, or come last
        case Publish::view: return publish_view(staged);
        case Publish::matview: return publish_matview(staged);
        case Publish::rename:
            if (!staged.recreate) return pg::rename_relation(staged.stage_oid, target_identifier(staged.model));
            execute("alter table " + qualified(staged.schema, staged.name) + " rename to " + pg::quote_ident(target_identifier(staged.model)));
    }
}

void comment_on(const Staged &staged) {
    if (staged.model.description == staged.target.comment && staged.target.exists() && !staged.recreate) return;
    if (!staged.model.description || staged.model.materialized == "ephemeral" || !persists_docs(staged.model, "relation")) return;
    const char *kind = staged.model.materialized == "view" ? "view " : staged.model.materialized == "materialized_view" ? "materialized view " : "table ";
    execute(std::string("comment on ") + kind + target_name(*staged.domain, staged.model) + " is " + pg::quote_literal(*staged.model.description));
}

template <typename F>
void as_owner(const Staged &staged, F &&f) {
    pg::as_role(owner_of(*staged.domain), staged.domain->search_path(), f);
}

// The staged views read staged relations and one another: the last one first.
void drop_staged_views(const std::vector<Staged *> &staged) {
    for (auto s = staged.rbegin(); s != staged.rend(); ++s)
        if ((*s)->model.materialized == "view" && (*s)->how != Publish::rename && !(*s)->at_target && OidIsValid((*s)->stage_oid))
            as_owner(**s, [&] { pg::drop_own((*s)->stage_oid, "drop view " + qualified((*s)->schema, (*s)->name) + " restrict"); });
}

// Was only a part of its rows written?
bool increments(const Staged &staged) {
    return staged.how == Publish::in_place && staged.target.exists();
}

// `known` gets the ids of those that are registered still.
void write_built(RowArrays &rows, std::set<std::string> &known) {
    if (rows.empty()) return;
    pg::Result written = registry("update mesh.model_registry m set built_kind = r.kind, built_sql = r.sql, built_columns = r.columns::jsonb, row_count = nullif(r.row_count, '')::bigint,"
             " columns = case when m.body = r.body or m.materialized = 'seed' then r.columns::jsonb else m.columns end,"  // the body may have been replaced meanwhile
             " built_at = pg_catalog.clock_timestamp(), built_state = null"  // it is known again when all is published
             " from " + rows.from(1) + "(domain, name, kind, sql, columns, body, row_count) where m.domain = r.domain and m.name = r.name"
             " returning m.domain || '.' || m.name",
             {}, rows);
    for (const pg::Row &row : written.rows) known.insert(row[0].value());
    rows.clear();
}

// A model that was dropped while it was built must not be published: nobody would know it any more.
void write_registry(const std::vector<Staged *> &staged, std::string &at) {
    RowArrays rows(7);
    std::set<std::string> known;
    for (const Staged *s : staged) {
        if (s->model.materialized == "ephemeral") continue;
        rows.add({s->model.domain, s->model.name, s->relkind.empty() ? relkind_for(s->model.materialized) : s->relkind, s->final_sql, columns_to_json(s->columns).dump(), s->model.body,
                  s->rows && !increments(*s) ? std::to_string(*s->rows) : ""});
        if (rows.full()) write_built(rows, known);
    }
    write_built(rows, known);
    for (const Staged *s : staged) {
        if (s->model.materialized == "ephemeral" || known.count(s->model.id())) continue;
        at = s->model.id();
        throw Error("55000", "model \"" + s->model.id() + "\" was dropped while it was built", "", "Run the others again.");
    }
}

std::vector<Staged *> written_by_rows(const std::vector<Staged *> &staged) {
    std::vector<Staged *> out;
    for (Staged *s : staged)
        if (s->how == Publish::rows) out.push_back(s);
    return out;
}

// Those whose rows can be written before any reader has to wait for locks. Where one gets its columns under them, all come after it: they may
// refer to one another.
std::vector<Staged *> written_without_locks(const std::vector<Staged *> &staged) {
    std::vector<Staged *> out = written_by_rows(staged);
    if (std::any_of(out.begin(), out.end(), [](const Staged *s) { return needs_lock(*s); })) out.clear();
    return out;
}

// Deferred foreign keys are checked when all tables have their rows: what breaks one is told by the run, not by its commit.
void check_keys(const std::vector<Staged *> &staged, std::string &at) {
    for (bool of_it : {true, false}) {
        for (const Staged *s : staged) {
            if (s->how != Publish::rows && !increments(*s)) continue;
            at = s->model.id();
            as_owner(*s, [&] { pg::check_deferred(s->target.oid, of_it); });
        }
    }
}

// Of the relations that are made, those with consumers to let in.
std::set<std::string> hold_new_products(const std::vector<Staged *> &staged) {
    std::vector<const Model *> models;
    for (const Staged *s : staged)
        if (!s->target.exists() || s->recreate) models.push_back(&s->model);
    return hold_products(models);
}

// Those whose relation has other contents now, without a trigger having seen that.
std::set<std::string> replaced(const std::vector<Staged *> &staged) {
    std::set<std::string> out;
    for (const Staged *s : staged)
        if (s->how == Publish::swap || s->how == Publish::rename || (s->how == Publish::in_place && !s->target.exists())) out.insert(target_name(*s->domain, s->model));
    return out;
}

void settle(const Staged &staged, const std::set<std::string> &offered, std::string &at) {
    at = staged.model.id();
    as_owner(staged, [&] { apply_settings(staged); });
    if (offered.count(staged.model.id())) apply_grants(*staged.domain, staged.model);
    at.clear();
}

// What hooks of one model define on the relation of another, in the order of the models.
void define_on_others(const std::vector<Staged *> &staged, std::string &at) {
    for (const Staged *s : staged) {
        if (s->on_others.empty()) continue;
        at = s->model.id();
        as_owner(*s, [&] {
            pg::LimitedWaits waits;
            for (const OnOther &statement : s->on_others) execute(statement.sql);
            waits.end();
        });
    }
    at.clear();
}

// Everything but the registry: what needs no locks first, then all locks.
void put_in_place(const std::vector<Staged *> &staged, std::string &at) {
    require_same_targets(staged, at);
    keep_readers_whole(staged);
    std::vector<Staged *> early = written_without_locks(staged);
    publish_rows(early, at);
    lock_or_use_rows(staged, at);
    require_same_targets(staged, at);
    keep_new_indexes(staged);
    drop_staged_views(staged);
    std::map<const Staged *, std::vector<std::string>> decorations;
    for (auto s = staged.rbegin(); s != staged.rend(); ++s) {
        if (!(*s)->recreate) continue;
        at = (*s)->model.id();
        as_owner(**s, [&] {
            decorations[*s] = save_decorations(**s);
            drop_target(**s);
        });
    }
    std::vector<Staged *> by_rows = written_by_rows(staged), late;
    std::ranges::copy_if(by_rows, std::back_inserter(late), [&](Staged *s) { return std::ranges::find(early, s) == early.end(); });
    std::set<std::string> offered = hold_new_products(staged);
    std::vector<Staged *> unsettled;  // what their settings and hooks ask is asked of the rows that are yet to come
    for (Staged *s : staged) {
        at = s->model.id();
        as_owner(*s, [&] {
            publish_one(*s);
            for (const std::string &sql : decorations[s]) execute(sql);
            comment_on(*s);
        });
        bool waits = !late.empty() && (!unsettled.empty() || s == late.front()) && relkind_for(s->model.materialized) == "r";
        if (waits) unsettled.push_back(s);
        else settle(*s, offered, at);
    }
    publish_rows(late, at);
    for (Staged *s : unsettled) settle(*s, offered, at);
    finish_rows(by_rows, at);
    define_on_others(staged, at);
    check_keys(staged, at);
}

}  // namespace

bool could_be_torn(const std::vector<Staged *> &staged) {
    return std::any_of(staged.begin(), staged.end(), is_written_in_place) &&
           std::any_of(staged.begin(), staged.end(), [](const Staged *s) { return could_use_rows(*s); });
}

bool drop_stage(const Staged &staged) {
    if (staged.at_target && staged.target.exists()) return staged.how != Publish::in_place;
    if (!OidIsValid(staged.stage_oid)) return true;
    as_owner(staged, [&] {
        pg::drop_own(staged.stage_oid, std::string("drop ") + (staged.model.materialized == "view" ? "view " : "table ") + qualified(staged.schema, staged.name) + " restrict");
    });
    return true;
}

void publish(const std::vector<Staged *> &staged, const std::string &by_rows, std::string &at) {
    at.clear();
    write_registry(staged, at);  // first: a row that somebody else is changing is waited for before any reader has to wait
    find_recreated(staged, at);
    if (!by_rows.empty() && could_be_torn(staged)) use_rows(staged, by_rows);
    put_in_place(staged, at);
    std::set<std::string> relations = replaced(staged);
    for (const Staged *s : staged) keep_increment(*s, relations);
}

}  // namespace mesh::engine
