// mesh.create_domain and its kin.
#include "api/args.h"
#include "engine/access.h"
#include "engine/agreement.h"

using namespace mesh;
using core::Error;

MESH_FUNCTION(mesh_create_domain) {
    std::string name = api::required(fcinfo, 0, "name");
    std::string owner = api::arg(fcinfo, 1).value_or(pg::role_name(GetUserId()));
    std::string schema = api::arg(fcinfo, 2).value_or(engine::fit_identifier(name));
    if (name.empty()) throw Error("42602", "a domain needs a name");
    Oid role = pg::role_oid(owner);
    if (!pg::acts_for(GetUserId(), role))
        throw Error("42501", "must be a member of role \"" + owner + "\" to create a domain that it owns");
    if (engine::find_domain(name))
        throw Error("42710", "domain \"" + name + "\" already exists", "", "Change it with mesh.alter_domain().");
    if (auto other = engine::find_domain_by_schema(schema))
        throw Error("42710", "schema \"" + schema + "\" belongs to domain \"" + other->name + "\"", "", "Give another name in schema =>.");
    pg::Value held = pg::query_value("select pg_catalog.pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = $1", {schema});
    if (held && *held != owner)
        throw Error("42501", "schema \"" + schema + "\" exists and belongs to \"" + *held + "\", not to \"" + owner + "\"", "",
                    "Give another name in schema =>, or ALTER SCHEMA ... OWNER TO.");
    if (schema.rfind("pg_", 0) == 0 || schema == "information_schema" || schema == "mesh")
        throw Error("42939", "schema \"" + schema + "\" is the system's", "", "Give another name in schema =>.");
    if (!held) pg::execute("create schema " + pg::quote_ident(schema) + " authorization " + pg::quote_ident(owner));
    engine::registry("insert into mesh.domain_registry (name, owner, schema_name, description) values ($1, $2, $3, $4)",
                     {name, owner, schema, api::arg(fcinfo, 3)});
    PG_RETURN_VOID();
}

// Refuses while the domain has anything, and says what.
MESH_FUNCTION(mesh_drop_domain) {
    engine::Domain domain = engine::get_domain(api::required(fcinfo, 0, "name"));
    engine::require_owner(domain, GetUserId());
    pg::Value holds = engine::registry_value(
        "select pg_catalog.string_agg(what, ', ' order by what) from (select 'model ' || domain || '.' || name as what from mesh.model_registry where domain = $1"
        " union all select 'source ' || source_name || '.' || table_name from mesh.source_registry where domain = $1) s",
        {domain.name});
    if (holds)
        throw Error("2BP01", "cannot drop domain \"" + domain.name + "\" because other objects depend on it", "It has " + *holds + ".",
                    "Drop them first with mesh.drop_model() and mesh.drop_source().");
    engine::end_agreements_of(domain, GetUserId());
    engine::registry("delete from mesh.run_grant_registry where domain = $1", {domain.name});
    engine::registry("delete from mesh.domain_registry where name = $1", {domain.name});
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_grant_run) {
    engine::Domain domain = engine::get_domain(api::required(fcinfo, 0, "domain"));
    std::string grantee = api::required(fcinfo, 1, "to");
    engine::require_owner(domain, GetUserId());
    (void)pg::role_oid(grantee);
    engine::registry("insert into mesh.run_grant_registry values ($1, $2) on conflict do nothing", {domain.name, grantee});
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_create_source) {
    engine::Domain domain = engine::get_domain(api::required(fcinfo, 0, "domain"));
    std::string source = api::required(fcinfo, 1, "source_name");
    std::string schema = api::arg(fcinfo, 3).value_or(source);
    engine::require_owner(domain, GetUserId());
    for (const std::string &table : pg::parse_array(api::required(fcinfo, 2, "tables"))) {
        pg::Value readable = pg::query_value(
            "select pg_catalog.has_schema_privilege($3::name, n.oid, 'USAGE') and pg_catalog.has_table_privilege($3::name, c.oid, 'SELECT')"
            " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = $1 and c.relname = $2 and c.relkind in ('r','v','m','f','p')",
            {schema, table, domain.owner});
        std::string relation = pg::qualified(schema, table);
        if (!readable) throw Error("42P01", "source table " + relation + " does not exist");
        if (*readable != "t")
            throw Error("42501", "owner \"" + domain.owner + "\" of domain \"" + domain.name + "\" may not read " + relation, "",
                        "GRANT USAGE ON SCHEMA " + pg::quote_ident(schema) + " and SELECT ON " + relation + " to it.");
        engine::check_relation_access(domain, schema, table);
        engine::registry("insert into mesh.source_registry (domain, source_name, table_name, schema_name, loaded_at) values ($1, $2, $3, $4, $5)",
                         {domain.name, source, table, schema, api::arg(fcinfo, 4)});
    }
    PG_RETURN_VOID();
}
