// mesh.create_domain and its kin.
#include "api/args.h"
#include "engine/access.h"
#include "engine/agreement.h"
#include "engine/domain.h"
#include "pg/guc.h"

using namespace mesh;
using core::Error;

MESH_FUNCTION(mesh_create_domain) {
    std::string name = api::required(fcinfo, 0, "name");
    std::string owner = api::arg(fcinfo, 1).value_or(pg::role_name(GetUserId()));
    std::string schema = api::arg(fcinfo, 2).value_or(engine::fit_identifier(name));
    engine::create_domain({name, owner, schema, api::arg(fcinfo, 3)}, GetUserId());
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_alter_domain) {
    engine::Domain domain = engine::get_domain(api::required(fcinfo, 0, "name"));
    engine::require_owner(domain, GetUserId());
    if (auto owner = api::arg(fcinfo, 1)) engine::change_owner(domain, *owner);
    if (auto description = api::arg(fcinfo, 2))
        engine::registry("update mesh.domain_registry set description = $2 where name = $1", {domain.name, description});
    if (auto path = api::arg(fcinfo, 3)) {
        std::vector<std::string> names = pg::parse_search_path(*path);
        engine::registry("update mesh.domain_registry set search_path = $2::text[] where name = $1",
                         {domain.name, names.empty() ? pg::Value() : pg::Value(pg::array_literal(names))});
    }
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

MESH_FUNCTION(mesh_revoke_run) {
    engine::Domain domain = engine::get_domain(api::required(fcinfo, 0, "domain"));
    engine::require_owner(domain, GetUserId());
    engine::registry("delete from mesh.run_grant_registry where domain = $1 and grantee = $2", {domain.name, api::required(fcinfo, 1, "from")});
    PG_RETURN_VOID();
}
