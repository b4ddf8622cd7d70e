#include "engine/stage_registry.h"

#include "pg/lock.h"
#include "pg/relation.h"
#include "pg/report.h"

namespace mesh::engine {

namespace {

std::string lock_of(int64_t run_id) {
    return "stage " + std::to_string(run_id);
}

// Takes away what default privileges have given to others, and notes how to give it when the relation is published. What stands for an
// agreement is left: the same run reads it by that.
void hide_privileges(Staged &staged) {
    std::string oid = std::to_string(staged.stage_oid);
    pg::Result agreed = registry("select distinct grantee from mesh.agreement_grants where domain = $1 and model = $2", {staged.model.domain, staged.model.name});
    std::vector<std::string> kept;
    for (const pg::Row &row : agreed.rows) kept.push_back(row[0].value());
    pg::Result rows = pg::query(
        "select pg_catalog.format('revoke %s on %s from %s', a.privilege_type, $2, g.name), pg_catalog.format('grant %s on %s to %s%s', a.privilege_type, $3, g.name,"
        " case when a.is_grantable then ' with grant option' else '' end)"
        " from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a left join pg_catalog.pg_roles r on r.oid = a.grantee,"
        " lateral (select case when a.grantee = 0 then 'public' else pg_catalog.quote_ident(r.rolname) end as name) g"
        " where c.oid = $1::oid and a.grantee <> c.relowner and (r.rolname is null or not r.rolname = any($4::text[]))",
        {oid, staged.relation, target_name(*staged.domain, staged.model), pg::array_literal(kept)});
    for (const pg::Row &row : rows.rows) {
        pg::execute(row[0].value());
        if (staged.how == Publish::rename) staged.after.push_back(row[1].value());
    }
}

enum class Drop { done, in_use, no_room };

// Drops one relation as its owner, unless somebody keeps it in use or the server has no room for one more lock.
Drop drop_left(const std::string &schema, const std::string &name) {
    pg::Result found = pg::query("select c.relowner, c.relkind from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2",
                                 {schema, name});
    if (found.empty()) return Drop::done;
    std::string what = found.rows[0][1] == "v" ? "view " : "table ", relation = pg::qualified(schema, name);
    ErrorData *error = pg::try_in_subtransaction([&] {
        pg::as_role(static_cast<Oid>(std::stoul(found.rows[0][0].value())), "pg_catalog, pg_temp", [&] {
            pg::LimitedWaits waits;
            pg::execute("drop " + what + relation + " restrict");
            waits.end();
        });
    });
    if (error != nullptr) pg::notice("could not drop " + relation + ", which a run left behind", error->message, "The next run of its domain tries again.");
    return error == nullptr ? Drop::done : pg::lock_table_is_full(error) ? Drop::no_room : Drop::in_use;
}

// The youngest first: a view before what it reads. Where there is no room for more locks, the others would fail alike.
void clean_rows(const std::string &condition, const std::vector<Value> &args, const std::set<std::string> &kept = {}) {
    pg::Result rows = registry("select run_id, schema_name, relation_name from mesh.stage_registry where " + condition + " order by stage_id desc", args);
    for (const pg::Row &row : rows.rows) {
        if (kept.count(pg::qualified(row[1].value(), row[2].value()))) continue;
        Drop drop = drop_left(row[1].value(), row[2].value());
        if (drop == Drop::no_room) return;
        if (drop == Drop::done)
            registry("delete from mesh.stage_registry where run_id = $1::bigint and schema_name = $2 and relation_name = $3", {row[0], row[1], row[2]});
    }
}

}  // namespace

void hide_staged(Staged &staged, const BuildOptions &options) {
    if (!OidIsValid(staged.stage_oid)) return;
    if (staged.at_target && staged.how == Publish::in_place && !staged.target.exists()) {
        staged.how = Publish::rename;
        staged.at_target = false;
    }
    if (staged.name != options.stage_name) {
        staged.name = options.stage_name;
        pg::rename_relation(staged.stage_oid, staged.name);
        staged.relation = pg::qualified(staged.schema, staged.name);
    }
    if (!pg::has_privileges(staged.stage_oid)) return;
    pg::as_role(owner_of(*staged.domain), staged.domain->search_path(), [&] { hide_privileges(staged); });
}

void note_staged(int64_t run_id, const Json &relations) {
    registry("insert into mesh.stage_registry (run_id, domain, schema_name, relation_name)"
             " select $1::bigint, r->>0, r->>1, r->>2 from pg_catalog.jsonb_array_elements($2::jsonb) with ordinality o(r, n) order by n",
             {std::to_string(run_id), relations.dump()});
}

void clean_stage(int64_t run_id, const std::set<std::string> &kept) {
    clean_rows("run_id = $1::bigint", {std::to_string(run_id)}, kept);
}

void clean_left_stages(const std::set<std::string> &domains) {
    std::string list = pg::array_literal({domains.begin(), domains.end()});
    pg::Result runs = registry("select distinct run_id from mesh.stage_registry where domain = any($1::text[]) order by 1", {list});
    if (runs.empty()) return;
    for (const pg::Row &row : runs.rows) (void)pg::lock_name(lock_of(std::stoll(row[0].value())), true);
    clean_rows("domain = any($1::text[])", {list});
}

void hold_stage(int64_t run_id) {
    pg::hold_name(lock_of(run_id));
}

}  // namespace mesh::engine
