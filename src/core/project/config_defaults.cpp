#include "core/project/config_rules.h"
#include "core/project/store_config.h"

namespace mesh::core::project {

namespace {

Json source_config() {
    const Json never = {{"count", nullptr}, {"period", nullptr}};
    return {{"enabled", true}, {"event_time", nullptr}, {"freshness", {{"warn_after", never}, {"error_after", never}, {"filter", nullptr}}},
            {"loaded_at_field", nullptr}, {"loaded_at_query", nullptr}, {"meta", Json::object()}, {"tags", Json::array()}, {"static_analysis", nullptr}};
}

Json query_config() {
    return {{"enabled", true}, {"group", nullptr}, {"meta", Json::object()}, {"export_as", nullptr}, {"schema", nullptr}, {"cache", {{"enabled", false}}}};
}

}  // namespace

const Json &default_config(ResourceType type) {
    static const Json source = source_config(), exposure = {{"enabled", true}, {"tags", Json::array()}, {"meta", Json::object()}},
                      unit_test = {{"tags", Json::array()}, {"meta", Json::object()}, {"enabled", true}, {"static_analysis", nullptr}},
                      metric = {{"enabled", true}, {"group", nullptr}, {"meta", Json::object()}},
                      semantic = {{"enabled", true}, {"group", nullptr}, {"meta", Json::object()}}, query = query_config(),
                      group = Json::object({{"meta", Json::object()}});
    switch (type) {
        case ResourceType::source: return source;
        case ResourceType::exposure: return exposure;
        case ResourceType::unit_test: return unit_test;
        case ResourceType::metric: return metric;
        case ResourceType::semantic_model: return semantic;
        case ResourceType::saved_query: return query;
        case ResourceType::group: return group;
        default: return usual_config(type);
    }
}

}  // namespace mesh::core::project
