// What a metric counts, with every member that dbt gives.
#include <gtest/gtest.h>

#include "core/project/metric_params.h"

namespace mesh::core::project {
namespace {

TEST(MetricParams, HaveEveryMember) {
    const Json params = metric_type_params(Json{{"measure", "amount"}}, false);
    EXPECT_EQ(params["measure"], Json::parse(R"({"name": "amount", "filter": null, "alias": null, "join_to_timespine": false, "fill_nulls_with": null})"));
    for (const char *key : {"numerator", "denominator", "expr", "window", "grain_to_date", "conversion_type_params", "cumulative_type_params"})
        EXPECT_TRUE(params.contains(key) && params[key].is_null()) << key;
    EXPECT_EQ(metric_type_params(Json(), false)["measure"], Json());
}

TEST(MetricParams, NamesBecomeMappings) {
    const Json params = metric_type_params(Json::parse(R"({"numerator": "a", "denominator": {"name": "b", "filter": "x > 1"}, "metrics": ["c"]})"), false);
    EXPECT_EQ(params["numerator"]["name"], "a");
    EXPECT_EQ(params["denominator"]["filter"], Json::parse(R"({"where_filters": [{"where_sql_template": "x > 1"}]})"));
    EXPECT_EQ(params["metrics"][0]["offset_window"], Json());
}

TEST(MetricParams, WindowsAreACountAndAGranularity) {
    EXPECT_EQ(metric_type_params(Json{{"window", "7 Days"}}, true)["cumulative_type_params"]["window"], Json::parse(R"({"count": 7, "granularity": "day"})"));
    EXPECT_EQ(metric_type_params(Json{{"window", "1 martian_days"}}, true)["window"]["granularity"], "martian_days");
    EXPECT_EQ(metric_type_params(Json{{"window", "often"}}, false)["window"], "often");
    EXPECT_EQ(metric_type_params(Json(), true)["cumulative_type_params"]["period_agg"], "first");
}

TEST(MetricParams, ConversionsHaveMeasuresByName) {
    const Json params = metric_type_params(Json::parse(R"({"conversion_type_params": {"base_measure": "a", "conversion_measure": {"name": "b"}, "entity": "e", "window": "7 days"}})"), false)["conversion_type_params"];
    EXPECT_EQ(params["base_measure"]["name"], "a");
    EXPECT_EQ(params["conversion_measure"]["join_to_timespine"], false);
    EXPECT_EQ(params["calculation"], "conversion_rate");
    EXPECT_EQ(params["window"]["count"], 7);
}

TEST(MetricParams, FiltersAreAList) {
    EXPECT_EQ(metric_filter(Json::array({"a", "b"}))["where_filters"].size(), 2u);
    EXPECT_EQ(metric_filter(Json()), Json());
}

}  // namespace
}  // namespace mesh::core::project
