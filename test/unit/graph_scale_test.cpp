// Ten thousand nodes: nothing recurses, and nothing takes time that grows with the square of their number.
#include <chrono>

#include "core/graph/graph.h"
#include "core/graph/graph_export.h"
#include "core/graph/selector.h"
#include "sample_mesh.h"

namespace mesh::core {

namespace {

constexpr int size = 10000;

std::string name(int i) {
    return "m" + std::to_string(i);
}

// One chain through all of them, each also reading the one a hundred before it.
Graph long_chain() {
    Graph graph;
    for (int i = 0; i < size; ++i) {
        List parents;
        if (i >= 1) parents.push_back("d." + name(i - 1));
        if (i >= 100) parents.push_back("d." + name(i - 100));
        graph.add(model("d", name(i), parents));
    }
    return graph;
}

class TenThousandTest : public testing::Test {
protected:
    // Generous: a build with sanitizers on a busy machine needs about a tenth of it.
    void TearDown() override {
        EXPECT_LT(std::chrono::steady_clock::now() - start_, std::chrono::seconds(20));
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

TEST_F(TenThousandTest, OrderIsTheChain) {
    const auto order = long_chain().topological_order();
    ASSERT_EQ(order.size(), static_cast<std::size_t>(size));
    EXPECT_EQ(order.front(), "d.m0");
    EXPECT_EQ(order[5000], "d.m5000");
    EXPECT_EQ(order.back(), "d.m9999");
}

TEST_F(TenThousandTest, ChildrenAddedBeforeTheirParents) {
    Graph graph;
    for (int i = size - 1; i >= 0; --i)
        graph.add(model("d", name(i), i == 0 ? List{} : List{"d." + name(i - 1)}));
    EXPECT_EQ(graph.topological_order().back(), "d.m9999");
    EXPECT_EQ(graph.descendants("d.m0").size(), static_cast<std::size_t>(size - 1));
}

TEST_F(TenThousandTest, ReachToTheEndAndByDepth) {
    const Graph graph = long_chain();
    EXPECT_EQ(graph.ancestors("d.m9999").size(), static_cast<std::size_t>(size - 1));
    EXPECT_EQ(graph.descendants("d.m0", 2), (Set{"d.m1", "d.m2", "d.m100", "d.m101", "d.m200"}));
    EXPECT_EQ(select(graph, "@m5000").size(), static_cast<std::size_t>(size));
    EXPECT_EQ(select(graph, "m99??").size(), 100U);
}

TEST_F(TenThousandTest, CycleThroughAllOfThem) {
    Graph graph = long_chain();
    graph.add(model("e", "back", {"d.m9999"}));
    EXPECT_EQ(graph.find_cycle(), std::nullopt);
    Graph closed;
    for (int i = 0; i < size; ++i) closed.add(model("d", name(i), {"d." + name((i + size - 1) % size)}));
    const auto cycle = closed.find_cycle();
    ASSERT_TRUE(cycle);
    EXPECT_EQ(cycle->size(), static_cast<std::size_t>(size + 1));
    EXPECT_EQ(cycle->front(), cycle->back());
}

TEST_F(TenThousandTest, PicturesOfAll) {
    const Graph graph = long_chain();
    const std::string mermaid = to_mermaid(graph);
    EXPECT_NE(mermaid.find("n9998 --> n9999"), std::string::npos);
    EXPECT_NE(to_dot(graph).find("n9998 -> n9999;"), std::string::npos);
}

}  // namespace

}  // namespace mesh::core
