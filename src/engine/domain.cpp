#include "engine/domain.h"

#include "engine/grant.h"
#include "engine/target.h"
#include "pg/relation.h"

namespace mesh::engine {

using core::Error;

namespace {

// Of every signature that it has had.
void give_function(const Domain &domain, const Model &model, const std::string &owner) {
    pg::Result found = pg::query("select p.oid::pg_catalog.regprocedure::text from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace"
                                 " where n.nspname = $1 and p.proname = $2 and p.proowner = $3::oid",
                                 {target_schema(domain, model), target_identifier(model), std::to_string(domain.owner_oid)});
    for (const pg::Row &row : found.rows) pg::execute("alter routine " + row[0].value() + " owner to " + pg::quote_ident(owner));
}

void give_relation(const Domain &domain, const Model &model, const std::string &owner) {
    if (is_function(model)) return give_function(domain, model, owner);
    if (model.built_kind.empty() || !OidIsValid(pg::relation_oid(target_schema(domain, model), target_identifier(model)))) return;
    std::string kind = model.built_kind == "v" ? "view" : model.built_kind == "m" ? "materialized view" : "table";
    pg::execute("alter " + kind + " " + target_name(domain, model) + " owner to " + pg::quote_ident(owner));
}

// What the domain consumes is granted to its owner.
void move_consumer_grants(const Domain &domain, const std::string &old_owner) {
    pg::Result models = registry(
        "select distinct p.domain, p.model from mesh.agreement_registry a join mesh.product_registry p on p.domain = a.domain and p.name = a.product"
        " and p.version = a.version where a.consumer_kind = 'domain' and a.consumer = $1 and a.status = 'approved'",
        {domain.name});
    for (const pg::Row &row : models.rows) {
        Domain owner = get_domain(row[0].value());
        Model model = get_model({row[0].value(), row[1].value()});
        apply_grants(owner, model);
        revoke_unused(owner, model, old_owner);
    }
}

}  // namespace

void create_domain(const NewDomain &domain, Oid caller) {
    if (domain.name.empty()) throw Error("42602", "a domain needs a name");
    Oid role = pg::role_oid(domain.owner);
    if (!pg::acts_for(caller, role)) throw Error("42501", "must be a member of role \"" + domain.owner + "\" to create a domain that it owns");
    if (find_domain(domain.name))
        throw Error("42710", "domain \"" + domain.name + "\" already exists", "", "Change it with mesh.alter_domain().");
    bool exists = require_free_schema(domain.schema, role).has_value();
    lock_registry();
    if (!exists) pg::execute("create schema " + pg::quote_ident(domain.schema) + " authorization " + pg::quote_ident(domain.owner));
    registry("insert into mesh.domain_registry (name, owner, schema_name, description) values ($1, $2, $3, $4)",
             {domain.name, domain.owner, domain.schema, domain.description});
}

std::optional<Oid> require_free_schema(const std::string &schema, Oid owner) {
    if (schema.rfind("pg_", 0) == 0 || schema == "information_schema" || schema == "mesh")
        throw Error("42939", "schema \"" + schema + "\" is the system's", "", "Give another name in schema =>.");
    if (auto other = find_domain_by_schema(schema))
        throw Error("42710", "schema \"" + schema + "\" belongs to domain \"" + other->name + "\"", "", "Give another name in schema =>.");
    pg::Value holder = pg::query_value("select nspowner from pg_catalog.pg_namespace where nspname = $1", {schema});
    if (!holder) return std::nullopt;
    Oid held = static_cast<Oid>(std::stoul(*holder));
    if (!pg::acts_for(owner, held))
        throw Error("42501", "schema \"" + schema + "\" exists and belongs to \"" + pg::role_name(held) + "\", not to \"" + pg::role_name(owner) + "\"", "",
                    "Give another name in schema =>, or ALTER SCHEMA ... OWNER TO.");
    return held;
}

void claim_schema(const Domain &domain, const std::string &schema) {
    if (domain.owns(schema)) return;
    Oid owner = owner_of(domain);
    bool exists = require_free_schema(schema, owner).has_value();
    lock_registry();
    if (!exists) pg::as_role(owner, "pg_catalog, pg_temp", [&] { pg::execute("create schema " + pg::quote_ident(schema)); });
    registry("insert into mesh.domain_schema_registry values ($1, $2)", {schema, domain.name});
}

void restore_schemas(const Domain &domain) {
    for (const pg::Row &row : pg::query("select s from pg_catalog.unnest($1::text[]) s where pg_catalog.to_regnamespace(pg_catalog.quote_ident(s)) is null",
                                        {pg::array_literal(domain.schemas)}).rows)
        pg::as_role(owner_of(domain), "pg_catalog, pg_temp", [&] { pg::execute("create schema " + pg::quote_ident(row[0].value())); });
}

// Whoever registered the bodies may have them run with no rights but those that he holds. The server asks the same, but not where a schema is the new
// owner's already.
static void require_member(Oid owner, const std::string &name) {
    if (!pg::acts_for(GetUserId(), owner)) throw Error("42501", "must be a member of role \"" + name + "\" to give it a domain");
}

void change_owner(const Domain &domain, const std::string &owner) {
    Oid role = pg::role_oid(owner);
    lock_registry();
    for (const std::string &schema : domain.schemas) pg::execute("alter schema " + pg::quote_ident(schema) + " owner to " + pg::quote_ident(owner));
    for (const Model &model : models_of(domain.name)) give_relation(domain, model, owner);
    require_member(role, owner);
    registry("update mesh.domain_registry set owner = $2 where name = $1", {domain.name, owner});
    move_consumer_grants(domain, domain.owner);
}

}  // namespace mesh::engine
