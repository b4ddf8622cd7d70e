#include "core/project/config_rules.h"

namespace mesh::core::project {

namespace {

Json common() {
    return {{"enabled", true}, {"alias", nullptr}, {"schema", nullptr}, {"database", nullptr}, {"tags", Json::array()}, {"meta", Json::object()},
            {"group", nullptr}, {"static_analysis", nullptr}};
}

void add(Json &config, std::initializer_list<std::pair<const char *, Json>> items) {
    for (const auto &[key, value] : items) config[key] = value;
}

Json node_config(const char *materialized) {
    Json config = common();
    add(config, {{"materialized", materialized}, {"incremental_strategy", nullptr}, {"batch_size", nullptr}, {"lookback", 1}, {"begin", nullptr},
                 {"persist_docs", Json::object()}, {"post-hook", Json::array()}, {"pre-hook", Json::array()}, {"quoting", Json::object()},
                 {"column_types", Json::object()}, {"full_refresh", nullptr}, {"unique_key", nullptr}, {"on_schema_change", "ignore"},
                 {"on_configuration_change", "apply"}, {"grants", Json::object()}, {"packages", Json::array()},
                 {"docs", {{"show", true}, {"node_color", nullptr}}}, {"contract", {{"enforced", false}, {"alias_types", true}}},
                 {"event_time", nullptr}, {"concurrent_batches", nullptr}});
    return config;
}

Json model_config() {
    Json config = node_config("view");
    add(config, {{"access", "protected"}, {"freshness", nullptr}});
    return config;
}

Json seed_config() {
    Json config = node_config("seed");
    add(config, {{"delimiter", ","}, {"quote_columns", nullptr}});
    return config;
}

Json snapshot_config() {
    Json config = node_config("snapshot");
    const Json columns = {{"dbt_valid_to", nullptr}, {"dbt_valid_from", nullptr}, {"dbt_scd_id", nullptr}, {"dbt_updated_at", nullptr}, {"dbt_is_deleted", nullptr}};
    add(config, {{"strategy", nullptr}, {"target_schema", nullptr}, {"target_database", nullptr}, {"updated_at", nullptr}, {"check_cols", nullptr},
                 {"snapshot_meta_column_names", columns}, {"dbt_valid_to_current", nullptr}});
    return config;
}

Json test_config() {
    Json config = common();
    add(config, {{"schema", "dbt_test__audit"}, {"materialized", "test"}, {"severity", "ERROR"}, {"store_failures", nullptr},
                 {"store_failures_as", nullptr}, {"where", nullptr}, {"limit", nullptr}, {"fail_calc", "count(*)"}, {"warn_if", "!= 0"},
                 {"error_if", "!= 0"}});
    return config;
}

Json source_config() {
    const Json never = {{"count", nullptr}, {"period", nullptr}};
    return {{"enabled", true}, {"event_time", nullptr}, {"freshness", {{"warn_after", never}, {"error_after", never}, {"filter", nullptr}}},
            {"loaded_at_field", nullptr}, {"loaded_at_query", nullptr}, {"meta", Json::object()}, {"tags", Json::array()}, {"static_analysis", nullptr}};
}

}  // namespace

const Json &default_config(ResourceType type) {
    static const Json model = model_config(), seed = seed_config(), snapshot = snapshot_config(), test = test_config(), node = node_config("view"),
                      source = source_config(), exposure = {{"enabled", true}, {"tags", Json::array()}, {"meta", Json::object()}},
                      unit_test = {{"tags", Json::array()}, {"meta", Json::object()}, {"enabled", true}, {"static_analysis", nullptr}},
                      metric = {{"enabled", true}, {"group", nullptr}, {"meta", Json::object()}, {"tags", Json::array()}},
                      semantic = {{"enabled", true}, {"group", nullptr}, {"meta", Json::object()}},
                      query = {{"enabled", true}, {"group", nullptr}, {"meta", Json::object()}, {"export_as", nullptr}, {"schema", nullptr},
                               {"cache", {{"enabled", false}}}},
                      group = {{"meta", Json::object()}};
    switch (type) {
        case ResourceType::model: return model;
        case ResourceType::seed: return seed;
        case ResourceType::snapshot: return snapshot;
        case ResourceType::test: return test;
        case ResourceType::source: return source;
        case ResourceType::exposure: return exposure;
        case ResourceType::unit_test: return unit_test;
        case ResourceType::metric: return metric;
        case ResourceType::semantic_model: return semantic;
        case ResourceType::saved_query: return query;
        case ResourceType::group: return group;
        default: return node;
    }
}

}  // namespace mesh::core::project
