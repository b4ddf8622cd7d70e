#include "core/plan/settings_only.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace mesh::core::plan {

namespace {

// Sorted.
constexpr std::string_view kSettingsOnly[] = {
    "anytextcat", "array_out", "array_to_json", "array_to_string", "cash_in", "cash_out", "concat", "concat_ws", "date", "date_cmp_timestamptz", "date_eq_timestamptz",
    "date_ge_timestamptz", "date_gt_timestamptz", "date_le_timestamptz", "date_lt_timestamptz", "date_ne_timestamptz", "date_out", "date_part", "date_trunc", "enum_in",
    "enum_out", "extract", "format", "generate_series", "in_range", "interval_in", "interval_out", "interval_pl_timestamptz", "json_agg", "json_agg_finalfn",
    "json_agg_strict", "json_agg_strict_transfn", "json_agg_transfn", "json_build_array", "json_build_object", "json_object_agg", "json_object_agg_finalfn",
    "json_object_agg_strict", "json_object_agg_strict_transfn", "json_object_agg_transfn", "json_object_agg_unique", "json_object_agg_unique_strict",
    "json_object_agg_unique_strict_transfn", "json_object_agg_unique_transfn", "json_to_tsvector", "jsonb_agg", "jsonb_agg_finalfn", "jsonb_agg_strict",
    "jsonb_agg_strict_transfn", "jsonb_agg_transfn", "jsonb_build_array", "jsonb_build_object", "jsonb_object_agg", "jsonb_object_agg_finalfn", "jsonb_object_agg_strict",
    "jsonb_object_agg_strict_transfn", "jsonb_object_agg_transfn", "jsonb_object_agg_unique", "jsonb_object_agg_unique_strict",
    "jsonb_object_agg_unique_strict_transfn", "jsonb_object_agg_unique_transfn", "jsonb_path_exists_tz", "jsonb_path_match_tz", "jsonb_path_query_array_tz",
    "jsonb_path_query_first_tz", "jsonb_path_query_tz", "jsonb_to_tsvector", "make_timestamptz", "money", "multirange_out", "numeric", "overlaps", "phraseto_tsquery",
    "plainto_tsquery", "quote_literal", "quote_nullable", "range_out", "record_out", "row_to_json", "textanycat", "time", "time_out", "timestamp",
    "timestamp_cmp_timestamptz", "timestamp_eq_timestamptz", "timestamp_ge_timestamptz", "timestamp_gt_timestamptz", "timestamp_le_timestamptz",
    "timestamp_lt_timestamptz", "timestamp_ne_timestamptz", "timestamp_out", "timestamptz", "timestamptz_cmp_date", "timestamptz_cmp_timestamp", "timestamptz_eq_date",
    "timestamptz_eq_timestamp", "timestamptz_ge_date", "timestamptz_ge_timestamp", "timestamptz_gt_date", "timestamptz_gt_timestamp", "timestamptz_le_date",
    "timestamptz_le_timestamp", "timestamptz_lt_date", "timestamptz_lt_timestamp", "timestamptz_mi_interval", "timestamptz_ne_date", "timestamptz_ne_timestamp",
    "timestamptz_out", "timestamptz_pl_interval", "timetz", "timezone", "to_char", "to_date", "to_json", "to_jsonb", "to_number", "to_timestamp", "to_tsquery",
    "to_tsvector", "websearch_to_tsquery"};

static_assert(std::is_sorted(std::begin(kSettingsOnly), std::end(kSettingsOnly)));

constexpr std::string_view kTimeInput[] = {"date_in", "time_in", "timestamp_in", "timestamptz_in", "timetz_in"};

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

bool depends_on_settings_only(std::string_view function) {
    return std::binary_search(std::begin(kSettingsOnly), std::end(kSettingsOnly), function);
}

bool reads_time_from_text(std::string_view function) {
    return std::find(std::begin(kTimeInput), std::end(kTimeInput), function) != std::end(kTimeInput);
}

bool names_the_moment(std::string_view text) {
    std::string word;
    for (size_t i = 0; i <= text.size(); i++) {
        if (i < text.size() && is_letter(text[i])) {
            word += static_cast<char>(std::tolower(static_cast<unsigned char>(text[i])));
            continue;
        }
        if (word == "now" || word == "today" || word == "tomorrow" || word == "yesterday") return true;
        word.clear();
    }
    return false;
}

}  // namespace mesh::core::plan
