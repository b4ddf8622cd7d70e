// The database as templates see it. The engine implements it inside the server; tests may fake it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace mesh::core::project {

struct QueryResult {
    std::vector<std::string> columns;
    std::vector<std::string> types;                            // format_type() of each column
    std::vector<std::vector<std::optional<std::string>>> rows;  // text as the server prints it
    std::string status;                                        // command tag: "SELECT 3", "CREATE TABLE"
    long rows_affected = -1;
};

struct RelationInfo {
    std::string schema, identifier;
    std::string type;  // "table", "view", "materialized_view", "external" (foreign table)
};

struct DatabaseColumn {
    std::string name;
    std::string data_type;  // as information_schema.columns says it: "character varying", "numeric", "ARRAY" ...; formatted: see full_type
    std::string full_type;  // format_type(): "character varying(20)", "integer[]"
    std::optional<long> character_maximum_length, numeric_precision, numeric_scale;
};

// Errors of the server pass through as whatever the implementation throws, so that they keep their SQLSTATE.
class Database {
public:
    virtual ~Database() = default;

    // Runs one or more statements; the result is that of the last one. A run's staged relations are read under their published names.
    virtual QueryResult execute(const std::string &sql) = 0;

    // The columns that a query would return, without running it.
    virtual std::vector<DatabaseColumn> describe(const std::string &sql) = 0;

    virtual std::optional<RelationInfo> find_relation(const std::string &schema, const std::string &identifier) = 0;
    // Is there a function of this name, whatever its arguments?
    virtual bool has_function(const std::string & /*schema*/, const std::string & /*name*/) { return false; }
    virtual std::vector<RelationInfo> list_relations(const std::string &schema) = 0;
    virtual std::vector<DatabaseColumn> columns(const std::string &schema, const std::string &identifier) = 0;  // empty: no such relation
    virtual bool schema_exists(const std::string &schema) = 0;
    virtual std::vector<std::string> list_schemas() = 0;

    // Messages of log() and print(), and those of exceptions.warn().
    virtual void log(const std::string &text, bool to_user) = 0;
    virtual void warn(const std::string &text) { log("[WARNING]: " + text, true); }
};

}  // namespace mesh::core::project
