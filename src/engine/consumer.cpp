#include "engine/consumer.h"

namespace mesh::engine {

using core::Error;

static bool role_exists(const std::string &name) {
    return pg::query_value("select 1 from pg_catalog.pg_roles where rolname = $1", {name}).has_value();
}

Consumer get_consumer(const std::string &name, const Value &kind) {
    if (kind && *kind != "domain" && *kind != "role")
        throw Error("22023", "unknown consumer_kind \"" + *kind + "\"", "", "Use domain or role.");
    if (kind == "domain") return {"domain", name, get_domain(name).owner};
    std::optional<Domain> domain = kind ? std::nullopt : find_domain(name);
    if (domain && domain->owner != name && role_exists(name))
        throw Error("42725", "\"" + name + "\" is both a domain and a role", "",
                    "Say which: consumer_kind => 'domain' or 'role'.");
    if (domain) return {"domain", name, domain->owner};
    if (!kind && !role_exists(name))
        throw Error("42704", "there is no domain and no role \"" + name + "\"", "",
                    "See mesh.domains for the domains there are.");
    (void)pg::role_oid(name);
    return {"role", name, name};
}

std::string holders(const Product &product) {
    return registry_value(
               "select pg_catalog.string_agg(pg_catalog.format('%s \"%s\"', consumer_kind, consumer), ', ' order by "
               "consumer_kind, consumer)"
               " from (select distinct consumer_kind, consumer from mesh.agreement_registry"
               " where domain = $1 and product = $2 and version = $3::int and status = 'approved') held",
               {product.domain, product.name, std::to_string(product.version)})
        .value_or("");
}

}  // namespace mesh::engine
