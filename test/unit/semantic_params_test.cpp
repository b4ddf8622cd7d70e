// Semantic models and saved queries, with every member that dbt gives.
#include <gtest/gtest.h>

#include "core/project/semantic_params.h"

namespace mesh::core::project {
namespace {

TEST(SemanticParams, ElementsHaveEveryMember) {
    const Json meta = {{"a", 1}, {"b", 1}};
    const Json entity = semantic_elements("entities", Json::parse(R"([{"name": "id", "type": "PRIMARY", "config": {"meta": {"b": 2}}}])"), meta)[0];
    EXPECT_EQ(entity, Json::parse(R"({"name": "id", "type": "primary", "description": null, "label": null, "role": null, "expr": null, "config": {"meta": {"a": 1, "b": 2}}})"));
    const Json time = semantic_elements("dimensions", Json::parse(R"([{"name": "at", "type": "time", "type_params": {"time_granularity": "DAY", "validity_params": {"is_end": true}}}])"), Json())[0];
    EXPECT_EQ(time["type_params"], Json::parse(R"({"time_granularity": "day", "validity_params": {"is_start": false, "is_end": true}})"));
    EXPECT_EQ(time["is_partition"], false);
    const Json measure = semantic_elements("measures", Json::parse(R"([{"name": "m", "agg": "SUM", "expr": 1, "create_metric": true, "agg_params": {"percentile": 0.5}}])"), Json())[0];
    EXPECT_EQ(measure["expr"], "1");
    EXPECT_EQ(measure["create_metric"], false);
    EXPECT_EQ(measure["agg_params"]["use_discrete_percentile"], false);
    EXPECT_EQ(measure["config"], Json::parse(R"({"meta": {}})"));
}

TEST(SemanticParams, SavedQueries) {
    EXPECT_EQ(saved_query_params(Json::parse(R"({"metrics": ["m"], "where": "a = 1"})")),
              Json::parse(R"({"metrics": ["m"], "group_by": [], "where": {"where_filters": [{"where_sql_template": "a = 1"}]}, "order_by": [], "limit": null})"));
    Target target;
    target.schema = "own";
    target.database = "db";
    const Json exports = saved_query_exports(Json::parse(R"([{"name": "e", "config": {"alias": "al", "schema": "s"}}, {"name": "f"}])"), Json{{"export_as", "table"}}, target);
    EXPECT_EQ(exports[0]["config"], Json::parse(R"({"export_as": "table", "schema_name": "s", "alias": "al", "database": "db"})"));
    EXPECT_EQ(exports[0]["unrendered_config"], Json::parse(R"({"alias": "al", "schema": "s"})"));
    EXPECT_EQ(exports[1]["config"], Json::parse(R"({"export_as": "table", "schema_name": "own", "alias": "f", "database": "db"})"));
}

}  // namespace
}  // namespace mesh::core::project
