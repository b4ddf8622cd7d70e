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
    Oid owner_oid = InvalidOid;        // invalid: the role is gone
    std::vector<std::string> schemas;  // all that are its own, `schema` first
    std::vector<std::string> path;     // the schemas where names without one are found
    bool takes_over = false;           // relations of its owner at a model's place become the model's, as in dbt
    std::string search_path() const;   // as the setting, with pg_catalog first and pg_temp last
    bool owns(const std::string &name) const;
};

// Columns as the registry keeps them, read when somebody asks: a run that finds everything unchanged asks for few.
class KnownColumns {
public:
    KnownColumns() = default;
    KnownColumns(std::vector<pg::Column> columns) : columns_(std::move(columns)) {}
    static KnownColumns from_text(std::string json);

    const std::vector<pg::Column> &get() const;
    operator const std::vector<pg::Column> &() const { return get(); }
    auto begin() const { return get().begin(); }
    auto end() const { return get().end(); }
    bool empty() const { return get().empty(); }
    friend bool operator==(const KnownColumns &a, const KnownColumns &b) { return a.get() == b.get(); }

private:
    mutable std::string unread_;
    mutable std::vector<pg::Column> columns_;
};

struct Model {
    std::string domain, name, body, materialized, status;  // body: empty for a seed, see seed.h
    Json config = Json::object();
    KnownColumns columns;        // as analyzed
    KnownColumns built_columns;  // of the relation that was built
    std::vector<std::string> tags;
    Value description;
    std::string built_kind;  // relkind of what the mesh built; empty: nothing
    Value built_sql;         // what it was built from, over published names
    bool is_volatile = false;
    pg::Facts facts;         // what decides about its result, as analyzed
    Value body_digest;       // of a seed's text
    std::string built_state; // what it was built from, see unchanged.h; empty: not known
    std::string node;        // dbt's unique id of a model that came with a project; its body is rendered when it is run
    Value schema, alias;     // of its relation; none: the domain's schema, the model's name
    std::string id() const { return domain + "." + name; }
};

struct Source {
    std::string domain, source, table, schema;
    std::string identifier;  // the table's own name in the schema
    std::string id() const { return domain + "." + source + "." + table; }
};

// A dbt project's function: registered beside the models, because it is built in their order, and no relation.
inline bool is_function(const Model &model) {
    return model.materialized == "function";
}

struct ModelName {
    std::string domain, name;
    std::string id() const { return domain + "." + name; }
};

// "sales.orders" or "\"My Domain\".orders". Raises 42602 when it is not two names.
ModelName parse_model_name(const std::string &text);

// Raises 42704 with a hint naming what exists.
Domain get_domain(const std::string &name);
std::optional<Domain> find_domain(const std::string &name);
std::optional<Domain> find_domain_by_schema(const std::string &schema);
std::vector<Domain> all_domains();

// The domain's owner role. Raises 42704 when somebody dropped it.
Oid owner_of(const Domain &domain);

// Raises 42501 unless the caller holds the rights of the domain's owner.
void require_owner(const Domain &domain, Oid caller);

// Is the caller the owner, or was allowed by mesh.grant_run?
bool may_run(const Domain &domain, Oid caller);

// Raises 42501 unless it may.
void require_run(const Domain &domain, Oid caller);

std::optional<Model> find_model(const std::string &domain, const std::string &name);
std::vector<Model> models_of(const std::string &domain);

// The model whose relation has this place; an ephemeral one only when no other has it.
std::optional<Model> find_model_at(const Domain &domain, const std::string &schema, const std::string &identifier);

Model get_model(const ModelName &name);

// What the analyzer found about a query, as the registry keeps it.
Json facts_to_json(const pg::Facts &facts);
pg::Facts facts_from_json(const Json &json);

Json columns_to_json(const std::vector<pg::Column> &columns);
std::vector<pg::Column> columns_from_json(const Json &json);

// Runs a query on the registry with its owner's rights.
pg::Result registry(const std::string &sql, const std::vector<Value> &args = {});
// The same for what is asked for each of many models: its plan is kept for the session. No query that would be planned otherwise for other values.
pg::Result registry_prepared(const std::string &sql, const std::vector<Value> &args);
Value registry_value(const std::string &sql, const std::vector<Value> &args = {});

// One definition changes at a time: held to the end of the transaction.
void lock_registry();

// A type as people write it: without "pg_catalog.".
std::string shown_type(const std::string &type);

// Identifiers of more than 63 bytes are shortened with a hash of the whole, at a character's edge.
std::string fit_identifier(const std::string &name);
// As the server cuts an identifier of a query.
std::string cut_identifier(const std::string &name);

}  // namespace mesh::engine
