// Publishing: the short step in which consumers come to see what was staged.
#include "engine/build.h"
#include "engine/grant.h"
#include "pg/guc.h"
#include "pg/heap.h"

extern "C" {
#include "utils/fmgrprotos.h"
}

namespace mesh::engine {

using core::Error;
using pg::execute;
using pg::qualified;

namespace {

Oid oid_of(const std::string &name) {
    return static_cast<Oid>(std::stoul(pg::query_value("select $1::regclass::oid", {name}).value()));
}

// A long wait for the lock would make every new reader queue: short waits, given up and tried again.
void lock_or_raise(const Staged &staged) {
    for (int attempt = 0; attempt <= pg::lock_retries; attempt++) {
        if (pg::try_lock_exclusive(staged.target, pg::lock_timeout_ms)) return;
        pg::call([attempt] { (void)DirectFunctionCall1(pg_sleep, Float8GetDatum(0.01 * (1 << (attempt < 6 ? attempt : 6)))); });
    }
    throw Error("55P03", "could not lock \"" + staged.domain.schema + "." + staged.model.name + "\" to publish it",
                "Other sessions kept it in use; nothing was changed.",
                "See pg_locks, or raise mesh.lock_timeout or mesh.lock_retries.");
}

void publish_view(const Staged &staged) {
    std::string name = target_name(staged.domain, staged.model);
    ErrorData *error = pg::try_in_subtransaction([&] { execute("create or replace view " + name + " as " + staged.final_sql); });
    if (error == nullptr) return;
    if (error->sqlerrcode != ERRCODE_INVALID_TABLE_DEFINITION) throw pg::ServerError{error};
    // RESTRICT: whoever depends on the view is named by the server's error, and nothing is dropped.
    pg::Result grants = pg::query("select pg_catalog.string_agg(pg_catalog.format('grant %s on %s to %s', a.privilege_type, $1,"
                                  " case when a.grantee = 0 then 'public' else pg_catalog.quote_ident(r.rolname) end), ';')"
                                  " from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a left join pg_catalog.pg_roles r"
                                  " on r.oid = a.grantee where c.oid = $1::regclass", {name});
    execute("drop view " + name + " restrict");
    execute("create view " + name + " as " + staged.final_sql);
    if (grants.rows[0][0]) execute(*grants.rows[0][0]);
}

// The stage becomes the table itself when there was none.
void publish_new_table(const Staged &staged) {
    execute("alter table " + qualified(staged.schema, staged.name) + " rename to " + pg::quote_ident(fit_identifier(staged.model.name)));
}

void swap_from(Staged &staged) {
    std::string stage = qualified(staged.schema, staged.name);
    Oid sibling = pg::create_sibling(staged.target);
    pg::fill_frozen(sibling, "select * from " + stage);
    pg::copy_indexes(staged.target, sibling);
    pg::swap_storage(staged.target, sibling);
}

// Columns that went, came or changed their type: the table is emptied of them in the catalog only, and filled
// from the stage. Dependents that need an old column make the server refuse, naming them.
void publish_altered_table(Staged &staged) {
    lock_or_raise(staged);
    std::string name = target_name(staged.domain, staged.model);
    std::string changes;
    pg::Result old = pg::query("select attname from pg_catalog.pg_attribute where attrelid = $1::oid and attnum > 0 and not attisdropped",
                               {std::to_string(staged.target)});
    for (const pg::Row &row : old.rows) changes += (changes.empty() ? "" : ", ") + ("drop column " + pg::quote_ident(row[0].value()));
    for (const pg::Column &column : staged.model.columns)
        changes += ", add column " + pg::quote_ident(column.name) + " " + column.type + (column.collation.empty() ? "" : " collate " + column.collation);
    execute("alter table " + name + " " + changes);
    swap_from(staged);
    execute("drop table " + qualified(staged.schema, staged.name));
    for (const Json &index : staged.model.config.value("indexes", Json::array())) (void)index;
}

// A materialized view is staged as a table: its own definition must name published relations, not staged ones.
void publish_matview(Staged &staged) {
    std::string name = target_name(staged.domain, staged.model);
    if (staged.target != InvalidOid && staged.sibling != InvalidOid &&
        registry_value("select built_sql from mesh.model_registry where domain = $1 and name = $2", {staged.model.domain, staged.model.name}) == staged.final_sql) {
        lock_or_raise(staged);
        pg::swap_storage(staged.target, staged.sibling);
        pg::set_populated(staged.target);
        return;
    }
    if (staged.target != InvalidOid && staged.sibling == InvalidOid) execute("drop materialized view " + name + " restrict");
    else if (staged.target != InvalidOid) {
        execute("create table " + qualified(staged.domain.schema, fit_identifier("mesh_stage_" + staged.model.name)) + " as select * from " + name);
        execute("drop materialized view " + name + " restrict");
    }
    execute("create materialized view " + name + " as " + staged.final_sql + "\nwith no data");
    staged.target = oid_of(name);
    swap_from(staged);
    pg::set_populated(staged.target);
    execute("drop table " + qualified(staged.schema, staged.name));
}

void publish_as_owner(Staged &staged) {
    if (staged.model.materialized == "view") publish_view(staged);
    else if (staged.model.materialized == "materialized_view") publish_matview(staged);
    else if (staged.target == InvalidOid) publish_new_table(staged);
    else if (staged.sibling == InvalidOid) publish_altered_table(staged);
    else {
        lock_or_raise(staged);
        pg::swap_storage(staged.target, staged.sibling);
    }
}

}  // namespace

void publish(Staged &staged) {
    if (staged.model.materialized == "ephemeral") return;
    if (!staged.in_place) {
        staged.final_sql = runnable_sql(staged.domain, staged.model, staged.compiled, nullptr, false);
        pg::as_role(staged.domain.owner_oid, staged.domain.search_path(), [&] { publish_as_owner(staged); });
    }
    std::string kind = staged.model.materialized == "view" ? "v" : staged.model.materialized == "materialized_view" ? "m" : "r";
    registry("update mesh.model_registry set built_kind = $3, built_at = pg_catalog.clock_timestamp(), built_sql = $4 where domain = $1 and name = $2",
             {staged.model.domain, staged.model.name, kind, staged.final_sql});
    apply_grants(staged.domain, staged.model);
}

void clean_up(const Staged &staged) {
    if (staged.model.materialized != "view" || staged.name.empty()) return;
    pg::as_role(staged.domain.owner_oid, staged.domain.search_path(),
                [&] { execute("drop view if exists " + qualified(staged.schema, staged.name)); });
}

}  // namespace mesh::engine
