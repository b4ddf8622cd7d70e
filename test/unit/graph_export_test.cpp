#include "core/graph/graph_export.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sample_mesh.h"

namespace mesh::core {

namespace {

std::size_t lines_with(const std::string &text, const std::string &part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

Graph pair(const std::string &domain, const std::string &first, const std::string &second) {
    Graph graph;
    graph.add(model(domain, first));
    graph.add(model(domain, second, {domain + "." + first}));
    return graph;
}

TEST(MermaidTest, DrawsDomainsNodesAndEdges) {
    EXPECT_EQ(to_mermaid(pair("sales", "orders", "summary")),
              "flowchart LR\n"
              "  subgraph d0[\"sales\"]\n"
              "    n0[\"orders\"]\n"
              "    n1[\"summary\"]\n"
              "  end\n"
              "  n0 --> n1\n");
}

TEST(DotTest, DrawsDomainsNodesAndEdges) {
    EXPECT_EQ(to_dot(pair("sales", "orders", "summary")),
              "digraph mesh {\n"
              "  rankdir=LR;\n"
              "  subgraph cluster_0 {\n"
              "    label=\"sales\";\n"
              "    n0 [label=\"orders\", shape=box];\n"
              "    n1 [label=\"summary\", shape=box];\n"
              "  }\n"
              "  n0 -> n1;\n"
              "}\n");
}

TEST(GraphExportTest, EmptyGraphIsAnEmptyPicture) {
    EXPECT_EQ(to_mermaid(Graph()), "flowchart LR\n");
    EXPECT_EQ(to_dot(Graph()), "digraph mesh {\n  rankdir=LR;\n}\n");
}

TEST(GraphExportTest, EveryKindHasItsShape) {
    const std::string mermaid = to_mermaid(sample_mesh()), dot = to_dot(sample_mesh());
    EXPECT_NE(mermaid.find("[(\"raw.orders\")]"), std::string::npos);
    EXPECT_NE(mermaid.find("([\"summary.v1\"])"), std::string::npos);
    EXPECT_EQ(lines_with(mermaid, "{{\""), sample_tests.size());
    EXPECT_EQ(lines_with(dot, "shape=cylinder"), 2U);
    EXPECT_EQ(lines_with(dot, "shape=component"), 1U);
    EXPECT_EQ(lines_with(dot, "shape=hexagon"), sample_tests.size());
    EXPECT_EQ(lines_with(dot, "shape=box"), 5U);
}

TEST(GraphExportTest, SubsetKeepsOnlyEdgesInsideIt) {
    const Set subset = {"sales.orders", "sales.summary", "marketing.report", "nobody"};
    const std::string mermaid = to_mermaid(sample_mesh(), subset), dot = to_dot(sample_mesh(), subset);
    EXPECT_EQ(lines_with(mermaid, "-->"), 1U);
    EXPECT_EQ(lines_with(mermaid, "subgraph"), 2U);
    EXPECT_EQ(lines_with(dot, " -> "), 1U);
    EXPECT_EQ(dot.find("nobody"), std::string::npos);
    EXPECT_EQ(dot.find("campaigns"), std::string::npos);
}

TEST(GraphExportTest, NodeWithoutADomainStandsOutside) {
    Graph graph;
    Node node;
    node.id = node.name = "lonely";
    graph.add(node);
    EXPECT_EQ(to_mermaid(graph), "flowchart LR\n  n0[\"lonely\"]\n");
}

const List hostile = {"\"]; click n0 \"javascript:alert(1)\"",
                      "<img src=x onerror=alert(1)>",
                      "`**bold**`",
                      "a\nend\nsubgraph evil",
                      "#quot;#60;b#62;",
                      "back\\slash\\",
                      "\"; n0 -> n9; \"",
                      "&lt;b&gt;",
                      "%%{init: {}}%%",
                      "]]]})|",
                      ""};

// A name may not end its label: outside the entities, none of the characters that Mermaid reads is left.
TEST(MermaidTest, HostileNamesStayTextInsideTheirLabel) {
    for (const auto &name : hostile) {
        const std::string out = to_mermaid(pair("d" + name, name, "x"));
        EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 6) << out;
        EXPECT_EQ(std::count(out.begin(), out.end(), '"'), 6) << out;
        EXPECT_EQ(out.find_first_of("<&`\\{}|*()"), std::string::npos) << out;
    }
}

TEST(MermaidTest, SpecialCharactersBecomeEntities) {
    EXPECT_NE(to_mermaid(pair("d", "a\"b#c", "x")).find("[\"a#34;b#35;c\"]"), std::string::npos);
}

// Every quote within a dot label has an odd number of backslashes before it, so that none closes it early.
std::string dot_label(const std::string &dot) {
    const std::string opening = "n0 [label=\"";
    std::string text;
    for (auto at = dot.find(opening) + opening.size(); at < dot.size() && dot[at] != '"'; ++at) {
        if (dot[at] == '\\') ++at;
        text += dot[at];
    }
    return text;
}

TEST(DotTest, HostileNamesComeBackWhenTheLabelIsRead) {
    for (const auto &name : hostile) {
        const std::string out = to_dot(pair("d" + name, name, "x"));
        std::string expected = name;
        std::replace(expected.begin(), expected.end(), '\n', ' ');
        EXPECT_EQ(dot_label(out), expected) << out;
        EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 9) << out;
    }
}

TEST(JsonTest, NamesNodesAndEdgesByTheirIds) {
    const auto json = nlohmann::json::parse(to_json(sample_mesh(), {"sales.orders", "source:sales.raw.orders", "unknown"}));
    ASSERT_EQ(json["nodes"].size(), 2u);
    EXPECT_EQ(json["nodes"][0]["id"], "source:sales.raw.orders");
    EXPECT_EQ(json["nodes"][0]["kind"], "source");
    EXPECT_EQ(json["nodes"][1]["config"]["materialized"], "view");
    ASSERT_EQ(json["edges"].size(), 1u);
    EXPECT_EQ(json["edges"][0]["from"], "source:sales.raw.orders");
    EXPECT_EQ(json["edges"][0]["to"], "sales.orders");
}

TEST(JsonTest, HostileNamesComeBack) {
    for (const auto &name : hostile) {
        const auto json = nlohmann::json::parse(to_json(pair("d" + name, name, "x")));
        EXPECT_EQ(json["nodes"][0]["name"], name);
        EXPECT_EQ(json["nodes"][0]["domain"], "d" + name);
    }
}

}  // namespace

}  // namespace mesh::core
