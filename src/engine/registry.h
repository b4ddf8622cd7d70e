// The registry as C++ values: what is registered, read and written with the registry owner's rights.
#pragma once

#include <nlohmann/json.hpp>

#include "pg/analyze.h"
#include "pg/session.h"
#include "pg/spi.h"

namespace mesh::engine {

using Json = nlohmann::json;
using pg::Value;

struct Domain {
    std::string name, owner, schema;
    Oid owner_oid = InvalidOid;
    std::string search_path() const { return "pg_catalog, " + pg::quote_ident(schema) + ", pg_temp"; }
};

struct Model {
    std::string domain, name, body, materialized, status;
    Json config;
    std::vector<pg::Column> columns;
    std::vector<std::string> pending_on;
    std::string built_kind;  // relkind of what the mesh built; empty: nothing
    bool is_volatile = false;
    std::string id() const { return domain + "." + name; }
};

struct ModelName {
    std::string domain, name;
};

// "sales.orders" or "\"My Domain\".orders". Raises 42602 when it is not two names.
ModelName parse_model_name(const std::string &text);

// Raises 42704 with a hint naming what exists.
Domain get_domain(const std::string &name);
std::optional<Domain> find_domain(const std::string &name);
std::optional<Domain> find_domain_by_schema(const std::string &schema);

// Raises 42501 unless the caller holds the rights of the domain's owner.
void require_owner(const Domain &domain, Oid caller);

std::optional<Model> find_model(const std::string &domain, const std::string &name);
Model get_model(const ModelName &name);

Json columns_to_json(const std::vector<pg::Column> &columns);
std::vector<pg::Column> columns_from_json(const Json &json);

// Runs a query on the registry with its owner's rights.
pg::Result registry(const std::string &sql, const std::vector<Value> &args = {});
Value registry_value(const std::string &sql, const std::vector<Value> &args = {});

// Identifiers of more than 63 bytes are shortened with a hash of the whole, at a character's edge.
std::string fit_identifier(const std::string &name);

}  // namespace mesh::engine
