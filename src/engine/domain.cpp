#include "engine/domain.h"

#include "engine/grant.h"
#include "engine/target.h"
#include "pg/relation.h"

namespace mesh::engine {

namespace {

void give_relation(const Domain &domain, const Model &model, const std::string &owner) {
    if (model.built_kind.empty() || !OidIsValid(pg::relation_oid(domain.schema, target_identifier(model)))) return;
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
        apply_grants(owner, get_model({row[0].value(), row[1].value()}));
        revoke_unused(owner, row[1].value(), old_owner);
    }
}

}  // namespace

void change_owner(const Domain &domain, const std::string &owner) {
    (void)pg::role_oid(owner);
    lock_registry();
    pg::execute("alter schema " + pg::quote_ident(domain.schema) + " owner to " + pg::quote_ident(owner));
    for (const Model &model : models_of(domain.name)) give_relation(domain, model, owner);
    registry("update mesh.domain_registry set owner = $2 where name = $1", {domain.name, owner});
    move_consumer_grants(domain, domain.owner);
}

}  // namespace mesh::engine
