#include "core/project/metric_params.h"

#include <set>

#include "core/text.h"

namespace mesh::core::project {

namespace {

// A plain name stands for a mapping with that name.
Json with_members(Json value, std::initializer_list<std::pair<const char *, Json>> members) {
    if (value.is_null()) return value;
    if (!value.is_object()) value = {{"name", value}};
    for (const auto &[name, otherwise] : members)
        if (!value.contains(name)) value[name] = otherwise;
    if (value.contains("filter")) value["filter"] = metric_filter(value["filter"]);
    return value;
}

Json measure(const Json &written) {
    return with_members(written, {{"filter", nullptr}, {"alias", nullptr}, {"join_to_timespine", false}, {"fill_nulls_with", nullptr}});
}

Json window(const Json &written) {
    if (!written.is_string()) return written;
    static const std::set<std::string> granularities = {"nanosecond", "microsecond", "millisecond", "second", "minute", "hour", "day", "week", "month", "quarter", "year"};
    std::string text = lowered(written);
    const auto space = text.find(' ');
    if (space == std::string::npos || space == 0 || space > 9 || text.find_first_not_of("0123456789") != space) return written;
    std::string granularity = text.substr(space + 1);
    if (granularity.ends_with('s') && granularities.count(granularity.substr(0, granularity.size() - 1))) granularity.pop_back();
    return {{"count", std::stol(text)}, {"granularity", granularity}};
}

Json input(const Json &written) {
    Json out = with_members(written, {{"filter", nullptr}, {"alias", nullptr}, {"offset_window", nullptr}, {"offset_to_grain", nullptr}});
    if (out.is_object()) out["offset_window"] = window(out["offset_window"]);
    return out;
}

Json inputs(Json written) {
    if (!written.is_array()) return Json::array();
    for (Json &one : written) one = input(one);
    return written;
}

Json conversion_params(Json written) {
    if (!written.is_object()) return written;
    for (const char *key : {"base_measure", "conversion_measure"})
        if (written.contains(key)) written[key] = measure(written[key]);
    written = with_members(written, {{"calculation", "conversion_rate"}, {"window", nullptr}, {"constant_properties", nullptr}});
    written["window"] = window(written["window"]);
    return written;
}

// What was once said beside these parameters counts where they say nothing.
Json cumulative_params(Json written, const Json &params) {
    written = with_members(written.is_object() ? written : Json::object(), {{"window", nullptr}, {"grain_to_date", nullptr}, {"period_agg", "first"}, {"metric", nullptr}});
    for (const char *key : {"window", "grain_to_date"})
        if (written[key].is_null()) written[key] = params[key];
    written["window"] = window(written["window"]);
    return written;
}

}  // namespace

Json metric_type_params(const Json &written, bool cumulative) {
    Json params = with_members(written.is_object() ? written : Json::object(),
                               {{"measure", nullptr}, {"input_measures", Json::array()}, {"numerator", nullptr}, {"denominator", nullptr}, {"expr", nullptr}, {"window", nullptr},
                                {"grain_to_date", nullptr}, {"metrics", nullptr}, {"conversion_type_params", nullptr}, {"cumulative_type_params", nullptr}, {"metric_aggregation_params", nullptr}});
    params["measure"] = measure(params["measure"]);
    params["numerator"] = input(params["numerator"]);
    params["denominator"] = input(params["denominator"]);
    params["metrics"] = inputs(params["metrics"]);
    params["window"] = window(params["window"]);
    params["conversion_type_params"] = conversion_params(params["conversion_type_params"]);
    params["cumulative_type_params"] = cumulative ? cumulative_params(params["cumulative_type_params"], params) : Json();
    return params;
}

Json metric_filter(const Json &written) {
    if (!written.is_string() && !written.is_array()) return written;
    Json filters = Json::array();
    for (const Json &one : written.is_array() ? written : Json::array({written})) filters.push_back({{"where_sql_template", one}});
    return {{"where_filters", filters}};
}

}  // namespace mesh::core::project
