// Who reads products: a domain (its models, with its owner's rights) or a role (a person, a BI tool).
#pragma once

#include "engine/product.h"

namespace mesh::engine {

struct Consumer {
    std::string kind, name;  // kind: domain or role
    std::string role;        // who gets the GRANTs: a domain's owner, or the role itself
    std::string label() const { return kind + " \"" + name + "\""; }
};

// `name` as a domain if there is one, else as a role; `kind` ('domain', 'role') decides when both exist. A role that
// owns the domain of its name is no second meaning. Raises 42704 (neither), 42725 (both), 22023 (another kind).
Consumer get_consumer(const std::string &name, const Value &kind);

// Who holds the product by an agreement in force, as 'domain "a", role "b"'; empty when nobody does.
std::string holders(const Product &product);

}  // namespace mesh::engine
