// dbt's other artifacts: run_results.json (version 6), catalog.json (1) and sources.json (3), from what a run or a look at the database gave.
//
// Times are texts in UTC as dbt writes them: "2026-01-31T12:00:00.000000Z".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/project/settings.h"

namespace mesh::core::project {

struct ArtifactMetadata {
    std::string generated_at, invocation_id, invocation_started_at;
    Json env = Json::object();  // DBT_ENV_CUSTOM_ENV_* without the prefix
};

struct ArtifactTiming {
    std::string name;  // "compile" or "execute"
    std::string started_at, completed_at;
};

// dbt's object for it; schema: as "catalog/v1".
Json metadata_json(const ArtifactMetadata &metadata, const std::string &schema);

// What a node's error says as dbt says it, in its results and its log: whose error it is and where, the message, and where SQL that the database
// refused was written (empty: nowhere). kind: compilation, database or runtime.
struct NodeError {
    std::string kind, resource_type, name, path, message, compiled_at;
};
std::string error_message(const NodeError &error);

// The server's answer to the statement that makes a node ("SELECT 3", "CREATE VIEW"), from what is known of it; "" for a test, and when
// nobody knows. With an enforced contract dbt makes a table first, and inserts. `reason` is the step's, which says whether rows were added to a table.
std::string command_tag(const std::string &resource_type, const std::string &materialized, bool contract_enforced, const std::string &reason, std::optional<std::uint64_t> rows);
// The same as dbt's adapter_response.
Json adapter_response(const std::string &command_tag);
Json test_response();

// Seconds since 1970 as such a text.
std::string utc_timestamp(double seconds);

// One node of a run. status: success, error, skipped, partial success, no-op, for tests pass, fail, warn, error, skipped.
struct ArtifactResult {
    std::string unique_id, status, thread_id = "Thread-1";
    std::string message, relation_name;  // empty: null
    std::optional<long> failures;
    std::optional<bool> compiled;        // nothing for what has no SQL: seeds
    std::string compiled_code;
    double execution_time = 0;
    std::vector<ArtifactTiming> timing;
    Json adapter_response = Json::object();
    Json batch_results = nullptr;
};

Json run_results_json(const ArtifactMetadata &metadata, const std::vector<ArtifactResult> &results, double elapsed_time, const Json &args);

struct CatalogColumn {
    std::string name, type, comment;  // type: format_type()
    long index = 0;                   // from 1
};

struct CatalogStatistic {
    std::string id, label, description;
    Json value;  // a number, text, boolean or null
};

// A relation that is there; unique_id of the node or source behind it.
struct CatalogTable {
    std::string unique_id, type, database, schema, name, comment, owner;  // type: "BASE TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN"
    std::vector<CatalogColumn> columns;
    std::vector<CatalogStatistic> stats;
};

// How the warning of a catalog that could not be asked for begins.
inline constexpr const char *kCatalogFailed = "Encountered an error while generating catalog: ";

// Ids that begin with "source." go to the sources.
Json catalog_json(const ArtifactMetadata &metadata, const std::vector<CatalogTable> &tables, const std::vector<std::string> &errors = {});

// One source's freshness. status: pass, warn, error, or "runtime error": those are told, and not among the results of the artifact, as in dbt.
struct FreshnessResult {
    std::string unique_id, status, message, thread_id = "Thread-1";
    std::string max_loaded_at, snapshotted_at;
    double max_loaded_at_time_ago_in_s = 0, execution_time = 0;
    Json criteria = Json::object();  // {"warn_after", "error_after", "filter"} of the source
    std::vector<ArtifactTiming> timing;
    Json adapter_response = Json::object();
};

Json sources_json(const ArtifactMetadata &metadata, const std::vector<FreshnessResult> &results, double elapsed_time);

}  // namespace mesh::core::project
