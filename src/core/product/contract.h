// A contract: what a product promises its consumers, as data, and what a change would break of it.
//
// As JSON (stored in the registry, accepted by mesh.publish(contract => ...)):
//   {"columns": [{"name": "customer_id", "type": "integer", "not_null": true}, {"name": "total", "type": "numeric"}],
//    "keys":    [{"columns": ["customer_id"], "primary": true}],
//    "tests":   ["unique_customer_summary_customer_id"]}
// "columns" is required; "not_null" and "primary" default to false, "keys" and "tests" to none.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mesh::core {

struct ContractColumn {
    std::string name, type;
    bool not_null = false;
    bool operator==(const ContractColumn &) const = default;
};

// The rows are unique in these columns; a primary key's columns are never null besides.
struct ContractKey {
    std::vector<std::string> columns;
    bool primary = false;
    bool operator==(const ContractKey &) const = default;
};

struct Contract {
    std::vector<ContractColumn> columns;
    std::vector<ContractKey> keys;
    std::vector<std::string> tests;  // names of the tests of severity error
    bool operator==(const Contract &) const = default;

    const ContractColumn *find(const std::string &column) const;
};

// Raises 22023, saying which member is wrong: not an object, an unknown member, no columns, a column or key named
// twice, a key over columns that the contract does not have.
Contract contract_from_json(const nlohmann::json &json);
nlohmann::json contract_to_json(const Contract &contract);

// What lies between a promise and what is there, as clauses for a message ("column "a" is missing").
struct Difference {
    std::vector<std::string> breaks;      // a consumer that relied on the promise would notice
    std::vector<std::string> compatible;  // more than was promised, or the same in another order
};

// Breaks: a column is missing or of another type, may be null though promised not null, a key or a test is gone.
// Compatible: a column was added, the order of columns changed.
Difference difference(const Contract &promised, const Contract &actual);

// "Column "a" is missing; test "t" is missing." for a detail; empty for none.
std::string sentence(const std::vector<std::string> &clauses);

}  // namespace mesh::core
