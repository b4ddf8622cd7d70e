#include "engine/selection.h"

#include <algorithm>

#include "core/graph/selector.h"
#include "core/graph/selector_parse.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;
using core::NodeKind;
using pg::Row;

namespace {

void add_values(std::map<std::string, std::string> &out, const std::string &prefix, const Json &config) {
    for (const auto &[key, value] : config.items()) {
        out[prefix + key] = value.is_string() ? value.get<std::string>() : value.dump();
        if (value.is_object()) add_values(out, prefix + key + ".", value);
    }
}

// Also by path: config.meta.owner:jen.
std::map<std::string, std::string> config_values(const Json &config, const std::string &materialized) {
    std::map<std::string, std::string> out;
    add_values(out, "", config);
    out["materialized"] = materialized;
    return out;
}

std::vector<std::string> strings(const Value &json) {
    std::vector<std::string> out;
    if (!json || *json == "[]") return out;
    for (const Json &item : Json::parse(*json)) out.push_back(item.get<std::string>());
    return out;
}

// By the model's id. Sources carry a prefix in the graph, relations outside the mesh are no nodes.
std::map<std::string, std::vector<std::string>> parents_of_models(const std::string &only) {
    std::map<std::string, std::vector<std::string>> out;
    pg::Result rows = registry("select domain || '.' || model, kind, upstream from mesh.dependency_registry"
                               " where kind <> 'relation' and ($1 is null or domain = any($1::text[])) order by kind, upstream",
                               {only.empty() ? Value() : Value(only)});
    for (const Row &row : rows.rows) out[row[0].value()].push_back((row[1] == "source" ? "source:" : "") + row[2].value());
    return out;
}

core::Node model_node(const std::string &domain, const std::string &name, const std::string &materialized) {
    core::Node node;
    node.id = domain + "." + name;
    node.domain = domain;
    node.name = name;
    node.config["materialized"] = materialized;
    return node;
}

core::Node model_node(const std::string &domain, const std::string &name, const std::string &materialized, std::vector<std::string> tags, const Json &config) {
    core::Node node = model_node(domain, name, materialized);
    node.tags = std::move(tags);
    node.config = config_values(config, materialized);
    return node;
}

std::vector<core::Node> read_models(const std::string &only, bool bare) {
    std::vector<core::Node> out;
    pg::Result rows = registry("select domain, name, materialized, pg_catalog.to_jsonb(tags), config from mesh.model_registry where $1 is null or domain = any($1::text[])"
                               " order by domain collate \"C\", name collate \"C\"",
                               {only.empty() ? Value() : Value(only)});
    for (const Row &row : rows.rows)
        out.push_back(bare ? model_node(row[0].value(), row[1].value(), row[2].value())
                           : model_node(row[0].value(), row[1].value(), row[2].value(), strings(row[3]), row[4] == "{}" ? Json::object() : Json::parse(row[4].value())));
    return out;
}

std::vector<core::Node> known_models(Mesh &mesh, const std::set<std::string> &domains, bool bare) {
    std::vector<core::Node> out;
    for (const std::string &domain : domains)
        for (const Model *model : mesh.models_of(domain))
            out.push_back(bare ? model_node(domain, model->name, model->materialized) : model_node(domain, model->name, model->materialized, model->tags, model->config));
    return out;
}

void add_models(core::Graph &graph, std::vector<core::Node> models, const std::string &only) {
    std::map<std::string, std::vector<std::string>> parents = parents_of_models(only);
    for (core::Node &node : models) {
        if (auto found = parents.find(node.id); found != parents.end()) node.parents = std::move(found->second);
        graph.add(std::move(node));
    }
}

void add_sources(core::Graph &graph, const std::string &only) {
    pg::Result rows = registry("select domain, source_name, table_name from mesh.source_registry where $1 is null or domain = any($1::text[]) order by 1, 2, 3",
                               {only.empty() ? Value() : Value(only)});
    for (const Row &row : rows.rows) {
        core::Node node;
        node.kind = NodeKind::source;
        node.domain = row[0].value();
        node.name = row[2].value();
        node.source_name = row[0].value() + "." + row[1].value() + "." + row[2].value();
        node.id = "source:" + node.source_name;
        graph.add(std::move(node));
    }
}

// A test's own model comes first among its parents, then what else it reads.
void add_tests(core::Graph &graph, const std::string &only) {
    pg::Result rows = registry(
        "select domain, name, model, test, arguments->>'to', reads, 'test' from mesh.test_registry where $1 is null or domain = any($1::text[])"
        " union all select domain, name, model, 'unit', null, null, 'unit_test' from mesh.unit_test_registry where $1 is null or domain = any($1::text[]) order by 1, 2",
        {only.empty() ? Value() : Value(only)});
    for (const Row &row : rows.rows) {
        core::Node node;
        bool unit = row[6].value() == "unit_test";
        node.kind = unit ? NodeKind::unit_test : NodeKind::test;
        node.domain = row[0].value();
        node.name = row[1].value();
        node.id = row[6].value() + ":" + node.domain + "." + node.name;
        node.test_type = unit ? "unit" : row[3].value() == "singular" ? "singular" : "generic";
        node.test_name = row[3].value();
        if (row[2]) node.parents = {node.domain + "." + *row[2]};
        for (const std::string &id : strings(row[5])) node.parents.push_back(id);
        graph.add(std::move(node));
    }
}

void add_products(core::Graph &graph, const std::string &only) {
    pg::Result rows = registry("select domain, name, version, model from mesh.product_registry where $1 is null or domain = any($1::text[]) order by 1, 2, 3",
                               {only.empty() ? Value() : Value(only)});
    for (const Row &row : rows.rows) {
        core::Node node;
        node.kind = NodeKind::product;
        node.domain = row[0].value();
        node.name = row[1].value();
        node.id = "product:" + node.domain + "." + node.name + ".v" + row[2].value();
        node.parents = {node.domain + "." + row[3].value()};
        graph.add(std::move(node));
    }
}

// The domains of a selector that walks no edges and names nothing by anything but its domain.
std::optional<std::set<std::string>> domains_named(Mesh &mesh, const std::string &selector) {
    std::set<std::string> out;
    for (const core::Intersection &part : core::parse_selector(selector)) {
        for (const core::Criterion &c : part.criteria) {
            if (c.at || c.ancestors || c.descendants || !c.method.empty()) return std::nullopt;
            std::string word = c.value.text, domain = word.substr(0, word.find('.'));
            if (mesh.find_domain(word) == nullptr && (domain == word || mesh.find_domain(domain) == nullptr)) return std::nullopt;
            out.insert(mesh.find_domain(word) != nullptr ? word : domain);
        }
    }
    if (out.empty()) return std::nullopt;
    return out;
}

void warn_unmatched(const std::vector<std::string> &unmatched) {
    std::string parts;
    for (const std::string &part : unmatched) parts += (parts.empty() ? "\"" : ", \"") + part + "\"";
    pg::warning("nothing matches selector part " + parts);
}

bool is_model(const core::Graph &graph, const std::string &id) {
    const core::Node *node = graph.find(id);
    return node != nullptr && node->kind == NodeKind::model;
}

// A test that also reads other models of the selection waits for them: its model comes after them where that makes no cycle.
std::optional<core::Graph> with_test_order(const core::Graph &graph, const std::set<std::string> &ids) {
    std::map<std::string, std::vector<std::string>> extra;
    for (const core::Node &node : graph.nodes()) {
        if (node.kind != NodeKind::test || !ids.count(node.id) || node.parents.size() < 2) continue;
        const std::string &own = node.parents[0];
        if (!is_model(graph, own)) continue;
        core::Graph::Ids below = graph.descendants(own);
        for (size_t i = 1; i < node.parents.size(); i++)
            if (node.parents[i] != own && is_model(graph, node.parents[i]) && ids.count(node.parents[i]) && !below.count(node.parents[i])) extra[own].push_back(node.parents[i]);
    }
    if (extra.empty()) return std::nullopt;
    core::Graph out;
    for (core::Node node : graph.nodes()) {
        for (const std::string &parent : extra[node.id]) node.parents.push_back(parent);
        out.add(std::move(node));
    }
    return out;
}

std::vector<std::string> model_order(const core::Graph &graph, const std::set<std::string> &ids) {
    std::optional<core::Graph> ordered = with_test_order(graph, ids);
    std::vector<std::string> out;
    for (const std::string &id : (!ordered || ordered->find_cycle() ? graph : *ordered).topological_order(ids))
        if (is_model(graph, id)) out.push_back(id);
    return out;
}

}  // namespace

