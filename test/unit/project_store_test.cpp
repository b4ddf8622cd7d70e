#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/store.h"
#include "sample_project.h"

using namespace mesh::core::project;

namespace {

TEST(ProjectStore, ComesBackUnchanged) {
    Manifest manifest = sample::project();
    manifest.target.schema = "analytics";
    manifest.warnings = {{"a.yml", 3, "unknown key"}};
    manifest.macros["macro.shop.f"] = {"macro.shop.f", "f", "shop", "macros/f.sql", "macros/f.sql", "{% macro f() %}{% endmacro %}", 7};
    manifest.docs["doc.shop.d"] = {"doc.shop.d", "d", "shop", "docs.md", "models/docs.md", "text \"quoted\" \xc3\xa9"};
    manifest.disabled.push_back(sample::node(ResourceType::model, "off", {}));
    manifest.disabled.back().enabled = false;
    Node &node = manifest.nodes.at("model.shop.orders.v2");
    node.columns = {{"id", "the key", "integer", true, {{"pii", true}}}};
    node.pre_hook = {{"vacuum", false}};
    node.refs = {{"stg_orders", "shop", "3"}};
    node.sources = {{"raw", "orders"}};
    node.alias = "";
    node.relation_name = "";
    node.line = 12;
    EXPECT_EQ(manifest_from_text(manifest_to_store(manifest).dump()), manifest);
}

TEST(ProjectStore, ConfigsOfAnyOrderComeBack) {
    Node node = sample::node(ResourceType::model, "m", {});
    for (const char *config : {R"({})", R"({"b": 1, "a": [2, {"x": null}]})", R"({"materialized": "table", "enabled": false})"}) {
        node.config = Json::parse(config);
        EXPECT_EQ(node_from_json(Json::parse(node_to_json(node).dump())).config, node.config) << config;
    }
}

TEST(ProjectStore, LeavesOutWhatIsUsual) {
    const Json json = node_to_json(sample::generic_test("t", "unique", {}));
    EXPECT_FALSE(json.contains("raw_code"));
    EXPECT_FALSE(json.contains("alias"));
    EXPECT_FALSE(json.contains("unique_id"));
}

TEST(ProjectStore, OnePieceAResource) {
    const Manifest manifest = sample::project();
    Manifest part = manifest_from_head(head_to_json(manifest));
    int pieces = 0;
    for_each_resource(manifest, [&](const std::string &id, Json json) {
        pieces++;
        if (id == "source.shop.raw.orders" || id == "seed.shop.countries") add_resource(part, std::move(json));
    });
    EXPECT_EQ(pieces, 8);
    EXPECT_EQ(part.nodes.size(), 1U);
    EXPECT_EQ(part.sources, manifest.sources);
    EXPECT_EQ(part.packages, manifest.packages);
}

// Files of one name may be there as long as one of them is enabled.
TEST(ProjectStore, DisabledResourcesKeepTheirPlaceBesideAnEnabledOne) {
    Manifest manifest = sample::project();
    for (const char *file : {"models/a/stg_orders.sql", "models/b/stg_orders.sql"}) {
        manifest.disabled.push_back(manifest.nodes.at("model.shop.stg_orders"));
        manifest.disabled.back().enabled = false;
        manifest.disabled.back().original_file_path = file;
    }
    std::map<std::string, Json> stored;
    for_each_resource(manifest, [&](const std::string &id, Json json) { EXPECT_TRUE(stored.emplace(id, std::move(json)).second) << id; });
    Manifest back;
    for (auto &[id, json] : stored) add_resource(back, std::move(json));
    EXPECT_EQ(back.nodes, manifest.nodes);
    EXPECT_EQ(back.disabled, manifest.disabled);
}

TEST(ProjectStore, RefusesWhatItDidNotWrite) {
    for (const char *text : {"", "[]", "{}", R"({"head": {}, "resources": [{"planet": {}}]})", R"({"head": {}, "resources": [{"node": {"name": 1}}]})",
                             R"({"head": {}, "resources": [{"node": {"resource_type": "planet"}}]})", R"({"head": {"colour": 1}, "resources": []})"})
        EXPECT_THROW(manifest_from_text(text), mesh::core::Error) << text;
}

}  // namespace
