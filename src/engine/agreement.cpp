#include "engine/agreement.h"

#include "pg/report.h"

namespace mesh::engine {

using core::Error;

namespace {

std::string until_text(const Value &until) {
    return until ? " until " + *until : "";
}

void require_future(const Value &until) {
    if (until && registry_value("select $1::timestamptz <= pg_catalog.now()", {until}) == "t")
        throw Error("22023", "until is in the past: " + *until, "",
                    "Give a time that is still to come, or none for an open end.");
}

void require_consumer(const Consumer &consumer, Oid caller) {
    if (pg::acts_for(caller, pg::role_oid(consumer.role))) return;
    throw Error(
        "42501", "permission denied to request access for " + consumer.label(), "",
        "Only members of role \"" + consumer.role + "\" may ask; the product's owner can use mesh.grant_product().");
}

void require_shared(const Product &product, const char *sqlstate) {
    if (product.access != "private") return;
    throw Error(sqlstate, product.label() + " is private",
                "Nobody outside domain \"" + product.domain + "\" may read it.",
                "Ask its owner \"" + get_domain(product.domain).owner +
                    "\" to publish it with access => 'protected' or 'public'.");
}

// Not twice: a waiting request, or an agreement that gives at least as much.
void require_wanted(const Product &product, const Consumer &consumer, const Terms &terms) {
    pg::Result found = registry(
        "select id, status, valid_until from mesh.agreement_registry where domain = $1 and product = $2 and version = "
        "$3::int and consumer_kind = $4"
        " and consumer = $5 and (status = 'requested' or (status = 'approved' and (valid_until is null or valid_until "
        ">= $6::timestamptz)))"
        " order by status limit 1",
        {product.domain, product.name, std::to_string(product.version), consumer.kind, consumer.name, terms.until});
    if (found.empty()) return;
    const pg::Row &row = found.rows[0];
    if (row[1] == "approved")
        throw Error("42710", consumer.label() + " may read " + product.label() + " already",
                    "Agreement " + row[0].value() + " holds" + until_text(row[2]) + ".");
    throw Error("42710", consumer.label() + " has asked for " + product.label() + " already", "",
                "Request " + row[0].value() + " waits for the owner \"" + get_domain(product.domain).owner + "\".");
}

int64_t insert_request(const Product &product, const Consumer &consumer, const Terms &terms, Oid caller) {
    return std::stoll(
        registry_value(
            "insert into mesh.agreement_registry (domain, product, version, consumer_kind, consumer, purpose, "
            "valid_until, status,"
            " requested_by) values ($1, $2, $3::int, $4, $5, $6, $7::timestamptz, 'requested', $8) returning id",
            {product.domain, product.name, std::to_string(product.version), consumer.kind, consumer.name, terms.purpose,
             terms.until, pg::role_name(caller)})
            .value());
}

// From now on this agreement holds, in place of what the consumer held of this product version before.
void put_in_force(const Product &product, int64_t id, const Value &reason, Oid caller) {
    std::string number = std::to_string(id), by = pg::role_name(caller);
    registry(
        "update mesh.agreement_registry old set status = 'revoked', ended_by = $2, ended_at = pg_catalog.now(), reason "
        "= 'replaced by agreement ' || now.id"
        " from mesh.agreement_registry now where now.id = $1::bigint and old.id <> now.id and old.status = 'approved' "
        "and old.domain = now.domain"
        " and old.product = now.product and old.version = now.version and old.consumer_kind = now.consumer_kind and "
        "old.consumer = now.consumer",
        {number, by});
    registry(
        "update mesh.agreement_registry set status = 'approved', decided_by = $2, decided_at = pg_catalog.now(), "
        "reason = $3 where id = $1::bigint",
        {number, by, reason});
    apply_grants(get_domain(product.domain), get_model({product.domain, product.model}));
}

// The waiting request, its product locked, for the owner to decide on.
Product lock_request(int64_t id, Oid caller) {
    std::string number = std::to_string(id);
    pg::Result found = registry(
        "select domain, product, version, status from mesh.agreement_registry where id = $1::bigint", {number});
    if (found.empty())
        throw Error("42704", "request " + number + " does not exist", "",
                    "See mesh.agreements for the requests there are.");
    const pg::Row &row = found.rows[0];
    require_owner(get_domain(row[0].value()), caller);
    std::string name = pg::qualified(row[0].value(), row[1].value());
    if (row[3] != "requested") throw Error("55000", "request " + number + " is " + row[3].value() + " already");
    Product product = get_product(name, std::stoi(row[2].value()), Lock::update);
    Value status = registry_value("select status from mesh.agreement_registry where id = $1::bigint", {number});
    if (status != "requested") throw Error("55000", "request " + number + " is " + *status + " already");
    return product;
}

// Models of the consumer domain that read the model, and have no other agreement left for it.
void tell_broken_models(const Product &product, const std::string &consumer) {
    Value models = registry_value(
        "select pg_catalog.string_agg(r.domain || '.' || r.model, ', ' order by r.model) from mesh.dependency_registry "
        "r"
        " where r.kind = 'model' and r.upstream = $1 and r.domain = $2 and not exists (select 1 from "
        "mesh.agreement_grants g"
        " where g.domain = $3 and g.model = $4 and g.consumer_kind = 'domain' and g.consumer = $2)",
        {product.domain + "." + product.model, consumer, product.domain, product.model});
    if (models)
        pg::notice("models of domain \"" + consumer + "\" will fail on their next run",
                   "They read \"" + product.domain + "." + product.model + "\": " + *models + ".");
}

struct Held {
    std::string id, kind, model, role;
    Product product;
};

std::vector<Held> held_by(const std::vector<Product> &products, const std::string &consumer, const Value &kind) {
    std::vector<Held> out;
    for (const Product &product : products) {
        pg::Result rows = registry(
            "select id, consumer_kind, model, grantee from mesh.agreement_grants where domain = $1 and product = $2 "
            "and version = $3::int"
            " and consumer = $4 and consumer_kind = coalesce($5, consumer_kind) order by id",
            {product.domain, product.name, std::to_string(product.version), consumer, kind});
        for (const pg::Row &row : rows.rows)
            out.push_back({row[0].value(), row[1].value(), row[2].value(), row[3].value_or(""), product});
    }
    for (const Held &held : out)
        if (held.kind != out[0].kind)
            throw Error("42725", "domain \"" + consumer + "\" and role \"" + consumer + "\" both hold this product", "",
                        "Say which: consumer_kind => 'domain' or 'role'.");
    return out;
}

[[noreturn]] void holds_nothing(const Product &product, const std::string &consumer) {
    Value waiting = registry_value(
        "select id from mesh.agreement_registry where domain = $1 and product = $2 and consumer = $3 and status = "
        "'requested' limit 1",
        {product.domain, product.name, consumer});
    throw Error("42704",
                "\"" + consumer + "\" holds no agreement for product \"" + product.domain + "." + product.name + "\"",
                "",
                waiting ? "Its request " + *waiting + " is still waiting: use mesh.reject(" + *waiting + ")."
                        : "See mesh.agreements for who does.");
}

void end_one(const std::string &id, const char *status, const Value &by, const Value &reason) {
    registry(
        "update mesh.agreement_registry set status = $2, ended_by = $3, ended_at = pg_catalog.now(), reason = $4 where "
        "id = $1::bigint",
        {id, status, by, reason});
}

}  // namespace

int64_t request_access(const std::string &product_name, const std::string &name, const Terms &terms, Oid caller) {
    Consumer consumer = get_consumer(name, terms.consumer_kind);
    require_consumer(consumer, caller);
    require_future(terms.until);
    // A consumer's open transaction must not keep the owner from publishing: nothing is locked but for a grant.
    Product product = get_product(product_name, terms.version, Lock::none);
    if (product.access == "public") product = get_product(product_name, product.version, Lock::update);
    require_shared(product, "42501");
    if (consumer.kind == "domain" && consumer.name == product.domain)
        throw Error("22023", "domain \"" + product.domain + "\" needs no agreement for its own product");
    require_wanted(product, consumer, terms);
    int64_t id = insert_request(product, consumer, terms, caller);
    if (product.access == "public") put_in_force(product, id, "the product is public", caller);
    return id;
}

void approve(int64_t request, Oid caller) {
    Product product = lock_request(request, caller);
    require_shared(product, "55000");
    pg::Row row = registry(
                      "select consumer, consumer_kind, valid_until, valid_until <= pg_catalog.now() from "
                      "mesh.agreement_registry where id = $1::bigint",
                      {std::to_string(request)})
                      .rows.at(0);
    if (row[3] == "t")
        throw Error("55000", "request " + std::to_string(request) + " ended before it was approved",
                    "It asked for access until " + *row[2] + ".",
                    "Use mesh.grant_product() with another until, or mesh.reject().");
    (void)get_consumer(row[0].value(), row[1]);
    put_in_force(product, request, std::nullopt, caller);
}

void reject(int64_t request, const Value &reason, Oid caller) {
    (void)lock_request(request, caller);
    registry(
        "update mesh.agreement_registry set status = 'rejected', decided_by = $2, decided_at = pg_catalog.now(), "
        "reason = $3 where id = $1::bigint",
        {std::to_string(request), pg::role_name(caller), reason});
}

int64_t grant_product(const std::string &product_name, const std::string &name, const Terms &terms, Oid caller) {
    (void)get_own_domain(product_name, caller);
    Product product = get_product(product_name, terms.version, Lock::update);
    require_shared(product, "55000");
    Consumer consumer = get_consumer(name, terms.consumer_kind);
    require_future(terms.until);
    if (consumer.kind == "domain" && consumer.name == product.domain)
        throw Error("22023", "domain \"" + product.domain + "\" needs no agreement for its own product");
    int64_t id = insert_request(product, consumer, terms, caller);
    put_in_force(product, id, std::nullopt, caller);
    return id;
}

void revoke_product(const std::string &product_name, const std::string &consumer, std::optional<int> version,
                    const Value &kind, Oid caller) {
    Domain domain = get_own_domain(product_name, caller);
    std::vector<Product> products = get_products(product_name, version, Lock::update);
    std::vector<Held> held = held_by(products, consumer, kind);
    if (held.empty()) holds_nothing(products[0], consumer);
    for (const Held &one : held) end_one(one.id, "revoked", pg::role_name(caller), std::nullopt);
    for (const Held &one : held) {
        revoke_unused(domain, get_model({domain.name, one.model}), one.role);
        if (one.kind == "domain") tell_broken_models(one.product, consumer);
    }
}

int64_t expire_agreements() {
    pg::Result due = registry_prepared("select id from mesh.agreement_registry where status = 'approved' and valid_until <= pg_catalog.now() order by id", {});
    int64_t ended = 0;
    for (const pg::Row &row : due.rows) {
        ErrorData *error = pg::try_in_subtransaction([&] {
            pg::Result held =
                registry("select domain, model, grantee from mesh.agreement_grants where id = $1::bigint", {row[0]});
            end_one(row[0].value(), "expired", std::nullopt, std::nullopt);
            for (const pg::Row &grant : held.rows)
                if (grant[2]) revoke_unused(get_domain(grant[0].value()), get_model({grant[0].value(), grant[1].value()}), *grant[2]);
        });
        if (error == nullptr)
            ended++;
        else
            pg::warning("agreement " + row[0].value() + " has expired, but its grants could not be revoked",
                        std::string(error->message) + ".");
    }
    return ended;
}

void end_agreements_of(const Domain &consumer, Oid caller) {
    pg::Result held = registry(
        "select id, domain, model from mesh.agreement_grants where consumer_kind = 'domain' and consumer = $1 order by "
        "id",
        {consumer.name});
    registry(
        "update mesh.agreement_registry set status = case status when 'requested' then 'rejected' else 'revoked' end, "
        "ended_by = $2,"
        " ended_at = pg_catalog.now(), reason = 'the consumer domain was dropped' where consumer_kind = 'domain' and "
        "consumer = $1"
        " and status in ('requested', 'approved')",
        {consumer.name, pg::role_name(caller)});
    for (const pg::Row &row : held.rows) revoke_unused(get_domain(row[1].value()), get_model({row[1].value(), row[2].value()}), consumer.owner);
}

}  // namespace mesh::engine
