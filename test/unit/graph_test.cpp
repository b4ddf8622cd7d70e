#include "core/graph/graph.h"

#include "sample_mesh.h"

namespace mesh::core {

namespace {

Graph chain(const List &names) {
    Graph graph;
    for (std::size_t i = 0; i < names.size(); ++i)
        graph.add(model("d", names[i], i == 0 ? List{} : List{"d." + names[i - 1]}));
    return graph;
}

// a <-> b beside c <-> d, with e reading d and f reading nothing.
Graph two_cycles() {
    Graph graph;
    graph.add(model("x", "a", {"x.b"}));
    graph.add(model("x", "b", {"x.a"}));
    graph.add(model("x", "c", {"x.d"}));
    graph.add(model("x", "d", {"x.c"}));
    graph.add(model("x", "e", {"x.d"}));
    graph.add(model("x", "f"));
    return graph;
}

TEST(NodeTest, KindsHaveTheirNames) {
    EXPECT_EQ(kind_name(NodeKind::model), "model");
    EXPECT_EQ(kind_name(NodeKind::source), "source");
    EXPECT_EQ(kind_name(NodeKind::test), "test");
    EXPECT_EQ(kind_name(NodeKind::product), "product");
    EXPECT_EQ(kind_name(NodeKind::unit_test), "unit_test");
}

TEST(NodeTest, LocalIdLosesTheKindOnly) {
    EXPECT_EQ(local_id(source("sales", "raw", "orders")), "sales.raw.orders");
    EXPECT_EQ(local_id(product("sales", "summary", 2, "sales.summary")), "sales.summary.v2");
    EXPECT_EQ(local_id(model("sales", "a:b")), "sales.a:b");
    EXPECT_EQ(local_id(test_node("sales", "a:b", "generic", {})), "sales.a:b");
}

TEST(NodeTest, TestsAndUnitTestsOnlyObserve) {
    EXPECT_TRUE(is_test(test_node("d", "t", "generic", {})));
    EXPECT_TRUE(is_test(test_node("d", "t", "unit", {})));
    EXPECT_FALSE(is_test(model("d", "m")));
    EXPECT_FALSE(is_test(source("d", "s", "t")));
}

TEST(GraphTest, EmptyGraphAnswersEverything) {
    const Graph graph;
    EXPECT_EQ(graph.find("x"), nullptr);
    EXPECT_TRUE(graph.ids().empty());
    EXPECT_TRUE(graph.parents("x").empty());
    EXPECT_TRUE(graph.ancestors("x").empty());
    EXPECT_TRUE(graph.topological_order().empty());
    EXPECT_EQ(graph.find_cycle(), std::nullopt);
}

TEST(GraphTest, TakenIdIsRefusedAndChangesNothing) {
    Graph graph = chain({"a", "b"});
    const Error error = error_of([&] { graph.add(model("d", "b", {"d.zzz"})); });
    EXPECT_EQ(error.sqlstate, "42710");
    EXPECT_STREQ(error.what(), "node \"d.b\" is already in the graph");
    EXPECT_EQ(graph.nodes().size(), 2U);
    EXPECT_EQ(graph.parents("d.b"), List{"d.a"});
}

TEST(GraphTest, NeighboursComeInInsertionOrder) {
    const Graph graph = sample_mesh();
    EXPECT_EQ(graph.parents("sales.summary"), (List{"sales.orders", "sales.people"}));
    EXPECT_EQ(graph.children("sales.summary"),
              (List{"marketing.campaigns", "product:sales.summary.v1", "test:sales.not_null_summary_id",
                    "test:sales.summary_has_people"}));
    EXPECT_TRUE(graph.parents("nobody").empty());
    EXPECT_TRUE(graph.children("nobody").empty());
}

TEST(GraphTest, ChildrenMayComeBeforeTheirParents) {
    Graph graph;
    graph.add(model("d", "c", {"d.b", "d.a"}));
    graph.add(model("d", "b", {"d.a"}));
    EXPECT_EQ(graph.parents("d.c"), List{"d.b"});
    graph.add(model("d", "a"));
    EXPECT_EQ(graph.parents("d.c"), (List{"d.b", "d.a"}));
    EXPECT_EQ(graph.children("d.a"), (List{"d.c", "d.b"}));
    EXPECT_EQ(graph.topological_order(), (List{"d.a", "d.b", "d.c"}));
}

TEST(GraphTest, ParentNamedTwiceIsOneEdge) {
    Graph graph;
    graph.add(model("d", "late", {"d.a", "d.a"}));
    graph.add(model("d", "a"));
    graph.add(model("d", "b", {"d.a", "d.a"}));
    EXPECT_EQ(graph.children("d.a"), (List{"d.late", "d.b"}));
    EXPECT_EQ(graph.topological_order(), (List{"d.a", "d.late", "d.b"}));
}

TEST(GraphTest, UnknownParentIsIgnored) {
    Graph graph;
    graph.add(model("d", "a", {"d.never"}));
    EXPECT_TRUE(graph.parents("d.a").empty());
    EXPECT_EQ(graph.topological_order(), List{"d.a"});
}

TEST(GraphTest, FoundNodesStayWhereTheyAre) {
    Graph graph = chain({"a"});
    const Node *a = graph.find("d.a");
    for (int i = 0; i < 1000; ++i) graph.add(model("d", "more" + std::to_string(i)));
    EXPECT_EQ(graph.find("d.a"), a);
    EXPECT_EQ(a->name, "a");
}

TEST(GraphTest, CopyIsWholeOnItsOwn) {
    Graph copy;
    {
        const Graph graph = sample_mesh();
        copy = graph;
    }
    copy.add(model("sales", "extra", {"sales.summary"}));
    EXPECT_EQ(copy.find("sales.people")->tags, List{"nightly"});
    EXPECT_EQ(copy.parents("sales.extra"), List{"sales.summary"});
}

TEST(GraphTest, ReachStopsAtDepthAndLeavesTheNodeOut) {
    const Graph graph = chain({"a", "b", "c", "d"});
    EXPECT_EQ(graph.ancestors("d.d"), (Set{"d.a", "d.b", "d.c"}));
    EXPECT_EQ(graph.ancestors("d.d", 2), (Set{"d.b", "d.c"}));
    EXPECT_EQ(graph.descendants("d.a", 1), Set{"d.b"});
    EXPECT_TRUE(graph.descendants("d.a", 0).empty());
    EXPECT_TRUE(graph.descendants("nobody").empty());
}

TEST(GraphTest, DepthCountsTheShortestWay) {
    Graph graph = chain({"a", "b", "c"});
    graph.add(model("d", "e", {"d.c", "d.a"}));
    graph.add(model("d", "f", {"d.e"}));
    EXPECT_EQ(graph.descendants("d.a", 2), (Set{"d.b", "d.c", "d.e", "d.f"}));
}

TEST(GraphTest, ReachOfManyKeepsTheStartAndDropsTheUnknown) {
    const Graph graph = sample_mesh();
    EXPECT_EQ(graph.with_ancestors({"sales.orders", "sales.people", "nobody"}),
              (Set{"sales.orders", "sales.people", "source:sales.raw.orders", "source:sales.raw.people"}));
    EXPECT_EQ(graph.with_descendants({"marketing.campaigns"}), (Set{"marketing.campaigns", "marketing.report"}));
}

TEST(GraphTest, ReachOnACycleEndsWithoutTheNode) {
    const Graph graph = two_cycles();
    EXPECT_EQ(graph.ancestors("x.a"), Set{"x.b"});
    EXPECT_EQ(graph.descendants("x.a"), Set{"x.b"});
    EXPECT_EQ(graph.with_descendants({"x.c"}), (Set{"x.c", "x.d", "x.e"}));
}

TEST(OrderTest, GoesLevelByLevelAndWithinOneByInsertion) {
    Graph graph;
    graph.add(model("d", "last", {"d.late", "d.z"}));
    graph.add(model("d", "z"));
    graph.add(model("d", "late", {"d.b"}));
    graph.add(model("d", "b"));
    graph.add(model("d", "a"));
    EXPECT_EQ(graph.topological_order(), (List{"d.z", "d.b", "d.a", "d.late", "d.last"}));
}

TEST(OrderTest, LevelsCountTheMembersOfTheSubsetOnly) {
    Graph graph;
    graph.add(model("d", "far", {"d.outside"}));
    graph.add(model("d", "outside", {"d.beyond"}));
    graph.add(model("d", "beyond"));
    graph.add(model("d", "root"));
    graph.add(model("d", "below", {"d.root", "d.outside"}));
    EXPECT_EQ(graph.topological_order({"d.below", "d.far", "d.root"}), (List{"d.far", "d.root", "d.below"}));
}

TEST(OrderTest, SubsetIsOrderedAlsoThroughNodesOutsideIt) {
    Graph graph;
    graph.add(model("d", "last", {"d.middle"}));
    graph.add(model("d", "middle", {"d.first"}));
    graph.add(model("d", "first"));
    EXPECT_EQ(graph.topological_order({"d.last", "d.first"}), (List{"d.first", "d.last"}));
    EXPECT_EQ(graph.topological_order({"d.first", "nobody"}), List{"d.first"});
    EXPECT_TRUE(graph.topological_order(Graph::Ids{}).empty());
}

TEST(CycleTest, CycleIsNamedFromOneNodeBackToIt) {
    Graph graph;
    graph.add(model("d", "a", {"d.c"}));
    graph.add(model("d", "b", {"d.a"}));
    graph.add(model("d", "c", {"d.b"}));
    EXPECT_EQ(graph.find_cycle(), (List{"d.a", "d.b", "d.c", "d.a"}));
}

TEST(CycleTest, NodeThatReadsItselfIsACycle) {
    Graph graph;
    graph.add(model("d", "a", {"d.a"}));
    EXPECT_EQ(graph.find_cycle(), (List{"d.a", "d.a"}));
    EXPECT_TRUE(graph.ancestors("d.a").empty());
    EXPECT_EQ(error_of([&] { graph.topological_order(); }).sqlstate, "42P19");
}

TEST(CycleTest, DiamondIsNoCycle) {
    Graph graph = chain({"a", "b"});
    graph.add(model("d", "c", {"d.a"}));
    graph.add(model("d", "e", {"d.b", "d.c"}));
    EXPECT_EQ(graph.find_cycle(), std::nullopt);
}

TEST(CycleTest, OrderFailsForTheCycleAndForWhatStandsBehindIt) {
    const Graph graph = two_cycles();
    EXPECT_EQ(error_of([&] { graph.topological_order({"x.a"}); }).sqlstate, "42P19");
    EXPECT_EQ(error_of([&] { graph.topological_order({"x.f", "x.e"}); }).sqlstate, "42P19");
    EXPECT_EQ(graph.topological_order({"x.f"}), List{"x.f"});
}

TEST(CycleTest, ErrorNamesTheCycleThatIsInTheWay) {
    const Graph graph = two_cycles();
    const Error error = error_of([&] { graph.topological_order({"x.e"}); });
    EXPECT_STREQ(error.what(), "Found a cycle");
    EXPECT_EQ(error.detail, "x.c -> x.d -> x.c");
    EXPECT_EQ(error_of([&] { graph.topological_order({"x.b"}); }).detail, "x.a -> x.b -> x.a");
}

}  // namespace

}  // namespace mesh::core
