// Relations that a project's own macros make in place of what the mesh would build.
#include "engine/build_stage.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;
using pg::execute;
using pg::qualified;

namespace {

// Can the table become what was made, and stay the relation that it is? Partitions, children of other relations, columns that fill themselves, triggers,
// rules and policies cannot be handed on.
bool can_become(Oid target, Oid made) {
    return pg::query_value("select t.relkind = 'r' and m.relkind = 'r' and t.relam = m.relam and t.reltablespace = m.reltablespace and not m.relispartition and not m.relrowsecurity and not m.relhasrules"
                           " and not exists (select from pg_catalog.pg_trigger where tgrelid = m.oid and not tgisinternal)"
                           " and not exists (select from pg_catalog.pg_inherits where inhrelid = m.oid or inhparent = m.oid)"
                           " and not exists (select from pg_catalog.pg_policy where polrelid = m.oid)"
                           " and not exists (select from pg_catalog.pg_attribute where attrelid in (m.oid, t.oid) and attnum > 0 and (attidentity <> '' or attgenerated <> ''))"
                           " from pg_catalog.pg_class t, pg_catalog.pg_class m where t.oid = $1::oid and m.oid = $2::oid",
                           {std::to_string(target), std::to_string(made)}) == "t";
}

// What was made gets the model's name: nobody else sees it yet.
void take_name(Staged &staged) {
    std::string made = staged.relation, reason = staged.reason, kind = staged.relkind == "v" ? "view " : staged.relkind == "m" ? "materialized view " : "table ";
    own_name(staged);
    staged.reason = reason;
    if (made != staged.relation) execute("alter " + kind + made + " rename to " + pg::quote_ident(staged.name));
}

// A materialized view would name what is staged: it is kept as a table until it can be made over what is published.
void stage_made_matview(Staged &staged, const Stage &stage, const BuildOptions &options) {
    std::string made = staged.relation;
    name_stage(staged, options, stage.size());
    staged.how = Publish::matview;
    staged.recreate = staged.target.exists();
    create_and_fill(staged, rows_of("select * from " + made), options);
    execute("drop materialized view " + made);
}

// The table becomes what was made, when it can.
void stage_made_table(Staged &staged, const Stage &stage, const BuildOptions &options) {
    Oid made = staged.stage_oid;
    std::string relation = staged.relation;
    staged.rows = std::stoull(pg::query_as_of("select count(*) from " + relation).rows.at(0).at(0).value());
    if (!staged.target.exists()) return take_name(staged);
    if (!can_become(staged.target.oid, made)) {
        staged.how = Publish::rename;
        staged.recreate = true;
        return;
    }
    staged.model.config.erase("indexes");
    staged.key_indexes = plain_indexes(made);
    staged.model.config["unlogged"] = pg::query_value("select relpersistence = 'u' from pg_catalog.pg_class where oid = $1::oid", {std::to_string(made)}) == "t";
    staged.after = traits_of(made, staged);
    stage_existing(staged, rows_of("select " + column_list(staged.columns) + " from " + relation), stage, options);
    execute("drop table " + relation);
}

}  // namespace

