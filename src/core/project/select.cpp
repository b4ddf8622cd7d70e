#include "core/project/select.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>

#include "core/error.h"
#include "core/project/select_methods.h"
#include "core/project/select_spec.h"

namespace mesh::core::project {

namespace {

using Ids = std::set<std::string>;

// What is selected, and tests that may still be when all their parents turn out to be.
struct Found {
    Ids direct, indirect;
};

Ids joined(Ids a, const Ids &b) {
    a.insert(b.begin(), b.end());
    return a;
}

class Selecting {
public:
    Selecting(const Members &members, const PreviousState &previous, std::vector<std::string> &warnings)
        : members_(members), previous_(previous), warnings_(warnings) {}

    Found evaluate(const SelectSpec &spec) {
        if (spec.kind == SelectSpec::Kind::everything) return {members_.graph().ids(), {}};
        if (spec.kind == SelectSpec::Kind::criterion) return evaluate_criterion(spec);
        std::vector<Ids> direct, indirect;
        for (const auto &part : spec.parts) {
            Found found = evaluate(part);
            indirect.push_back(joined(found.direct, found.indirect));
            direct.push_back(std::move(found.direct));
        }
        Found found{combine(spec.kind, direct), combine(spec.kind, indirect)};
        take_in(found, spec.indirect);
        if (spec.expect_match && found.direct.empty())
            warnings_.push_back("The selection criterion '" + spec.raw + "' does not match any enabled nodes");
        return found;
    }

private:
    Found evaluate_criterion(const SelectSpec &spec) {
        const Ids named = search(members_, spec.criterion, previous_, warnings_);
        Found found{widen(spec.criterion, named), {}};
        if (spec.indirect != IndirectSelection::empty) expand(found, spec.indirect);
        return found;
    }

    Ids widen(const SelectCriterion &criterion, const Ids &named) const {
        const core::Graph &graph = members_.graph();
        Ids ids = named;
        if (criterion.with_childrens_parents) ids.merge(graph.with_ancestors(graph.with_descendants(named)));
        if (criterion.with_parents) ids.merge(graph.with_ancestors(named, criterion.parents_depth.value_or(core::Graph::unlimited)));
        if (criterion.with_children) ids.merge(graph.with_descendants(named, criterion.children_depth.value_or(core::Graph::unlimited)));
        return ids;
    }

    // Adds the tests that depend on something selected, as far as their other parents allow it.
    void expand(Found &found, IndirectSelection mode) const {
        const Ids selected = found.direct;
        const Ids reach = mode == IndirectSelection::buildable ? joined(members_.graph().with_ancestors(selected), sources()) : selected;
        for (const auto &id : children(selected)) {
            const Member &member = members_.at(id);
            if (!member.is_test()) continue;
            if (mode == IndirectSelection::eager || depends_within(member, selected) || depends_within(member, reach))
                found.direct.insert(id);
            else
                found.indirect.insert(id);
        }
    }

    // Tests whose parents came together from several parts.
    void take_in(Found &found, IndirectSelection mode) const {
        if (mode == IndirectSelection::eager || mode == IndirectSelection::empty) return;
        const Ids reach = mode == IndirectSelection::buildable ? members_.graph().with_ancestors(found.direct) : found.direct;
        Ids selected = found.direct;
        for (const auto &id : found.indirect) {
            const Member &member = members_.at(id);
            if (member.node && depends_within(member, mode == IndirectSelection::cautious ? selected : reach)) selected.insert(id);
        }
        found.direct = std::move(selected);
    }

    static Ids combine(SelectSpec::Kind kind, const std::vector<Ids> &sets) {
        Ids result = sets.empty() ? Ids() : sets.front();
        for (std::size_t i = 1; i < sets.size(); i++) {
            Ids next;
            const auto into = std::inserter(next, next.end());
            const Ids &a = result, &b = sets[i];
            if (kind == SelectSpec::Kind::any_of) std::set_union(a.begin(), a.end(), b.begin(), b.end(), into);
            if (kind == SelectSpec::Kind::all_of) std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), into);
            if (kind == SelectSpec::Kind::difference) std::set_difference(a.begin(), a.end(), b.begin(), b.end(), into);
            result = std::move(next);
        }
        return result;
    }

