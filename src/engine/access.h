// May a domain's models read what another domain owns? Agreements decide, whatever grants somebody made by hand.
#pragma once

#include "engine/consumer.h"

namespace mesh::engine {

// Raises 42501, without a position, unless `reader` has an agreement in force for a product that publishes the model,
// the two domains being different; the hint names the product's owner and the call that helps. 42P01 when there is no
// such model.
void check_access(const Domain &reader, const Domain &owner, const std::string &model);

// The same for a relation named directly or as a source: does nothing when it is not what another domain's model
// builds.
void check_relation_access(const Domain &reader, const std::string &schema, const std::string &relation);

// Raises 0A000, without a position, for a relation of a session's temporary schema: a model is for all sessions.
void refuse_temporary(const std::string &schema, const std::string &relation);

}  // namespace mesh::engine
