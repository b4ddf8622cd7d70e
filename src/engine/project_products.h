// A dbt project's public models are products without more words, and what it refs of others' projects are agreements.
#pragma once

#include "engine/deploy.h"
#include "engine/project.h"

namespace mesh::engine {

// Before a project changes: takes back the products whose model is gone or no longer public, and frees those that nobody holds from what
// they promised before. Raises 2BP01, naming consumers and the models that read it, when one of the former is held.
void withdraw_products(const Project &project);

// Afterwards: publishes each public model, its description with it. Raises as publish_node.
void publish_products(Mesh &mesh, const Project &project, std::vector<Change> &changes);

// Asks for the public models of other projects that the project refs, in the domain's name; they are granted at once. What the domain
// holds already stays. Raises as request_access.
void ask_for_products(const Project &project, Oid caller, std::vector<Change> &changes);

}  // namespace mesh::engine
