#include "engine/grant.h"

#include "engine/target.h"
#include "pg/report.h"

namespace mesh::engine {

namespace {

void as_owner(const Domain &domain, const std::string &sql) {
    pg::as_role(domain.owner_oid, domain.search_path(), [&] { pg::execute(sql); });
}

bool relation_built(const Domain &domain, const Model &model) {
    return registry_value(
               "select 1 from mesh.model_registry m, pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = "
               "c.relnamespace"
               " where m.domain = $1 and m.name = $2 and m.built_kind is not null and n.nspname = $3 and c.relname = "
               "$4",
               {domain.name, model.name, target_schema(domain, model), target_identifier(model)})
        .has_value();
}

// Each consumer's role that lacks something: role (NULL: does not exist), its name, lacks USAGE, lacks SELECT.
pg::Result missing_grants(const Domain &domain, const Model &model) {
    return registry(
        "select r.rolname, g.grantee, not exists (select 1 from pg_catalog.aclexplode(n.nspacl) a where a.grantee = "
        "r.oid and a.privilege_type = 'USAGE'),"
        " not exists (select 1 from pg_catalog.aclexplode(c.relacl) a where a.grantee = r.oid and a.privilege_type = "
        "'SELECT')"
        " from (select distinct grantee from mesh.agreement_grants where domain = $1 and model = $2 and (valid_until "
        "is null or valid_until > pg_catalog.now())) g"
        " left join pg_catalog.pg_roles r on r.rolname = g.grantee, pg_catalog.pg_class c join pg_catalog.pg_namespace "
        "n on n.oid = c.relnamespace"
        " where n.nspname = $3 and c.relname = $4 and g.grantee <> $5 order by 2",
        {domain.name, model.name, target_schema(domain, model), target_identifier(model), domain.owner});
}

bool in_force(const Domain &domain, const std::string &model, const std::string &role) {
    return registry_value(
               "select 1 from mesh.agreement_grants where domain = $1 and model = $2 and grantee = $3"
               " and (valid_until is null or valid_until > pg_catalog.now()) limit 1",
               {domain.name, model, role})
        .has_value();
}

// Gives an agreement the role anything in the schema?
bool in_force_in(const Domain &domain, const std::string &schema, const std::string &role) {
    return registry_value(
               "select 1 from mesh.agreement_grants g join mesh.model_registry m on m.domain = g.domain and m.name = g.model"
               " where g.domain = $1 and coalesce(m.schema_name, $2) = $3 and g.grantee = $4"
               " and (g.valid_until is null or g.valid_until > pg_catalog.now()) limit 1",
               {domain.name, domain.schema, schema, role})
        .has_value();
}

// Has the role a relation or function of the schema from somebody's own hand?
bool holds_more(const std::string &schema, const std::string &role) {
    return registry_value(
               "select 1 from pg_catalog.pg_namespace n, pg_catalog.pg_roles r where n.nspname = $1 and r.rolname = $2 "
               "and (exists"
               " (select 1 from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a where c.relnamespace = n.oid "
               "and a.grantee = r.oid) or exists"
               " (select 1 from pg_catalog.pg_attribute t join pg_catalog.pg_class c on c.oid = t.attrelid, "
               "pg_catalog.aclexplode(t.attacl) a"
               " where c.relnamespace = n.oid and a.grantee = r.oid) or exists"
               " (select 1 from pg_catalog.pg_proc p, pg_catalog.aclexplode(p.proacl) a where p.pronamespace = n.oid "
               "and a.grantee = r.oid))",
               {schema, role})
        .has_value();
}

bool role_exists(const std::string &role) {
    return pg::query_value("select 1 from pg_catalog.pg_roles where rolname = $1", {role}).has_value();
}

}  // namespace

std::set<std::string> hold_products(const std::vector<const Model *> &models) {
    std::set<std::string> out;
    if (models.empty()) return out;
    Json names = Json::array();
    for (const Model *model : models) names.push_back({{"d", model->domain}, {"m", model->name}});
    pg::Result held = registry("select domain || '.' || model from mesh.product_registry where (domain, model) in (select d, m from pg_catalog.jsonb_to_recordset($1::jsonb) r(d text, m text))"
                               " order by domain, model, name, version for share",
                               {names.dump()});
    for (const pg::Row &row : held.rows) out.insert(row[0].value());
    return out;
}

void apply_grants(const Domain &domain, const Model &model) {
    if (hold_products({&model}).empty() || !relation_built(domain, model)) return;
    std::string relation = target_name(domain, model);
    for (const pg::Row &row : missing_grants(domain, model).rows) {
        if (!row[0]) {
            pg::notice(
                "role \"" + row[1].value() + "\" holds an agreement for \"" + model.id() + "\" but does not exist",
                "It was granted nothing.", "Create the role, or take the agreement back with mesh.revoke_product().");
            continue;
        }
        std::string to = " to " + pg::quote_ident(*row[0]);
        if (row[2] == "t") as_owner(domain, "grant usage on schema " + pg::quote_ident(target_schema(domain, model)) + to);
        if (row[3] == "t") as_owner(domain, "grant select on " + relation + to);
    }
}

void grant_staged(const Domain &domain, const Model &model, const std::string &relation) {
    pg::Result roles = registry(
        "select r.rolname, pg_catalog.has_schema_privilege(r.oid, $3, 'USAGE') from pg_catalog.pg_roles r where r.rolname <> $4 and r.rolname in"
        " (select grantee from mesh.agreement_grants where domain = $1 and model = $2 and consumer_kind = 'domain'"
        " and (valid_until is null or valid_until > pg_catalog.now())) order by 1",
        {domain.name, model.name, target_schema(domain, model), domain.owner});
    for (const pg::Row &row : roles.rows) {
        std::string to = " to " + pg::quote_ident(row[0].value());
        if (row[1] == "f") pg::execute("grant usage on schema " + pg::quote_ident(target_schema(domain, model)) + to);
        pg::execute("grant select on " + relation + to);
    }
}

// CASCADE reaches only those to whom the role itself passed on what it had.
void revoke_unused(const Domain &domain, const Model &model, const std::string &role) {
    if (role == domain.owner || !role_exists(role)) return;
    std::string from = " from " + pg::quote_ident(role) + " cascade";
    if (!in_force(domain, model.name, role) && relation_built(domain, model))
        as_owner(domain, "revoke select on " + target_name(domain, model) + from);
    std::string schema = target_schema(domain, model);
    if (!in_force_in(domain, schema, role) && !holds_more(schema, role)) as_owner(domain, "revoke usage on schema " + pg::quote_ident(schema) + from);
}

}  // namespace mesh::engine
