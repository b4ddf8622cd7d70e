// A small project as data: raw.orders -> stg_orders -> orders (v1, v2) and tests on them.
#pragma once

#include "core/project/manifest.h"

namespace sample {

using namespace mesh::core::project;

inline Node node(ResourceType type, const std::string &name, std::vector<std::string> depends_on, std::vector<std::string> folders = {}) {
    Node node;
    node.resource_type = type;
    node.name = node.alias = name;
    node.package_name = "shop";
    node.unique_id = std::string(resource_type_name(type)) + ".shop." + name;
    node.fqn = {"shop"};
    std::string path;
    for (const auto &folder : folders) {
        node.fqn.push_back(folder);
        path += folder + "/";
    }
    node.fqn.push_back(name);
    node.path = path + name + ".sql";
    node.original_file_path = "models/" + node.path;
    node.database = "db";
    node.schema = "shop";
    node.raw_code = "select 1";
    node.config = {{"enabled", true}, {"materialized", "view"}, {"meta", {{"owner", "ann"}}}};
    node.depends_on_nodes = std::move(depends_on);
    return node;
}

inline void add(Manifest &manifest, Node node) {
    const std::string id = node.unique_id;
    manifest.nodes.emplace(id, std::move(node));
}

inline Node version(const std::string &number) {
    Node node = sample::node(ResourceType::model, "orders", {"model.shop.stg_orders"}, {"marts"});
    node.unique_id += ".v" + number;
    node.fqn.push_back("v" + number);
    node.version = number;
    node.latest_version = "1";
    node.tags = {"daily"};
    return node;
}

inline Node generic_test(const std::string &name, const std::string &kind, std::vector<std::string> depends_on) {
    Node node = sample::node(ResourceType::test, name, std::move(depends_on));
    node.test_metadata = TestMetadata{kind, "", {{"column_name", "id"}}};
    node.raw_code = "{{ test_" + kind + "(**_dbt_generic_test_kwargs) }}";
    return node;
}

inline Manifest project() {
    Manifest manifest;
    manifest.project_name = "shop";
    manifest.packages = {{"shop", "", "1.0", "shop"}};
    Source source;
    source.name = source.identifier = "orders";
    source.source_name = "raw";
    source.package_name = "shop";
    source.unique_id = "source.shop.raw.orders";
    source.fqn = {"shop", "raw", "orders"};
    source.path = source.original_file_path = "models/sources.yml";
    source.schema = "landing";
    manifest.sources.emplace(source.unique_id, source);
    add(manifest, node(ResourceType::seed, "countries", {}));
    add(manifest, node(ResourceType::model, "stg_orders", {"source.shop.raw.orders"}, {"staging"}));
    add(manifest, version("1"));
    add(manifest, version("2"));
    add(manifest, generic_test("unique_stg", "unique", {"model.shop.stg_orders"}));
    add(manifest, generic_test("relationships_stg", "relationships", {"model.shop.stg_orders", "seed.shop.countries"}));
    OtherResource exposure;
    exposure.unique_id = "exposure.shop.board";
    exposure.name = "board";
    exposure.package_name = "shop";
    exposure.fqn = {"shop", "board"};
    exposure.depends_on_nodes = {"model.shop.orders.v1"};
    exposure.content = {{"type", "dashboard"}, {"owner", {{"name", "Ann"}}}};
    manifest.others.emplace(exposure.unique_id, exposure);
    return manifest;
}

}  // namespace sample