    Ids children(const Ids &ids) const {
        Ids found;
        for (const auto &id : ids)
            for (auto &child : members_.graph().children(id)) found.insert(std::move(child));
        return found;
    }

    Ids sources() const {
        Ids ids;
        for (const auto &[id, source] : members_.manifest().sources) ids.insert(id);
        return ids;
    }

    static bool depends_within(const Member &member, const Ids &ids) {
        return std::all_of(member.depends_on->begin(), member.depends_on->end(), [&](const std::string &id) { return ids.contains(id); });
    }

    const Members &members_;
    const PreviousState &previous_;
    std::vector<std::string> &warnings_;
};

SelectSpec spec_of(const Manifest &manifest, const SelectOptions &options) {
    const SelectorSpecs selectors = parse_selectors(manifest.selectors, options.indirect_selection);
    std::string name = options.selector;
    if (name.empty() && options.select.empty() && options.exclude.empty()) name = default_selector(manifest.selectors);
    if (name.empty()) return parse_select(options.select, options.exclude, options.indirect_selection, selectors);
    if (const auto found = selectors.find(name); found != selectors.end()) return found->second;
    return parse_select({"selector:" + name}, {}, options.indirect_selection, selectors);  // raises the error
}

bool is_blank(const std::string &text) {
    return text.find_first_not_of(" \t\n\r\f\v") == std::string::npos;
}

// A source has a freshness when it may be too old; what only says how it would be read (filter, loaded_at_field) is none.
bool has_limit(const Json &freshness) {
    if (!freshness.is_object()) return false;
    return std::ranges::any_of(std::array{"warn_after", "error_after"}, [&](const char *limit) {
        const auto found = freshness.find(limit);
        return found != freshness.end() && found->is_object() && !found->value("count", Json()).is_null() && !found->value("period", Json()).is_null();
    });
}

// Whether a command of these types does anything with it.
bool is_wanted(const Member &member, const SelectOptions &options, const std::vector<std::string> &types) {
    if (std::find(types.begin(), types.end(), resource_type_name(member.type)) == types.end()) return false;
    if (options.command == "source freshness" && !has_limit(member.source->freshness)) return false;
    const bool empty = member.node && member.type != ResourceType::seed && is_blank(member.node->raw_code);
    return !empty || options.command == "list";
}

// What is gone since it was asked for is told, not left out.
Ids known(const Members &members, const std::vector<std::string> &unique_ids) {
    const Ids all = members.graph().ids();
    for (const std::string &id : unique_ids)
        if (!all.contains(id)) throw Error("42704", "Couldn't find " + id.substr(0, id.find('.')) + " '" + id + "' -- does it exist or is it disabled?");
    return {unique_ids.begin(), unique_ids.end()};
}

}  // namespace

IndirectSelection indirect_selection_of(const std::string &name) {
    if (name == "eager") return IndirectSelection::eager;
    if (name == "cautious") return IndirectSelection::cautious;
    if (name == "buildable") return IndirectSelection::buildable;
    if (name == "empty") return IndirectSelection::empty;
    throw Error("22023", "invalid indirect selection \"" + name + "\"", "", "Modes are \"eager\", \"cautious\", \"buildable\" and \"empty\".");
}

Selection select(const Manifest &manifest, const SelectOptions &options) {
    const Members members(manifest);
    if (options.unique_ids) return {members.graph().topological_order(known(members, *options.unique_ids)), {}};
    const auto types = selectable_types(options);
    const SelectSpec spec = spec_of(manifest, options);
    Selection selection;
    Ids ids = Selecting(members, options.previous, selection.warnings).evaluate(spec).direct;
    std::erase_if(ids, [&](const std::string &id) { return !is_wanted(members.at(id), options, types); });
    selection.ids = members.graph().topological_order(ids);
    return selection;
}

}  // namespace mesh::core::project
