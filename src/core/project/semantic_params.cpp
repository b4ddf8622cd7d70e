#include "core/project/semantic_params.h"

#include <algorithm>

#include "core/project/columns.h"
#include "core/project/metric_params.h"
#include "core/text.h"

namespace mesh::core::project {

namespace {

using Members = std::initializer_list<std::pair<const char *, Json>>;

Json with_members(const Json &written, Members members) {
    Json out = Json::object();
    for (const auto &[key, usual] : members) {
        const auto found = written.is_object() ? written.find(key) : written.end();
        out[key] = written.is_object() && found != written.end() && !found->is_null() ? *found : usual;
    }
    return out;
}

// dbt's enumerations are written in any case.
void lower_case(Json &value) {
    if (!value.is_string()) return;
    std::string text = value;
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    value = text;
}

Json aggregation_params(const Json &written) {
    if (!written.is_object()) return nullptr;
    return with_members(written, {{"percentile", nullptr}, {"use_discrete_percentile", false}, {"use_approximate_percentile", false}});
}

Json non_additive(const Json &written) {
    if (!written.is_object()) return nullptr;
    Json out = with_members(written, {{"name", nullptr}, {"window_choice", nullptr}, {"window_groupings", Json::array()}});
    lower_case(out["window_choice"]);
    return out;
}

Json time_params(const Json &written) {
    if (!written.is_object()) return nullptr;
    Json out = with_members(written, {{"time_granularity", nullptr}, {"validity_params", nullptr}});
    lower_case(out["time_granularity"]);
    if (out["validity_params"].is_object()) out["validity_params"] = with_members(out["validity_params"], {{"is_start", false}, {"is_end", false}});
    return out;
}

Json measure(const Json &written) {
    Json out = with_members(written, {{"name", nullptr}, {"agg", nullptr}, {"description", nullptr}, {"label", nullptr}, {"create_metric", nullptr}, {"expr", nullptr},
                                      {"agg_params", nullptr}, {"non_additive_dimension", nullptr}, {"agg_time_dimension", nullptr}});
    lower_case(out["agg"]);
    out["create_metric"] = false;  // of a measure that dbt has read already
    if (!out["expr"].is_null()) out["expr"] = python_text(out["expr"]);
    out["agg_params"] = aggregation_params(out["agg_params"]);
    out["non_additive_dimension"] = non_additive(out["non_additive_dimension"]);
    return out;
}

Json dimension(const Json &written) {
    Json out = with_members(written, {{"name", nullptr}, {"type", nullptr}, {"description", nullptr}, {"label", nullptr}, {"is_partition", false}, {"type_params", nullptr},
                                      {"expr", nullptr}, {"metadata", nullptr}});
    lower_case(out["type"]);
    out["type_params"] = time_params(out["type_params"]);
    return out;
}

Json entity(const Json &written) {
    Json out = with_members(written, {{"name", nullptr}, {"type", nullptr}, {"description", nullptr}, {"label", nullptr}, {"role", nullptr}, {"expr", nullptr}});
    lower_case(out["type"]);
    return out;
}

Json member_of(const Json &object, const char *key) {
    return object.is_object() ? object.value(key, Json()) : Json();
}

}  // namespace

Json semantic_elements(const std::string &list, const Json &written, const Json &meta) {
    Json out = Json::array();
    for (const Json &one : written) {
        Json element = list == "measures" ? measure(one) : list == "dimensions" ? dimension(one) : entity(one);
        Json all = meta.is_object() ? meta : Json::object();
        if (const Json own = member_of(member_of(one, "config"), "meta"); own.is_object()) all.update(own);
        element["config"] = {{"meta", all}};
        out.push_back(std::move(element));
    }
    return out;
}

Json saved_query_params(const Json &written) {
    Json out = with_members(written, {{"metrics", Json::array()}, {"group_by", Json::array()}, {"where", nullptr}, {"order_by", Json::array()}, {"limit", nullptr}});
    out["where"] = metric_filter(out["where"]);
    return out;
}

Json saved_query_exports(const Json &written, const Json &config, const Target &target) {
    Json out = Json::array();
    for (const Json &one : written) {
        const Json own = one.is_object() ? one.value("config", Json::object()) : Json::object();
        const auto said = [&](const char *key) { return member_of(own, key).is_null() ? member_of(config, key) : own[key]; };
        const Json schema = said("schema_name").is_null() ? said("schema") : said("schema_name");
        const Json alias = member_of(own, "alias"), name = member_of(one, "name");
        out.push_back({{"name", name},
                       {"config", {{"export_as", said("export_as")}, {"schema_name", schema.is_null() ? Json(target.schema) : schema},
                                   {"alias", alias.is_null() ? name : alias}, {"database", target.database}}},
                       {"unrendered_config", own}});
    }
    return out;
}

}  // namespace mesh::core::project
