// A dbt project's public models are products without more words, and what it refs of others' projects are agreements.
#pragma once

#include "engine/deploy.h"
#include "engine/product.h"
#include "engine/project.h"

namespace mesh::engine {

// Before a project changes: takes back the products whose model is gone or no longer public, where the `whole` of it is known, and frees those that
// nobody holds from what their contracts promised; returns these. Raises 2BP01, naming consumers and the models that read it, when one of the
// former is held.
std::vector<NodeProduct> withdraw_products(const Project &project, bool whole);

// Afterwards: publishes each public model, its description with it, of a part of a project those of its nodes (`part`); and anew what was `freed`.
// Raises as publish_node.
void publish_products(Mesh &mesh, const Project &project, const Resources *part, const std::vector<NodeProduct> &freed, std::vector<Change> &changes);

// Asks for the public models of other projects that the project refs, in the domain's name; they are granted at once. What the domain
// holds already stays. Raises as request_access.
void ask_for_products(const Project &project, Oid caller, std::vector<Change> &changes);

}  // namespace mesh::engine