core::Graph load_graph(const std::optional<std::set<std::string>> &domains, Mesh *mesh, bool bare) {
    core::Graph graph;
    std::string only;
    if (domains) only = pg::array_literal({domains->begin(), domains->end()});
    bool is_known = domains && mesh != nullptr && std::all_of(domains->begin(), domains->end(), [&](const std::string &domain) { return mesh->is_whole(domain); });
    add_sources(graph, only);
    add_models(graph, is_known ? known_models(*mesh, *domains, bare) : read_models(only, bare), only);
    add_tests(graph, only);
    add_products(graph, only);
    return graph;
}

std::set<std::string> domains_ahead(Mesh &mesh, const Wanted &wanted) {
    std::set<std::string> out;
    if (wanted.only) {
        if (std::ranges::any_of(*wanted.only, [&](const std::string &id) { return id.starts_with(wanted.domain + "."); })) out.insert(wanted.domain);
        return out;
    }
    for (const core::Intersection &part : core::parse_selector(wanted.selector)) {
        for (const core::Criterion &c : part.criteria) {
            if (c.at || c.ancestors || c.descendants || !c.method.empty() || mesh.find_domain(c.value.text) == nullptr) return {};
            out.insert(c.value.text);
        }
    }
    return out;
}

std::set<std::string> Selection::domains() const {
    std::set<std::string> out;
    for (const std::string &id : ids) out.insert(graph.find(id)->domain);
    return out;
}

