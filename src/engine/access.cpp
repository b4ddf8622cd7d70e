#include "engine/access.h"

namespace mesh::engine {

using core::Error;

namespace {

[[noreturn]] void is_private(const Domain &owner, const std::string &model, const Value &product) {
    std::string ask = "Ask its owner \"" + owner.owner + "\" to publish it";
    throw Error("42501", "model \"" + owner.name + "." + model + "\" is private to domain \"" + owner.name + "\"", "",
                product ? ask + " as protected or public: its product " + *product + " is private."
                        : ask + " with mesh.publish(" + call_name(owner.name, model) + ").");
}

// A request is for the newest version unless it names one.
// Why there is no agreement, and what to do: the reader's latest request says.
std::string how_to_get(const Domain &reader, const Domain &owner, const std::string &model, const pg::Row &product) {
    pg::Result last = registry(
        "select a.id, a.status, a.reason from mesh.agreement_registry a join mesh.product_registry p on p.domain = "
        "a.domain"
        " and p.name = a.product and p.version = a.version where p.domain = $1 and p.model = $2 and a.consumer_kind = "
        "'domain'"
        " and a.consumer = $3 order by a.id desc limit 1",
        {owner.name, model, reader.name});
    std::string ask = "mesh.request_access(" + call_name(owner.name, product[0].value()) + ", " +
                      pg::quote_literal(reader.name) + (product[4] == "t" ? "" : ", version => " + product[3].value()) + ")";
    std::string status = last.empty() ? "" : last.rows[0][1].value();
    if (status == "requested")
        return "Its owner \"" + owner.owner + "\" has not decided yet on request " + last.rows[0][0].value() + ".";
    std::string before = status.empty() ? "" : "Agreement " + last.rows[0][0].value() + " was " + status + ". ";
    if (status == "approved" || status == "expired") before = "Agreement " + last.rows[0][0].value() + " has expired. ";
    if (product[1] == "public") return before + "The product is public: " + ask + " is approved at once.";
    return before + "Ask for one with " + ask + "; its owner \"" + owner.owner + "\" approves it.";
}

}  // namespace

// Two deployments of one dbt project are one project to dbt: what is deferred reads the other's, as far as the database's own grants allow it.
static bool same_project(const Domain &a, const Domain &b) {
    return registry_value("select 1 from mesh.project_registry a join mesh.project_registry b on b.name = a.name where a.domain = $1 and b.domain = $2", {a.name, b.name}).has_value();
}

void check_access(const Domain &reader, const Domain &owner, const std::string &model) {
    if (reader.name == owner.name || same_project(reader, owner)) return;
    pg::Result products = registry(
        "select p.name, p.access, exists (select 1 from mesh.agreement_registry a where a.domain = p.domain and "
        "a.product = p.name"
        " and a.version = p.version and a.status = 'approved' and (a.valid_until is null or a.valid_until > "
        "pg_catalog.now())"
        " and a.consumer_kind = 'domain' and a.consumer = $3), p.version, p.version = (select pg_catalog.max(n.version) from mesh.product_registry n"
        " where n.domain = p.domain and n.name = p.name) from mesh.product_registry p where p.domain = $1 and p.model = $2"
        " order by p.access = 'private', p.access <> 'public', p.version desc",
        {owner.name, model, reader.name});
    if (products.empty() && !find_model(owner.name, model))
        throw Error("42P01", "model \"" + owner.name + "." + model + "\" does not exist", "",
                    "See mesh.products for what other domains publish.");
    if (products.empty()) is_private(owner, model, std::nullopt);
    for (const pg::Row &row : products.rows)
        if (row[1] != "private" && row[2] == "t") return;
    if (products.rows[0][1] == "private")
        is_private(owner, model, "\"" + owner.name + "." + products.rows[0][0].value() + "\"");
    throw Error("42501", "domain \"" + reader.name + "\" has no agreement to read \"" + owner.name + "." + model + "\"",
                "", how_to_get(reader, owner, model, products.rows[0]));
}

void check_relation_access(const Domain &reader, const std::string &schema, const std::string &relation) {
    std::optional<Domain> owner = find_domain_by_schema(schema);
    if (!owner || owner->name == reader.name) return;
    if (std::optional<Model> model = find_model_at(*owner, schema, relation)) check_access(reader, *owner, model->name);
}

void refuse_temporary(const std::string &schema, const std::string &relation) {
    if (schema != "pg_temp" && !schema.starts_with("pg_temp_")) return;
    throw Error("0A000", "temporary relation \"" + relation + "\" cannot be read by a model", "",
                "Only one session has it, until it ends, and a model is for all: make it a table of a schema.");
}

}  // namespace mesh::engine
