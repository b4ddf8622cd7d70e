// Constraints and indexes that prove a test without a look at any row.
#pragma once

#include "engine/test_sql.h"

namespace mesh::engine {

// What the catalog promises about one relation, read once for all tests of a model.
class Proofs {
public:
    explicit Proofs(const std::string &relation);

    // Why the test must pass ("unique index ..."), or empty. The relation has `alias` in the condition. Call with the owner's rights.
    std::string proof(const TestDef &test, const TestSql &sql, const std::string &alias) const;

private:
    std::string relation_;
    bool has_check_ = false;
    std::map<std::string, std::string> not_null_, unique_;                // column -> proof
    std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>> foreign_;  // column, field -> parent's oid, proof

    void read_columns(const std::string &oid);
    void read_indexes(const std::string &oid);
    void read_foreign_keys(const std::string &oid);
    bool excluded(const std::string &condition, const std::string &alias) const;
};

// Why no value of the column occurs twice: an index says so, which is read for it; or empty. Call with the owner's rights.
std::string index_proof(const std::string &relation, const std::string &column);

}  // namespace mesh::engine