Selection select_wanted(Mesh &mesh, const Wanted &wanted, Oid caller) {
    if (!wanted.only) return select_nodes(mesh, wanted.selector, wanted.exclude, caller);
    Selection out;
    require_run(mesh.domain(wanted.domain), caller);
    out.graph = load_graph(std::set<std::string>{wanted.domain}, &mesh, true);
    for (const std::string &id : *wanted.only)
        if (out.graph.find(id) != nullptr) out.ids.insert(id);
    out.models = model_order(out.graph, out.ids);
    return out;
}

Selection select_nodes(Mesh &mesh, const std::string &selector, const std::string &exclude, Oid caller) {
    Selection out;
    std::optional<std::set<std::string>> domains = domains_named(mesh, selector);
    out.graph = load_graph(domains, &mesh);
    std::vector<std::string> unmatched;
    out.ids = core::select(out.graph, selector, exclude, &unmatched, core::Tests::eager);
    std::erase_if(unmatched, [&](const std::string &part) { return mesh.find_domain(part) != nullptr; });  // an empty domain
    if (out.ids.empty() && !unmatched.empty())
        throw Error("42704", "selector \"" + selector + "\" matches nothing", "",
                    "Name a domain, domain.model, or use tag:, source: and the like; see mesh.models and mesh.domains for what there is.");
    if (!unmatched.empty()) warn_unmatched(unmatched);
    std::set<std::string> seen;
    for (const std::string &id : out.ids)
        if (seen.insert(out.graph.find(id)->domain).second) require_run(mesh.domain(out.graph.find(id)->domain), caller);
    out.models = model_order(out.graph, out.ids);
    return out;
}

}  // namespace mesh::engine
