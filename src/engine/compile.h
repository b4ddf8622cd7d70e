// A model's body against the registry: what it reads, what comes out, what it still waits for.
#pragma once

#include <functional>
#include <set>

#include "engine/mesh.h"

namespace mesh::engine {

// What one reference in a body stands for.
struct Upstream {
    enum class Kind { model, source, relation, self } kind;
    std::string id;            // model: domain.name; source: domain.source.table; relation: schema.name
    std::string schema, name;  // where it lives in the database
    std::string domain;        // of a model or source
    std::string model;         // of a model: its name in the domain
};

struct Compiled {
    pg::ParsedBody body;
    std::vector<Upstream> upstreams;  // one for each reference
    std::vector<std::string> pending_on;
    std::vector<Upstream> declared;   // models and sources that it depends on without naming them: refs of a project that rendering left out
    pg::Analysis analysis;            // empty when pending
    std::set<std::string> as_built;   // models among the upstreams whose relations were read as they are, not as they are defined
};

// Of a model: should its relation be read as it is?
using ReadsAsBuilt = std::function<bool(const Upstream &)>;

// Parses, resolves and analyzes with the owner's rights. Raises with the position in the body: unknown relation (42P01),
// unknown column, wrong type, a product that this domain has no agreement for (42501).
Compiled compile(Mesh &mesh, const Model &model, const ReadsAsBuilt &as_built = {});

// Resolves only: for a model that was analyzed before.
Compiled resolve(Mesh &mesh, const Model &model);

// Stores columns, dependencies, lineage and status of a compiled model.
void store_compiled(const Model &model, const Compiled &compiled);

// Models that read `id` (domain.name), directly, as ids.
std::vector<ModelName> readers_of(const std::string &id);

}  // namespace mesh::engine
