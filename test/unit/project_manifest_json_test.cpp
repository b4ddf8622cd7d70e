#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/artifacts.h"
#include "core/project/manifest_json.h"
#include "sample_project.h"

using namespace mesh::core::project;

namespace {

TEST(ManifestJson, HasDbtsSections) {
    const Json json = Json::parse(manifest_text(sample::project()));
    EXPECT_EQ(json["metadata"]["dbt_schema_version"], "https://schemas.getdbt.com/dbt/manifest/v12.json");
    EXPECT_EQ(json["nodes"].size(), 6U);
    EXPECT_EQ(json["exposures"]["exposure.shop.board"]["owner"]["name"], "Ann");
    EXPECT_EQ(json["child_map"]["model.shop.stg_orders"].size(), 4U);
    EXPECT_EQ(json["parent_map"]["exposure.shop.board"], Json::array({"model.shop.orders.v1"}));
    for (const char *section : {"macros", "metrics", "groups", "selectors", "disabled", "saved_queries", "semantic_models", "unit_tests", "functions"})
        EXPECT_TRUE(json[section].empty()) << section;
    EXPECT_EQ(json["docs"]["doc.dbt.__overview__"]["name"], "__overview__");
}

TEST(ManifestJson, SemanticModelsNameTheirRelation) {
    Manifest manifest = sample::project();
    OtherResource model;
    model.resource_type = ResourceType::semantic_model;
    model.unique_id = "semantic_model.shop.s";
    model.depends_on_nodes = {"model.shop.stg_orders"};
    manifest.others.emplace(model.unique_id, model);
    const Json json = Json::parse(manifest_text(manifest));
    const Json relation = {{"alias", "stg_orders"}, {"schema_name", "shop"}, {"database", "db"}, {"relation_name", json["nodes"]["model.shop.stg_orders"]["relation_name"]}};
    EXPECT_EQ(json["semantic_models"]["semantic_model.shop.s"]["node_relation"], relation);
}

TEST(ManifestJson, VersionsAreNumbersWhereTheyAre) {
    Node node = sample::version("2");
    EXPECT_EQ(manifest_json(node)["version"], 2);
    node.version = "1.5";
    EXPECT_EQ(manifest_json(node)["version"], 1.5);
    node.version = "beta";
    EXPECT_EQ(manifest_json(node)["version"], "beta");
    node.version = "";
    EXPECT_TRUE(manifest_json(node)["version"].is_null());
}

TEST(ManifestJson, ConstraintsGetAllKeys) {
    Node node = sample::node(ResourceType::model, "m", {});
    node.columns = {{"id", "", "integer"}};
    node.columns[0].constraints = Json::array({{{"type", "not_null"}}});
    EXPECT_EQ(manifest_json(node)["columns"]["id"]["constraints"][0]["warn_unsupported"], true);
}

TEST(ManifestJson, ReadsWhatItWrites) {
    const Json json = Json::parse(manifest_text(sample::project()));
    EXPECT_EQ(Json::parse(manifest_text(manifest_from_manifest_json(json))), json);
    EXPECT_THROW(manifest_from_manifest_json(Json::parse("{}")), mesh::core::Error);
    EXPECT_THROW(manifest_from_manifest_json(Json::parse(R"({"metadata": {}, "nodes": {"x": {"resource_type": "planet"}}})")), mesh::core::Error);
}

TEST(ManifestJson, KeepsKeysThatItHasNoFieldFor) {
    Json json = Json::parse(manifest_text(sample::project()));
    json["nodes"]["model.shop.stg_orders"]["created_at"] = 12.5;
    json["sources"]["source.shop.raw.orders"]["patch_path"] = "shop://x.yml";
    EXPECT_EQ(Json::parse(manifest_text(manifest_from_manifest_json(json))), json);
}

TEST(Artifacts, RunResults) {
    ArtifactResult result;
    result.unique_id = "test.shop.t";
    result.status = "fail";
    result.failures = 3;
    result.compiled = true;
    result.compiled_code = "select 1";
    result.timing = {{"compile", "2026-01-31T12:00:00.000000Z", ""}};
    const Json json = run_results_json({"2026-01-31T12:00:00.000000Z"}, {result}, 2.5, {{"which", "test"}});
    EXPECT_EQ(json["metadata"]["dbt_schema_version"], "https://schemas.getdbt.com/dbt/run-results/v6.json");
    EXPECT_EQ(json["results"][0]["failures"], 3);
    EXPECT_TRUE(json["results"][0]["message"].is_null());
    EXPECT_TRUE(json["results"][0]["timing"][0]["completed_at"].is_null());
    EXPECT_EQ(json["args"]["which"], "test");
}

TEST(Artifacts, CatalogPartsNodesAndSources) {
    const Json json = catalog_json({}, {{"model.a.b", "VIEW", "db", "s", "b", "", "me", {{"id", "integer", "", 1}}, {}},
                                        {"source.a.b.c", "BASE TABLE", "db", "s", "c", "said", "me", {}, {{"rows", "Rows", "", 4}}}});
    EXPECT_EQ(json["nodes"]["model.a.b"]["columns"]["id"]["type"], "integer");
    EXPECT_EQ(json["nodes"]["model.a.b"]["stats"]["has_stats"]["value"], false);
    EXPECT_EQ(json["sources"]["source.a.b.c"]["stats"]["rows"]["value"], 4);
    EXPECT_EQ(json["sources"]["source.a.b.c"]["stats"]["has_stats"]["value"], true);
}

TEST(Artifacts, SourcesThatCouldNotBeReadAreNotThere) {
    FreshnessResult fine, broken;
    fine.status = "pass";
    broken.status = "runtime error";
    broken.message = "no such relation";
    const Json json = sources_json({}, {broken, fine}, 0.5);
    ASSERT_EQ(json["results"].size(), 1u);
    EXPECT_EQ(json["results"][0]["status"], "pass");
    EXPECT_TRUE(json["results"][0].contains("max_loaded_at"));
}

TEST(ManifestJson, ResourcesSayWhenTheyWereRead) {
    Manifest manifest = sample::project();
    manifest.docs.emplace("doc.shop.d", Doc{"doc.shop.d", "d", "shop", "d.md", "models/d.md", "text"});
    const Json json = Json::parse(manifest_text(manifest, 12.5));
    for (const auto &[id, node] : json["nodes"].items()) EXPECT_EQ(node["created_at"], 12.5) << id;
    for (const auto &[id, doc] : json["docs"].items()) EXPECT_FALSE(doc.contains("created_at")) << id;
    EXPECT_EQ(Json::parse(manifest_text(manifest_from_manifest_json(json), 13.5))["nodes"], json["nodes"]);
}

}  // namespace
