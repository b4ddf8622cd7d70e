#include "core/project/store_config.h"

namespace mesh::core::project {

namespace {

constexpr const char *kNode = R"(
    "enabled": true, "alias": null, "schema": null, "database": null, "tags": [], "meta": {}, "group": null, "static_analysis": null,
    "materialized": "view", "incremental_strategy": null, "batch_size": null, "lookback": 1, "begin": null, "persist_docs": {},
    "post-hook": [], "pre-hook": [], "quoting": {}, "column_types": {}, "full_refresh": null, "unique_key": null,
    "on_schema_change": "ignore", "on_configuration_change": "apply", "grants": {}, "packages": [],
    "docs": {"show": true, "node_color": null}, "contract": {"enforced": false, "alias_types": true}, "event_time": null,
    "concurrent_batches": null)";

constexpr const char *kModel = R"(, "access": "protected", "freshness": null)";
constexpr const char *kSeed = R"(, "delimiter": ",", "quote_columns": null)";
constexpr const char *kSnapshot = R"(, "strategy": null, "target_schema": null, "target_database": null, "updated_at": null, "check_cols": null,
    "snapshot_meta_column_names": {"dbt_valid_to": null, "dbt_valid_from": null, "dbt_scd_id": null, "dbt_updated_at": null,
    "dbt_is_deleted": null}, "dbt_valid_to_current": null)";

constexpr const char *kFunction = R"(, "type": "scalar", "volatility": null, "runtime_version": null, "entry_point": null)";

constexpr const char *kTest = R"text(
    "enabled": true, "alias": null, "schema": "dbt_test__audit", "database": null, "tags": [], "meta": {}, "group": null,
    "static_analysis": null, "materialized": "test", "severity": "ERROR", "store_failures": null, "store_failures_as": null, "where": null,
    "limit": null, "fail_calc": "count(*)", "warn_if": "!= 0", "error_if": "!= 0")text";

Json object(const std::string &body, const char *materialized = nullptr) {
    Json config = Json::parse("{" + body + "}");
    if (materialized) config["materialized"] = materialized;
    return config;
}

}  // namespace

const Json &usual_config(ResourceType type) {
    static const Json model = object(std::string(kNode) + kModel), seed = object(std::string(kNode) + kSeed, "seed"),
                      snapshot = object(std::string(kNode) + kSnapshot, "snapshot"), test = object(kTest), function = object(std::string(kNode) + kFunction, "function"), plain = object(kNode),
                      nothing = Json::object();
    switch (type) {
        case ResourceType::model: return model;
        case ResourceType::seed: return seed;
        case ResourceType::snapshot: return snapshot;
        case ResourceType::test: return test;
        case ResourceType::function: return function;
        case ResourceType::analysis:
        case ResourceType::operation: return plain;
        default: return nothing;
    }
}

Json config_difference(const Json &usual, const Json &config) {
    if (!config.is_object() || config.size() < usual.size()) return nullptr;
    Json difference = Json::object();
    auto at = usual.begin();
    for (const auto &[key, value] : config.items()) {
        const bool known = at != usual.end();
        if (known && at.key() != key) return nullptr;
        if (!known || at.value() != value) difference[key] = value;
        if (known) ++at;
    }
    return difference;
}

Json apply_difference(const Json &usual, Json difference) {
    if (difference.empty()) return usual;
    Json config = usual;
    auto &members = config.get_ref<Json::object_t &>();
    auto member = members.begin();
    for (auto &[key, value] : difference.get_ref<Json::object_t &>()) {
        while (member != members.end() && member->first != key) ++member;
        if (member != members.end()) {
            member->second = std::move(value);
            continue;
        }
        const auto end = members.size();
        members.emplace_back(key, std::move(value));
        member = members.begin() + static_cast<std::ptrdiff_t>(end) + 1;
    }
    return config;
}

}  // namespace mesh::core::project
