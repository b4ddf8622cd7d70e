// The database of templates over libpq, for comparing with dbt outside the server.
#pragma once

#include <libpq-fe.h>

#include "core/project/database.h"

namespace mesh::core::project {

class LibpqDatabase : public Database {
public:
    // By PG* variables and what the connection string says. Raises Error 08001.
    explicit LibpqDatabase(const std::string &connection = "");
    ~LibpqDatabase() override;
    LibpqDatabase(const LibpqDatabase &) = delete;
    LibpqDatabase &operator=(const LibpqDatabase &) = delete;

    QueryResult execute(const std::string &sql) override;
    std::vector<DatabaseColumn> describe(const std::string &sql) override;
    std::optional<RelationInfo> find_relation(const std::string &schema, const std::string &identifier) override;
    std::vector<RelationInfo> list_relations(const std::string &schema) override;
    std::vector<DatabaseColumn> columns(const std::string &schema, const std::string &identifier) override;
    bool schema_exists(const std::string &schema) override;
    std::vector<std::string> list_schemas() override;
    void log(const std::string &text, bool to_user) override;

private:
    std::string literal(const std::string &text) const;
    std::string type_of(unsigned type, int modifier);

    PGconn *connection_;
};

}  // namespace mesh::core::project
