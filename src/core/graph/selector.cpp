#include "core/graph/selector.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/graph/selector_method.h"
#include "core/graph/selector_parse.h"

namespace mesh::core {

namespace {

using Ids = std::set<std::string>;

// What every part of one selection needs to know.
struct Context {
    const Graph &graph;
    std::vector<std::string> *unmatched;
    Tests tests;

    void report(const std::string &written) const {
        if (unmatched) unmatched->push_back(written);
    }
};

Ids matching(const Graph &graph, const Criterion &criterion) {
    const Pattern pattern(criterion.value);
    Ids found;
    for (const auto &node : graph.nodes())
        if (method_matches(criterion.method, pattern, node)) found.insert(node.id);
    return found;
}

// Applies @, n+ and +n, each to the nodes matched and not to one another's result.
Ids widen(const Graph &graph, const Criterion &criterion, Ids ids) {
    if (criterion.at) return graph.with_ancestors(graph.with_descendants(ids));
    Ids up, down;
    if (criterion.ancestors) up = graph.with_ancestors(ids, criterion.ancestor_depth);
    if (criterion.descendants) down = graph.with_descendants(ids, criterion.descendant_depth);
    ids.merge(up);
    ids.merge(down);
    return ids;
}

Ids evaluate(const Context &context, const Criterion &criterion) {
    Ids ids = matching(context.graph, criterion);
    if (ids.empty()) context.report(criterion.written);
    ids = widen(context.graph, criterion, std::move(ids));
    return context.tests == Tests::eager ? with_tests(context.graph, std::move(ids)) : ids;
}

Ids intersect(const Ids &a, const Ids &b) {
    Ids both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
    return both;
}

// Operands that match apart but not together are reported as a whole.
Ids evaluate(const Context &context, const Intersection &part) {
    Ids result;
    bool all_match = true;
    for (std::size_t i = 0; i < part.criteria.size(); ++i) {
        Ids ids = evaluate(context, part.criteria[i]);
        all_match = all_match && !ids.empty();
        result = i == 0 ? std::move(ids) : intersect(result, ids);
    }
    if (all_match && result.empty()) context.report(part.written);
    return result;
}

Ids evaluate(const Context &context, const std::vector<Intersection> &parts) {
    Ids result;
    for (const auto &part : parts) result.merge(evaluate(context, part));
    return result;
}

}  // namespace

std::set<std::string> select(const Graph &graph, std::string_view selector, std::string_view exclude,
                             std::vector<std::string> *unmatched, Tests tests) {
    const Context context{graph, unmatched, tests};
    const auto included = parse_selector(selector);
    const auto excluded = parse_selector(exclude);  // both are parsed before either can report
    Ids ids = included.empty() ? graph.ids() : evaluate(context, included);
    for (const auto &id : evaluate(context, excluded)) ids.erase(id);
    return ids;
}

std::set<std::string> with_tests(const Graph &graph, std::set<std::string> ids) {
    Ids tests;
    for (const auto &id : graph.with_descendants(ids, 1))
        if (is_test(*graph.find(id))) tests.insert(id);
    ids.merge(tests);
    return ids;
}

void check_selector(std::string_view selector) {
    parse_selector(selector);
}

}  // namespace mesh::core
