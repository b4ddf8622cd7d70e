#include "core/product/contract.h"

#include <algorithm>
#include <set>

#include "core/error.h"

namespace mesh::core {

using Json = nlohmann::json;

namespace {

[[noreturn]] void invalid(const std::string &detail) {
    throw Error("22023", "invalid contract", detail,
                R"(A contract looks like {"columns": [{"name": "id", "type": "integer", "not_null": true}], )"
                R"("keys": [{"columns": ["id"], "primary": true}], "tests": []}.)");
}

std::string in_quotes(const std::string &name) {
    return "\"" + name + "\"";
}

std::string listed(const std::vector<std::string> &columns) {
    std::string out;
    for (const std::string &column : columns) out += (out.empty() ? "" : ", ") + column;
    return "(" + out + ")";
}

void only_members(const Json &json, const std::string &what, const std::set<std::string> &known) {
    if (!json.is_object()) invalid("Not an object: " + what + ".");
    for (const auto &[key, value] : json.items())
        if (!known.count(key)) invalid("There is an unknown member " + in_quotes(key) + " in " + what + ".");
}

std::string text_member(const Json &json, const char *name, const std::string &what) {
    auto found = json.find(name);
    if (found == json.end() || !found->is_string() || found->get<std::string>().empty())
        invalid("A text member " + in_quotes(name) + " is missing in " + what + ".");
    return *found;
}

bool flag_member(const Json &json, const char *name, const std::string &what) {
    auto found = json.find(name);
    if (found == json.end()) return false;
    if (!found->is_boolean()) invalid("Neither true nor false: " + in_quotes(name) + " of " + what + ".");
    return *found;
}

Json list_member(const Json &json, const char *name) {
    Json list = json.value(name, Json::array());
    if (!list.is_array()) invalid("Not an array: " + in_quotes(name) + ".");
    return list;
}

std::vector<std::string> names_from(const Json &json, const std::string &what) {
    std::vector<std::string> out;
    for (const Json &name : json) {
        if (!name.is_string()) invalid("Not an array of names: " + what + ".");
        if (std::find(out.begin(), out.end(), name.get<std::string>()) != out.end())
            invalid("Twice in " + what + ": " + name.dump() + ".");
        out.push_back(name);
    }
    return out;
}

ContractColumn column_from(const Json &json) {
    only_members(json, "an element of \"columns\"", {"name", "type", "not_null"});
    std::string name = text_member(json, "name", "an element of \"columns\"");
    std::string what = "column " + in_quotes(name);
    return {name, text_member(json, "type", what), flag_member(json, "not_null", what)};
}

ContractKey key_from(const Json &json, const Contract &contract) {
    only_members(json, "an element of \"keys\"", {"columns", "primary"});
    ContractKey key{names_from(list_member(json, "columns"), "\"columns\" of a key"),
                    flag_member(json, "primary", "a key")};
    if (key.columns.empty()) invalid("Each element of \"keys\" needs its \"columns\".");
    for (const std::string &column : key.columns)
        if (contract.find(column) == nullptr)
            invalid("Key " + listed(key.columns) + " names column " + in_quotes(column) +
                    ", which the contract does not have.");
    return key;
}

// Unique in some of the promised columns is unique in all of them.
bool held(const ContractKey &promised, const ContractKey &actual) {
    return std::all_of(actual.columns.begin(), actual.columns.end(), [&](const std::string &column) {
        return std::find(promised.columns.begin(), promised.columns.end(), column) != promised.columns.end();
    });
}

void compare_columns(const Contract &promised, const Contract &actual, Difference &out) {
    for (const ContractColumn &column : promised.columns) {
        const ContractColumn *now = actual.find(column.name);
        std::string what = "column " + in_quotes(column.name);
        if (now == nullptr)
            out.breaks.push_back(what + " is missing");
        else if (now->type != column.type)
            out.breaks.push_back(what + " is " + now->type + " instead of " + column.type);
        if (now != nullptr && column.not_null && !now->not_null) out.breaks.push_back(what + " may be null");
    }
    for (const ContractColumn &column : actual.columns)
        if (promised.find(column.name) == nullptr)
            out.compatible.push_back("column " + in_quotes(column.name) + " was added");
}

void compare_order(const Contract &promised, const Contract &actual, Difference &out) {
    std::vector<std::string> before, after;
    for (const ContractColumn &column : promised.columns)
        if (actual.find(column.name) != nullptr) before.push_back(column.name);
    for (const ContractColumn &column : actual.columns)
        if (promised.find(column.name) != nullptr) after.push_back(column.name);
    if (before != after) out.compatible.push_back("the order of the columns changed to " + listed(after));
}

// A missing column was said already, and takes its keys with it.
void compare_keys(const Contract &promised, const Contract &actual, Difference &out) {
    for (const ContractKey &key : promised.keys) {
        auto null_column = std::find_if(key.columns.begin(), key.columns.end(), [&](const std::string &name) {
            const ContractColumn *column = actual.find(name);
            return column != nullptr && !column->not_null;
        });
        std::string what = std::string(key.primary ? "primary key " : "key ") + listed(key.columns);
        if (std::none_of(actual.keys.begin(), actual.keys.end(),
                         [&](const ContractKey &now) { return held(key, now); }))
            out.breaks.push_back(what + " may have duplicates");
        else if (key.primary && null_column != key.columns.end())
            out.breaks.push_back(what + " may be null in column " + in_quotes(*null_column));
    }
}

}  // namespace

const ContractColumn *Contract::find(const std::string &column) const {
    for (const ContractColumn &candidate : columns)
        if (candidate.name == column) return &candidate;
    return nullptr;
}

Contract contract_from_json(const Json &json) {
    Contract out;
    only_members(json, "a contract", {"columns", "keys", "tests"});
    for (const Json &element : list_member(json, "columns")) {
        ContractColumn column = column_from(element);
        if (out.find(column.name) != nullptr) invalid("Column " + in_quotes(column.name) + " is there twice.");
        out.columns.push_back(column);
    }
    if (out.columns.empty()) invalid("A contract promises at least one column.");
    for (const Json &element : list_member(json, "keys")) {
        ContractKey key = key_from(element, out);
        for (const ContractKey &other : out.keys)
            if (other.columns == key.columns) invalid("Key " + listed(key.columns) + " is there twice.");
        out.keys.push_back(key);
    }
    out.tests = names_from(list_member(json, "tests"), "\"tests\"");
    return out;
}

Json contract_to_json(const Contract &contract) {
    Json out = {{"columns", Json::array()}, {"keys", Json::array()}, {"tests", contract.tests}};
    for (const ContractColumn &column : contract.columns)
        out["columns"].push_back({{"name", column.name}, {"type", column.type}, {"not_null", column.not_null}});
    for (const ContractKey &key : contract.keys)
        out["keys"].push_back({{"columns", key.columns}, {"primary", key.primary}});
    return out;
}

Difference difference(const Contract &promised, const Contract &actual) {
    Difference out;
    compare_columns(promised, actual, out);
    compare_order(promised, actual, out);
    compare_keys(promised, actual, out);
    for (const std::string &test : promised.tests)
        if (std::find(actual.tests.begin(), actual.tests.end(), test) == actual.tests.end())
            out.breaks.push_back("test " + in_quotes(test) + " is missing or not of severity error");
    return out;
}

std::string sentence(const std::vector<std::string> &clauses) {
    std::string out;
    for (const std::string &clause : clauses) out += (out.empty() ? "" : "; ") + clause;
    if (out.empty()) return out;
    if (out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out + ".";
}

}  // namespace mesh::core
