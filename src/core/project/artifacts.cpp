#include "core/project/artifacts.h"

#include <cmath>
#include <cstdio>
#include <ctime>
#include <sstream>

#include "core/project/manifest_json.h"
#include "core/project/manifest_parts.h"

namespace mesh::core::project {

namespace {

Json timing_json(const std::vector<ArtifactTiming> &timing) {
    Json list = Json::array();
    for (const auto &one : timing) {
        ObjectBuilder build(3);
        build("name", one.name)("started_at", text_or_null(one.started_at))("completed_at", text_or_null(one.completed_at));
        list.push_back(build.take());
    }
    return list;
}

Json result_json(const ArtifactResult &result) {
    const bool compiled = result.compiled.value_or(false);
    ObjectBuilder build;
    build("status", result.status)("timing", timing_json(result.timing))("thread_id", result.thread_id);
    build("execution_time", result.execution_time)("adapter_response", result.adapter_response)("message", text_or_null(result.message));
    build("failures", result.failures ? Json(*result.failures) : Json())("unique_id", result.unique_id);
    build("compiled", result.compiled ? Json(*result.compiled) : Json());
    build("compiled_code", compiled ? Json(result.compiled_code) : Json());
    build("relation_name", text_or_null(result.relation_name))("batch_results", result.batch_results);
    return build.take();
}

Json columns_json(const std::vector<CatalogColumn> &columns) {
    Json object = Json::object();
    for (const auto &column : columns) {
        ObjectBuilder build;
        build("type", column.type)("index", column.index)("name", column.name)("comment", text_or_null(column.comment));
        object[column.name] = build.take();
    }
    return object;
}

// has_stats is always there and says whether others are.
Json stats_json(const std::vector<CatalogStatistic> &stats) {
    Json object = Json::object();
    const auto add = [&](const CatalogStatistic &one, bool include) {
        ObjectBuilder build;
        build("id", one.id)("label", one.label)("value", one.value)("include", include)("description", text_or_null(one.description));
        object[one.id] = build.take();
    };
    for (const auto &one : stats) add(one, true);
    add({"has_stats", "Has Stats?", "Indicates whether there are statistics for this table", !stats.empty()}, false);
    return object;
}

Json table_json(const CatalogTable &table) {
    ObjectBuilder about;
    about("type", table.type)("schema", table.schema)("name", table.name)("database", text_or_null(table.database));
    about("comment", text_or_null(table.comment))("owner", text_or_null(table.owner));
    ObjectBuilder build;
    build("metadata", about.take())("columns", columns_json(table.columns))("stats", stats_json(table.stats))("unique_id", table.unique_id);
    return build.take();
}

Json freshness_json(const FreshnessResult &result) {
    ObjectBuilder build;
    build("unique_id", result.unique_id)("max_loaded_at", result.max_loaded_at)("snapshotted_at", result.snapshotted_at);
    build("max_loaded_at_time_ago_in_s", result.max_loaded_at_time_ago_in_s)("status", result.status)("criteria", result.criteria);
    build("adapter_response", result.adapter_response)("timing", timing_json(result.timing))("thread_id", result.thread_id);
    return build("execution_time", result.execution_time).take();
}

std::string indented(const std::string &text, const std::string &by) {
    std::string out = by;
    for (char c : text) out += c == '\n' ? c + by : std::string(1, c);
    return out;
}

// "Compilation Error in model orders (models/orders.sql)", and below it the message.
std::string told_of_node(std::string kind, const NodeError &error) {
    if (!kind.empty()) kind[0] = static_cast<char>(kind[0] - 'a' + 'A');
    const std::string path = error.path.empty() ? "" : " (" + error.path + ")";
    return kind + " Error in " + error.resource_type + " " + error.name + path + "\n";
}

}  // namespace

std::string error_message(const NodeError &error) {
    std::string out = told_of_node(error.kind, error) + indented(error.message, "  ");
    if (error.kind == "database" && !error.compiled_at.empty()) out += "\n  compiled code at " + error.compiled_at;
    // What dbt compiles before the unit test begins is an error like any other.
    if (error.resource_type != "unit_test" || error.kind == "compilation") return out;
    return told_of_node("runtime", error) + "  An error occurred during execution of unit test '" + error.name +
           "'. There may be an error in the unit test definition: check the data types.\n" + indented(out, " ");
}

std::string command_tag(const std::string &resource_type, const std::string &materialized, bool contract_enforced, const std::string &reason, std::optional<std::uint64_t> rows) {
    const std::string count = rows ? " " + std::to_string(*rows) : "";
    if (resource_type == "seed") return "INSERT" + count;
    if (materialized == "view") return "CREATE VIEW";
    if (materialized == "materialized_view") return "REFRESH MATERIALIZED VIEW";
    if (!rows || resource_type == "test" || resource_type == "unit_test") return "";
    if (reason.starts_with("incremental: merge")) return "MERGE" + count;
    const bool inserts = contract_enforced || reason.starts_with("incremental: ") || reason.starts_with("snapshot: ");
    return (inserts ? "INSERT 0" : "SELECT") + count;
}

Json adapter_response(const std::string &command_tag) {
    if (command_tag.empty()) return Json::object();
    std::string code;
    std::int64_t rows = -1;
    std::istringstream words(command_tag);
    for (std::string word; words >> word;)
        if (word.find_first_not_of("0123456789") == std::string::npos) rows = std::stoll(word);
        else code += (code.empty() ? "" : " ") + word;
    return ObjectBuilder()("_message", command_tag)("code", code)("rows_affected", rows).take();
}

Json test_response() {
    return adapter_response("SELECT 1");
}

std::string utc_timestamp(double seconds) {
    const double whole_part = std::floor(seconds);
    const auto whole = static_cast<std::time_t>(whole_part);
    std::tm parts;
    gmtime_r(&whole, &parts);
    char text[32], all[48];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(all, sizeof all, "%s.%06dZ", text, static_cast<int>((seconds - whole_part) * 1e6));
    return all;
}

Json metadata_json(const ArtifactMetadata &metadata, const std::string &schema) {
    ObjectBuilder build;
    build("dbt_schema_version", "https://schemas.getdbt.com/dbt/" + schema + ".json")("dbt_version", kDbtVersion);
    build("generated_at", metadata.generated_at)("invocation_id", text_or_null(metadata.invocation_id));
    build("invocation_started_at", text_or_null(metadata.invocation_started_at))("env", metadata.env);
    return build.take();
}

Json run_results_json(const ArtifactMetadata &metadata, const std::vector<ArtifactResult> &results, double elapsed_time, const Json &args) {
    Json list = Json::array();
    for (const auto &result : results) list.push_back(result_json(result));
    ObjectBuilder build;
    build("metadata", metadata_json(metadata, "run-results/v6"))("results", std::move(list))("elapsed_time", elapsed_time)("args", args);
    return build.take();
}

Json catalog_json(const ArtifactMetadata &metadata, const std::vector<CatalogTable> &tables, const std::vector<std::string> &errors) {
    Json nodes = Json::object(), sources = Json::object();
    for (const auto &table : tables) {
        Json &section = table.unique_id.starts_with("source.") ? sources : nodes;
        section.get_ref<Json::object_t &>().emplace_back(table.unique_id, table_json(table));
    }
    ObjectBuilder build;
    build("metadata", metadata_json(metadata, "catalog/v1"))("nodes", std::move(nodes))("sources", std::move(sources));
    return build("errors", errors.empty() ? Json() : Json(errors)).take();
}

Json sources_json(const ArtifactMetadata &metadata, const std::vector<FreshnessResult> &results, double elapsed_time) {
    Json list = Json::array();
    for (const auto &result : results)
        if (result.status != "runtime error") list.push_back(freshness_json(result));
    ObjectBuilder build;
    return build("metadata", metadata_json(metadata, "sources/v3"))("results", std::move(list))("elapsed_time", elapsed_time).take();
}

}  // namespace mesh::core::project
