#include "engine/visible.h"

#include <algorithm>

#include "engine/selection.h"

namespace mesh::engine {

using core::Node;
using core::NodeKind;

namespace {

using Names = std::set<std::string>;

// Models and products that others may know of, by id.
Names published_nodes() {
    Names out;
    pg::Result rows = registry("select domain || '.' || model, 'product:' || domain || '.' || name || '.v' || version from mesh.product_registry where access <> 'private'");
    for (const pg::Row &row : rows.rows) out.insert({row[0].value(), row[1].value()});
    return out;
}

class Filter {
public:
    Filter(const core::Graph &all, const Names &seen, const Names &published) : all_(all), seen_(seen), published_(published) {}

    core::Graph go() const {
        core::Graph out;
        for (const Node &node : all_.nodes())
            if (is_kept(node)) out.add(stripped(node));
        return out;
    }

private:
    bool is_seen(const Node &node) const { return seen_.count(node.domain) > 0; }

    // At most one end of an edge is hidden, and what is read across the border was published; a product is shown with its model.
    bool edge_shown(const Node &parent, const Node &child) const {
        if (is_seen(parent) && is_seen(child)) return true;
        if (!published_.count(parent.id)) return false;
        if (is_seen(parent)) return child.kind == NodeKind::model;
        if (is_seen(child)) return true;
        return child.kind == NodeKind::product && published_.count(child.id) > 0 && touches_seen(parent);
    }

    bool touches_seen(const Node &node) const {
        auto seen = [&](const std::string &id) { return is_seen(*all_.find(id)); };
        std::vector<std::string> near = all_.parents(node.id), after = all_.children(node.id);
        near.insert(near.end(), after.begin(), after.end());
        return std::any_of(near.begin(), near.end(), seen);
    }

    bool is_kept(const Node &node) const {
        if (is_seen(node)) return true;
        if (core::is_test(node) || node.kind == NodeKind::source) return false;
        for (const std::string &id : all_.parents(node.id))
            if (edge_shown(*all_.find(id), node)) return true;
        for (const std::string &id : all_.children(node.id))
            if (is_seen(*all_.find(id)) && edge_shown(node, *all_.find(id))) return true;
        return false;
    }

    Node stripped(Node node) const {
        std::erase_if(node.parents, [&](const std::string &id) {
            const Node *parent = all_.find(id);
            return parent == nullptr || !edge_shown(*parent, node);
        });
        if (is_seen(node)) return node;
        node.tags.clear();
        node.config.clear();
        return node;
    }

    const core::Graph &all_;
    const Names &seen_, &published_;
};

}  // namespace

std::set<std::string> seen_domains(Mesh &mesh, Oid caller) {
    Names out;
    bool super = pg::is_superuser(caller);
    for (const auto &[name, domain] : mesh.domains())
        if (super || (OidIsValid(domain.owner_oid) && pg::acts_for(caller, domain.owner_oid))) out.insert(name);
    return out;
}

core::Graph visible_graph(Mesh &mesh, Oid caller) {
    Names seen = seen_domains(mesh, caller);
    core::Graph all = load_graph();
    if (seen.size() == mesh.domains().size()) return all;
    return Filter(all, seen, published_nodes()).go();
}

}  // namespace mesh::engine