std::vector<std::string> traits_of(Oid made, const Staged &staged) {
    pg::Result rows = pg::query(R"(with m as (select *, case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind from pg_catalog.pg_class where oid = $1::oid)
select pg_catalog.format('alter %s %s set (%s)', kind, $2, pg_catalog.array_to_string(reloptions, ', ')) from m where reloptions is not null
union all select pg_catalog.format('alter table %s alter column %I set default %s', $2, attname, pg_catalog.pg_get_expr(adbin, adrelid))
    from m join pg_catalog.pg_attrdef d on adrelid = m.oid join pg_catalog.pg_attribute a on attrelid = adrelid and attnum = adnum where relkind = 'r'
union all select pg_catalog.format('alter table %s alter column %I set not null', $2, attname) from m join pg_catalog.pg_attribute on attrelid = m.oid where relkind = 'r' and attnum > 0 and attnotnull
union all select pg_catalog.format('alter table %s add %s', $2, pg_catalog.pg_get_constraintdef(c.oid)) from m join pg_catalog.pg_constraint c on conrelid = m.oid
    where contype in ('c', 'p', 'u', 'f', 'x') and not exists
        (select from pg_catalog.pg_constraint t where t.conrelid = $3::oid and pg_catalog.pg_get_constraintdef(t.oid) = pg_catalog.pg_get_constraintdef(c.oid))
union all select pg_catalog.format('comment on %s %s is %L', kind, $2, pg_catalog.obj_description(m.oid, 'pg_class')) from m where pg_catalog.obj_description(m.oid, 'pg_class') is not null
union all select pg_catalog.format('comment on column %s.%I is %L', $2, attname, pg_catalog.col_description(m.oid, attnum))
    from m join pg_catalog.pg_attribute on attrelid = m.oid where attnum > 0 and pg_catalog.col_description(m.oid, attnum) is not null
union all select pg_catalog.format('grant %s on %s to %s%s', a.privilege_type, $2, case a.grantee when 0 then 'public' else a.grantee::pg_catalog.regrole::text end, case when a.is_grantable then ' with grant option' else '' end)
    from m, pg_catalog.aclexplode(m.relacl) a where a.grantee <> m.relowner)",
                                {std::to_string(made), target_name(*staged.domain, staged.model), std::to_string(staged.target.oid)});
    std::vector<std::string> out;
    for (const pg::Row &row : rows.rows) out.push_back(row[0].value());
    return out;
}

std::vector<std::string> plain_indexes(Oid relation) {
    std::vector<std::string> out = pg::index_definitions(relation);
    pg::Result constraints = pg::query("select (pg_catalog.row_number() over (order by x.indexrelid) - 1)::text, c.oid is not null from pg_catalog.pg_index x"
                                       " left join pg_catalog.pg_constraint c on c.conindid = x.indexrelid and c.contype in ('p', 'u', 'x') where x.indrelid = $1::oid order by x.indexrelid desc",
                                       {std::to_string(relation)});
    for (const pg::Row &row : constraints.rows)
        if (row[1] == "t") out.erase(out.begin() + std::stol(row[0].value()));
    return out;
}

void stage_made(Mesh &mesh, Staged &staged, const Stage &stage, const BuildOptions &options) {
    const Made &made = *options.made;
    staged.schema = made.schema;
    staged.name = staged.made_name = made.name;
    staged.relation = qualified(made.schema, made.name);
    staged.reason = "made by the project's own \"" + made.macro + "\"";
    staged.stage_oid = pg::relation_oid(made.schema, made.name);
    if (!OidIsValid(staged.stage_oid)) throw Error("42P01", "macro \"" + made.macro + "\" has not made " + staged.relation, "", "It is called with the relation that it shall make.");
    staged.columns = pg::relation_columns(staged.stage_oid);
    staged.relkind = pg::query_value("select relkind from pg_catalog.pg_class where oid = $1::oid", {std::to_string(staged.stage_oid)}).value();
    if (staged.model.materialized != "view" && staged.model.materialized != "materialized_view") return stage_made_table(staged, stage, options);
    staged.made = made.statements;
    if (staged.model.materialized == "materialized_view") return stage_made_matview(staged, stage, options);
    if (!staged.target.exists() && upstreams_at_target(mesh, staged.compiled, stage)) return take_name(staged);
    staged.how = Publish::view;
}

void publish_made(const Staged &staged) {
    std::string made = qualified(target_schema(*staged.domain, staged.model), staged.made_name);
    std::string kind = staged.model.materialized == "view" ? "view " : "materialized view ";
    for (const std::string &statement : staged.made) execute(statement);
    if (staged.model.materialized != "view") execute("drop table " + qualified(staged.schema, staged.name));
    if (!staged.target.exists() || staged.recreate) {
        execute("alter " + kind + made + " rename to " + pg::quote_ident(target_identifier(staged.model)));
        return;
    }
    Oid oid = pg::relation_oid(target_schema(*staged.domain, staged.model), staged.made_name);
    std::string definition = pg::query_value("select pg_catalog.pg_get_viewdef($1::oid)", {std::to_string(oid)}).value();
    std::vector<std::string> traits = traits_of(oid, staged);
    execute("create or replace view " + target_name(*staged.domain, staged.model) + " as " + definition);
    for (const std::string &statement : traits) execute(statement);
    execute("drop view " + made);
}

}  // namespace mesh::engine
