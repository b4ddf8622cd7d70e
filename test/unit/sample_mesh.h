// A small mesh of two domains that the tests of the graph share, and short ways to ask it.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/graph/graph.h"

namespace mesh::core {

using Set = std::set<std::string>;
using List = std::vector<std::string>;

inline Node model(const std::string &domain, const std::string &name, List parents = {}) {
    Node node;
    node.id = domain + "." + name;
    node.domain = domain;
    node.name = name;
    node.parents = std::move(parents);
    return node;
}

inline Node test_node(const std::string &domain, const std::string &name, const std::string &type, List parents) {
    Node node = model(domain, name, std::move(parents));
    node.kind = type == "unit" ? NodeKind::unit_test : NodeKind::test;
    node.id = std::string(kind_name(node.kind)) + ":" + node.id;
    node.test_type = type;
    return node;
}

inline Node source(const std::string &domain, const std::string &source, const std::string &table) {
    Node node = model(domain, table);
    node.kind = NodeKind::source;
    node.source_name = domain + "." + source + "." + table;
    node.id = "source:" + node.source_name;
    return node;
}

inline Node product(const std::string &domain, const std::string &name, int version, const std::string &of) {
    Node node = model(domain, name, {of});
    node.kind = NodeKind::product;
    node.id = "product:" + domain + "." + name + ".v" + std::to_string(version);
    return node;
}

// raw.orders -> orders -> summary -> marketing.campaigns -> marketing.report
// raw.people -> people -^       \-> product summary.v1
// with tests on orders (unit, singular), on summary (not_null), and on summary with people (relationships).
inline Graph sample_mesh() {
    Graph graph;
    graph.add(source("sales", "raw", "orders"));
    graph.add(source("sales", "raw", "people"));
    Node orders = model("sales", "orders", {"source:sales.raw.orders"});
    orders.config = {{"materialized", "view"}};
    graph.add(orders);
    Node people = model("sales", "people", {"source:sales.raw.people"});
    people.config = {{"materialized", "table"}};
    people.tags = {"nightly"};
    graph.add(people);
    Node summary = model("sales", "summary", {"sales.orders", "sales.people"});
    summary.config = {{"materialized", "table"}};
    summary.tags = {"nightly", "finance"};
    graph.add(summary);
    graph.add(model("marketing", "campaigns", {"sales.summary"}));
    graph.add(model("marketing", "report", {"marketing.campaigns"}));
    graph.add(product("sales", "summary", 1, "sales.summary"));
    Node not_null = test_node("sales", "not_null_summary_id", "generic", {"sales.summary"});
    not_null.test_name = "not_null";
    graph.add(not_null);
    Node relationships = test_node("sales", "summary_has_people", "generic", {"sales.summary", "sales.people"});
    relationships.test_name = "relationships";
    graph.add(relationships);
    graph.add(test_node("sales", "amounts_positive", "singular", {"sales.orders"}));
    graph.add(test_node("sales", "orders_add_up", "unit", {"sales.orders"}));
    return graph;
}

inline const Set sample_tests = {"test:sales.not_null_summary_id", "test:sales.summary_has_people",
                                 "test:sales.amounts_positive", "unit_test:sales.orders_add_up"};

// The Error that the action throws; a failure of the test when it throws none.
template <typename Action>
Error error_of(Action action) {
    try {
        action();
    } catch (const Error &error) {
        return error;
    }
    ADD_FAILURE() << "no error was thrown";
    return Error("00000", "");
}

}  // namespace mesh::core
