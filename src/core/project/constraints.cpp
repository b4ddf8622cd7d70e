#include "core/project/constraints.h"

#include "core/project/names.h"

namespace mesh::core::project {

namespace {

std::string relation_named(const RefLookup &lookup, const Node &node, const std::string &text) {
    const auto parsed = parse_ref_or_source(text);
    if (const auto *ref = std::get_if<Ref>(&parsed)) {
        const Node *found = lookup.ref(*ref, node.package_name).node;
        return found ? found->relation_name : text;
    }
    const auto *names = std::get_if<std::vector<std::string>>(&parsed);
    const Source *found = names && names->size() == 2 ? lookup.source((*names)[0], (*names)[1], node.package_name).source : nullptr;
    return found ? found->relation_name : text;
}

}  // namespace

Json with_relations(const RefLookup &lookup, const Node &node, Json constraints) {
    for (Json &constraint : constraints) {
        const auto to = constraint.find("to");
        if (constraint.value("type", Json()) == "foreign_key" && to != constraint.end() && to->is_string()) *to = relation_named(lookup, node, *to);
    }
    return constraints;
}

}  // namespace mesh::core::project
