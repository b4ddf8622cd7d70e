// Changing a domain.
#pragma once

#include "engine/mesh.h"

namespace mesh::engine {

// Gives the domain's schema and all that was built in it to another role, and the grants of the domain's agreements with it. The
// caller must be allowed to do so by PostgreSQL's own rules. Raises 42501.
void change_owner(const Domain &domain, const std::string &owner);

struct NewDomain {
    std::string name, owner, schema;
    Value description;
};

// Raises 42501 (the caller does not act for the owner), 42710 (the domain exists), and as require_free_schema.
void create_domain(const NewDomain &domain, Oid caller);

// May `owner` build in the schema? Returns whose it is, or nothing when it does not exist. Raises 42710 (it is a domain's), 42501 (it
// belongs to a role whose rights the owner has not), 42939 (it is the system's).
std::optional<Oid> require_free_schema(const std::string &schema, Oid owner);

// Makes a schema the domain's, unless it is already; one that is missing is created by the owner. Raises as require_free_schema.
void claim_schema(const Domain &domain, const std::string &schema);

// Makes those of the domain's schemas again that somebody dropped, as its owner.
void restore_schemas(const Domain &domain);

}  // namespace mesh::engine
