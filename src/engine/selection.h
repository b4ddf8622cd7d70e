// From a selector to the nodes it means, in the order in which they can be built.
#pragma once

#include "core/graph/graph.h"
#include "engine/mesh.h"

namespace mesh::engine {

// The registry as a graph: models, sources, tests, unit tests and products, with what each is built from. With `domains`
// only theirs, and what those read directly; their models are taken from `mesh` where it has all of them loaded. Models come with what
// selectors look at or, `bare`, with their materialization alone.
core::Graph load_graph(const std::optional<std::set<std::string>> &domains = std::nullopt, Mesh *mesh = nullptr, bool bare = false);

struct Selection {
    core::Graph graph;
    std::set<std::string> ids;
    std::vector<std::string> models;  // ids, parents first
    std::set<std::string> domains() const;  // of all ids
};

// What a run is about: a selector, or nodes of one domain that were chosen already (a project's own selection).
struct Wanted {
    std::string selector, exclude;
    std::optional<std::set<std::string>> only;  // ids
    std::string domain;                         // of those
};

// The domains that are wanted as a whole, when nothing else is, or of which models are wanted: what a run can lock before it looks at anything. Empty
// when that cannot be said.
std::set<std::string> domains_ahead(Mesh &mesh, const Wanted &wanted);

// As select_nodes(), for what is wanted.
Selection select_wanted(Mesh &mesh, const Wanted &wanted, Oid caller);

// What `selector` and `exclude` mean, with the tests of what they name. Loads no more of the registry than the selector can
// reach. Raises 42704 when nothing is selected, 42601 for bad syntax, 42501 when the caller may not run one of the domains;
// parts of a selector that match nothing are a WARNING when others do.
Selection select_nodes(Mesh &mesh, const std::string &selector, const std::string &exclude, Oid caller);

}  // namespace mesh::engine
