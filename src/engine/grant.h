// The database's own grants that agreements stand for: SELECT on the product's relation and USAGE on its schema, given
// and taken as the domain's owner. What else was granted by hand is left alone.
#pragma once

#include "engine/consumer.h"

namespace mesh::engine {

// Gives every consumer of the model's products what it lacks. Does nothing while the model is not built: it is called
// again when its relation was published. A consumer whose role does not exist here is told as a NOTICE. Cheap when no
// product publishes the model.
void apply_grants(const Domain &domain, const Model &model);

// Ids of those of the models that have products. Holds the products until the transaction ends, so that an agreement approved
// meanwhile sees the models' relations, or is seen by apply_grants().
std::set<std::string> hold_products(const std::vector<const Model *> &models);

// Lets the consumers of the model's products read what a run has staged of it, as far as the same run builds or tests something
// of theirs. Called as the domain's owner. What becomes the published relation keeps these grants, as apply_grants would give them.
void grant_staged(const Domain &domain, const Model &model, const std::string &relation);

// Takes from `role` what no agreement in force gives it any more: SELECT on the model's relation; USAGE on the schema
// too, unless the role holds anything else there.
void revoke_unused(const Domain &domain, const Model &model, const std::string &role);

}  // namespace mesh::engine
