// Contracts as data, and what a change breaks of them.
#include "core/product/contract.h"

#include <gtest/gtest.h>

#include "core/error.h"

using namespace mesh::core;
using Json = nlohmann::json;

namespace {

Contract customers() {
    Contract contract;
    contract.columns = {{"id", "integer", true}, {"region", "text", true}, {"total", "numeric", false}};
    contract.keys = {{{"id", "region"}, true}};
    contract.tests = {"not_null_id", "unique_id"};
    return contract;
}

std::vector<std::string> breaks(const Contract &actual) {
    return difference(customers(), actual).breaks;
}

std::string detail_of(const char *json) {
    try {
        (void)contract_from_json(Json::parse(json));
    } catch (const Error &e) {
        EXPECT_EQ(e.sqlstate, "22023");
        EXPECT_STREQ(e.what(), "invalid contract");
        EXPECT_FALSE(e.hint.empty());
        return e.detail;
    }
    return "accepted";
}

using Clauses = std::vector<std::string>;

}  // namespace

TEST(Contract, JsonKeepsEverything) {
    EXPECT_EQ(contract_from_json(contract_to_json(customers())), customers());
}

TEST(Contract, JsonDefaults) {
    Contract contract = contract_from_json(Json::parse(R"({"columns": [{"name": "ид \"x\"", "type": "date"}]})"));
    EXPECT_EQ(contract.columns, (std::vector<ContractColumn>{{"ид \"x\"", "date", false}}));
    EXPECT_TRUE(contract.keys.empty());
    EXPECT_TRUE(contract.tests.empty());
}

TEST(Contract, JsonSaysWhatIsWrong) {
    EXPECT_EQ(detail_of("[]"), "Not an object: a contract.");
    EXPECT_EQ(detail_of("{}"), "A contract promises at least one column.");
    EXPECT_EQ(detail_of(R"({"colums": []})"), "There is an unknown member \"colums\" in a contract.");
    EXPECT_EQ(detail_of(R"({"columns": {}})"), "Not an array: \"columns\".");
    EXPECT_EQ(detail_of(R"({"columns": ["id"]})"), "Not an object: an element of \"columns\".");
    EXPECT_EQ(detail_of(R"({"columns": [{"name": "id"}]})"), "A text member \"type\" is missing in column \"id\".");
    EXPECT_EQ(detail_of(R"({"columns": [{"name": "id", "type": 4}]})"),
              "A text member \"type\" is missing in column \"id\".");
    EXPECT_EQ(detail_of(R"({"columns": [{"name": "id", "type": "text", "not_null": 1}]})"),
              "Neither true nor false: \"not_null\" of column \"id\".");
    EXPECT_EQ(detail_of(R"({"columns": [{"name": "id", "type": "text"}, {"name": "id", "type": "text"}]})"),
              "Column \"id\" is there twice.");
    EXPECT_EQ(detail_of(R"({"columns": [{"name": "id", "type": "text"}], "keys": [{"columns": ["x"]}]})"),
              "Key (x) names column \"x\", which the contract does not have.");
    EXPECT_EQ(detail_of(R"({"columns": [{"name": "id", "type": "text"}], "keys": [{"columns": []}]})"),
              "Each element of \"keys\" needs its \"columns\".");
    EXPECT_EQ(
        detail_of(
            R"({"columns": [{"name": "id", "type": "text"}], "keys": [{"columns": ["id"]}, {"columns": ["id"]}]})"),
        "Key (id) is there twice.");
    EXPECT_EQ(detail_of(R"({"columns": [{"name": "id", "type": "text"}], "tests": [1]})"),
              "Not an array of names: \"tests\".");
    EXPECT_EQ(detail_of(R"({"columns": [{"name": "id", "type": "text"}], "tests": ["a", "a"]})"),
              "Twice in \"tests\": \"a\".");
}

TEST(Difference, NoneWithItself) {
    Difference none = difference(customers(), customers());
    EXPECT_TRUE(none.breaks.empty());
    EXPECT_TRUE(none.compatible.empty());
}

TEST(Difference, MissingColumnTakesItsKeyAlong) {
    Contract actual = customers();
    actual.columns.erase(actual.columns.begin());
    actual.keys.clear();
    EXPECT_EQ(breaks(actual), (Clauses{"column \"id\" is missing", "primary key (id, region) may have duplicates"}));
}

TEST(Difference, ChangedType) {
    Contract actual = customers();
    actual.columns[2].type = "double precision";
    EXPECT_EQ(breaks(actual), (Clauses{"column \"total\" is double precision instead of numeric"}));
}

TEST(Difference, NullabilityLostTakesThePrimaryKeyAlong) {
    Contract actual = customers();
    actual.columns[1].not_null = false;
    EXPECT_EQ(breaks(actual),
              (Clauses{"column \"region\" may be null", "primary key (id, region) may be null in column \"region\""}));
}

TEST(Difference, KeyLost) {
    Contract actual = customers();
    actual.keys = {{{"id", "region", "total"}, true}};
    EXPECT_EQ(breaks(actual), (Clauses{"primary key (id, region) may have duplicates"}));
}

TEST(Difference, SmallerKeyHoldsTheLarger) {
    Contract actual = customers();
    actual.keys = {{{"region"}, false}};
    EXPECT_TRUE(breaks(actual).empty());
}

TEST(Difference, TestLost) {
    Contract actual = customers();
    actual.tests = {"not_null_id", "another"};
    EXPECT_EQ(breaks(actual), (Clauses{"test \"unique_id\" is missing or not of severity error"}));
}

TEST(Difference, AddedColumnsAndOrderAreCompatible) {
    Contract actual = customers();
    std::swap(actual.columns[0], actual.columns[1]);
    actual.columns.push_back({"extra", "text", false});
    Difference found = difference(customers(), actual);
    EXPECT_TRUE(found.breaks.empty());
    EXPECT_EQ(found.compatible,
              (Clauses{"column \"extra\" was added", "the order of the columns changed to (region, id, total)"}));
}

TEST(Sentence, StartsWithACapitalAndEndsWithAStop) {
    EXPECT_EQ(sentence({}), "");
    EXPECT_EQ(sentence({"column \"a\" is missing", "test \"t\" is gone"}),
              "Column \"a\" is missing; test \"t\" is gone.");
}
