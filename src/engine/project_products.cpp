#include "engine/project_products.h"

#include "engine/agreement.h"
#include "engine/consumer.h"

namespace mesh::engine {

using core::Error;
using project::Node;
using project::ResourceType;

namespace {

bool is_product(const Node &node) {
    return node.resource_type == ResourceType::model && node.access == "public" && !node.is_external() && node.config.value("materialized", "") != "ephemeral";
}

// A product's versions are whole numbers; a model with a version of another kind is a product of its own name.
struct ProductName {
    std::string name;
    int version = 1;
};

ProductName product_name(const Project &project, const Node &node) {
    const std::string &version = node.version, model = project.model_name(node.unique_id);
    bool number = !version.empty() && version.size() < 9 && version.find_first_not_of("0123456789") == std::string::npos && version != "0";
    if (!number) return {model, 1};
    return {model.substr(0, model.size() - version.size() - 2), std::stoi(version)};
}

bool stays(const Project &project, const NodeProduct &old) {
    auto node = project.manifest().nodes.find(old.node);
    if (node == project.manifest().nodes.end() || !is_product(node->second)) return false;
    ProductName now = product_name(project, node->second);
    return now.name == old.product.name && now.version == old.product.version && project.model_name(old.node) == old.product.model;
}

std::string readers_elsewhere(const Product &product) {
    return registry_value("select pg_catalog.string_agg(domain || '.' || model, ', ' order by domain, model) from mesh.dependency_registry"
                          " where kind = 'model' and upstream = $1 and domain <> $2",
                          {product.domain + "." + product.model, product.domain})
        .value_or("");
}

void withdraw(const Project &project, const NodeProduct &old) {
    const Product &product = old.product;
    std::string held = holders(product), readers = readers_elsewhere(product);
    if (!held.empty()) {
        const char *why = project.manifest().nodes.count(old.node) ? "Its model is no longer public." : "Its model is no longer in the project.";
        throw Error("2BP01", "cannot unpublish " + product.label() + " because consumers hold it",
                    std::string(why) + " Held by " + held + "." + (readers.empty() ? "" : " Read by " + readers + "."),
                    "Keep the model public until they have moved, or take it back from them first with mesh.revoke_product().");
    }
    unpublish_product(pg::qualified(product.domain, product.name), product.version, GetUserId());
}

// The product by which others read the model: of dbt's public models there is one.
std::optional<Product> public_product(const ModelName &model) {
    pg::Result found = registry("select name, version from mesh.product_registry where domain = $1 and model = $2 and access = 'public' order by node is null, version desc limit 1",
                                {model.domain, model.name});
    if (found.empty()) return std::nullopt;
    return get_product(pg::qualified(model.domain, found.rows[0][0].value()), std::stoi(found.rows[0][1].value()), Lock::none);
}

bool holds(const std::string &consumer, const ModelName &model) {
    return registry_value("select 1 from mesh.agreement_grants where domain = $1 and model = $2 and consumer_kind = 'domain' and consumer = $3"
                          " and (valid_until is null or valid_until > pg_catalog.now()) limit 1",
                          {model.domain, model.name, consumer})
        .has_value();
}

std::set<std::string> external_refs(const Project &project) {
    std::set<std::string> out;
    for (const auto &[id, node] : project.manifest().nodes)
        for (const std::string &read : node.depends_on_nodes)
            if (project.external().count(read)) out.insert(read);
    return out;
}

}  // namespace

std::vector<NodeProduct> withdraw_products(const Project &project, bool whole) {
    std::vector<NodeProduct> freed;
    for (NodeProduct &old : node_products(project.domain())) {
        if (whole && !stays(project, old)) withdraw(project, old);
        else if (!old.product.contract.columns.empty() && holders(old.product).empty()) freed.push_back(std::move(old));
    }
    for (const NodeProduct &one : freed)
        registry("update mesh.product_registry set contract = '{\"columns\": []}' where domain = $1 and name = $2 and version = $3::int",
                 {one.product.domain, one.product.name, std::to_string(one.product.version)});
    return freed;
}

void publish_products(Mesh &mesh, const Project &project, const Resources *part, const std::vector<NodeProduct> &freed, std::vector<Change> &changes) {
    std::set<std::string> before, done;
    for (const NodeProduct &old : node_products(project.domain())) before.insert(old.node);
    for (const auto &[id, node] : project.manifest().nodes) {
        if (!is_product(node) || (part != nullptr && !part->count(id))) continue;
        ProductName name = product_name(project, node);
        publish_node(mesh.model({project.domain(), project.model_name(id)}), name.name, name.version, id);
        done.insert(id);
        if (!before.count(id))
            changes.push_back({"added", project.domain() + "." + name.name, "product", node.package_root + node.original_file_path, "version " + std::to_string(name.version)});
    }
    for (const NodeProduct &old : freed)
        if (!done.count(old.node)) publish_node(mesh.model({project.domain(), old.product.model}), old.product.name, old.product.version, old.node);
}

void ask_for_products(const Project &project, Oid caller, std::vector<Change> &changes) {
    for (const std::string &id : external_refs(project)) {
        const ModelName &model = project.external().at(id);
        if (holds(project.domain(), model)) continue;
        std::optional<Product> product = public_product(model);
        if (!product) continue;  // the analysis says what is missing
        Terms terms{"its dbt project refs it", std::nullopt, product->version, "domain"};
        (void)request_access(pg::qualified(product->domain, product->name), project.domain(), terms, caller);
        changes.push_back({"added", product->domain + "." + product->name, "agreement", "", "version " + std::to_string(product->version)});
    }
}

}  // namespace mesh::engine
