#include "core/graph/selector.h"

#include "sample_mesh.h"

namespace mesh::core {

namespace {

Set chosen(const std::string &selector, const std::string &exclude = "", Tests tests = Tests::named) {
    static const Graph graph = sample_mesh();
    return select(graph, selector, exclude, nullptr, tests);
}

List unmatched(const std::string &selector, const std::string &exclude = "") {
    List parts;
    select(sample_mesh(), selector, exclude, &parts);
    return parts;
}

const Set marketing = {"marketing.campaigns", "marketing.report"};

Set united(Set a, const Set &b) {
    a.insert(b.begin(), b.end());
    return a;
}

TEST(SelectTest, EmptySelectorIsEverything) {
    EXPECT_EQ(chosen(""), sample_mesh().ids());
    EXPECT_EQ(chosen("  "), sample_mesh().ids());
    EXPECT_TRUE(select(Graph(), "").empty());
}

TEST(SelectTest, SpaceIsUnionAndCommaIsIntersection) {
    EXPECT_EQ(chosen("orders people"), (Set{"sales.orders", "sales.people"}));
    EXPECT_EQ(chosen("tag:nightly,tag:finance"), Set{"sales.summary"});
    EXPECT_EQ(chosen("tag:nightly,tag:finance orders"), (Set{"sales.orders", "sales.summary"}));
    EXPECT_EQ(chosen("orders orders"), Set{"sales.orders"});
    EXPECT_TRUE(chosen("orders,people").empty());
}

TEST(SelectTest, PlusBeforeTakesAncestors) {
    EXPECT_EQ(chosen("+orders"), (Set{"sales.orders", "source:sales.raw.orders"}));
    EXPECT_EQ(chosen("1+campaigns"), (Set{"marketing.campaigns", "sales.summary"}));
    EXPECT_EQ(chosen("2+campaigns"), (Set{"marketing.campaigns", "sales.summary", "sales.orders", "sales.people"}));
    EXPECT_EQ(chosen("0+campaigns"), Set{"marketing.campaigns"});
}

TEST(SelectTest, PlusBehindTakesDescendantsTestsAmongThem) {
    EXPECT_EQ(chosen("campaigns+"), marketing);
    EXPECT_EQ(chosen("people+1"), (Set{"sales.people", "sales.summary", "test:sales.summary_has_people"}));
    EXPECT_EQ(chosen("source:raw.people+1"), (Set{"source:sales.raw.people", "sales.people"}));
}

TEST(SelectTest, BothPlusesGoFromTheNodeAndNotFromOneAnother) {
    EXPECT_EQ(chosen("1+campaigns+1"), (Set{"sales.summary", "marketing.campaigns", "marketing.report"}));
    EXPECT_EQ(chosen("+campaigns+"), united(chosen("+campaigns"), chosen("campaigns+")));
    EXPECT_EQ(chosen("+campaigns+").count("product:sales.summary.v1"), 0U);
}

TEST(SelectTest, AtTakesWhatTheDescendantsNeed) {
    const Graph graph = sample_mesh();
    const Set all_of_orders = chosen("@orders");
    EXPECT_EQ(all_of_orders.count("source:sales.raw.people"), 1U);
    EXPECT_EQ(all_of_orders, graph.with_ancestors(graph.with_descendants({"sales.orders"})));
    EXPECT_EQ(chosen("@amounts_positive"), chosen("+amounts_positive"));
}

TEST(SelectTest, IntersectionOfWidenedParts) {
    EXPECT_EQ(chosen("+summary,people+"), (Set{"sales.people", "sales.summary"}));
    EXPECT_EQ(chosen("orders+,marketing"), marketing);
}

TEST(SelectTest, ExcludeTakesAwayWithItsOwnOperators) {
    EXPECT_EQ(chosen("+campaigns", "source:*"),
              (Set{"marketing.campaigns", "sales.summary", "sales.orders", "sales.people"}));
    EXPECT_EQ(chosen("+campaigns", "+summary"), Set{"marketing.campaigns"});
    EXPECT_EQ(chosen("", "domain:sales"), marketing);
    EXPECT_EQ(chosen("sales", "summary,marketing"), chosen("sales"));
    EXPECT_TRUE(chosen("orders", "*").empty());
}

TEST(SelectTest, EagerTestsComeWithAnyOfTheirParents) {
    EXPECT_EQ(chosen("people", "", Tests::eager), (Set{"sales.people", "test:sales.summary_has_people"}));
    EXPECT_EQ(chosen("orders,test_type:singular", "", Tests::eager), Set{"test:sales.amounts_positive"});
    EXPECT_TRUE(chosen("orders,test_type:singular").empty());
}

TEST(SelectTest, EagerExcludeTakesTheTestsOfWhatItExcludes) {
    EXPECT_EQ(chosen("orders summary", "summary", Tests::eager),
              (Set{"sales.orders", "test:sales.amounts_positive", "unit_test:sales.orders_add_up"}));
}

TEST(SelectTest, PartsThatMatchNothingAreReportedAsWritten) {
    EXPECT_EQ(unmatched("orders nobody+ tag:nothing"), (List{"nobody+", "tag:nothing"}));
    EXPECT_EQ(unmatched("orders,people"), List{"orders,people"});
    EXPECT_EQ(unmatched("orders,nobody"), List{"nobody"});
    EXPECT_EQ(unmatched("orders", "nobody"), List{"nobody"});
    EXPECT_TRUE(unmatched("orders+ *", "people").empty());
}

TEST(SelectTest, BadSyntaxOnEitherSideReportsNothingElse) {
    List parts = {"before"};
    EXPECT_EQ(error_of([&] { select(sample_mesh(), "nobody", "a,", &parts); }).sqlstate, "42601");
    EXPECT_EQ(error_of([&] { select(sample_mesh(), "++a", "", &parts); }).sqlstate, "42601");
    EXPECT_EQ(parts, List{"before"});
}

TEST(SelectTest, HostileNamesAreReachedInQuotes) {
    Graph graph;
    const List names = {"my model", "a,b", "+x+", "@x", "tag:x", "*", "say \"hi\"", "caf\xC3\xA9", "1+x"};
    for (const auto &name : names) graph.add(model("d", name));
    for (const auto &name : names) {
        std::string word = "\"";
        for (char c : name) word += c == '"' ? std::string("\"\"") : std::string(1, c);
        EXPECT_EQ(select(graph, word + "\""), Set{"d." + name}) << name;
    }
}

TEST(SelectTest, CyclesDoNotHangASelection) {
    Graph graph;
    graph.add(model("d", "a", {"d.b"}));
    graph.add(model("d", "b", {"d.a"}));
    EXPECT_EQ(select(graph, "@a"), (Set{"d.a", "d.b"}));
    EXPECT_EQ(select(graph, "+a+"), (Set{"d.a", "d.b"}));
}

TEST(WithTestsTest, AddsTestsOfTheIdsAndNothingFurther) {
    const Graph graph = sample_mesh();
    EXPECT_EQ(with_tests(graph, {"sales.people"}), (Set{"sales.people", "test:sales.summary_has_people"}));
    EXPECT_EQ(with_tests(graph, {"marketing.report"}), Set{"marketing.report"});
    EXPECT_TRUE(with_tests(graph, {}).empty());
}

TEST(CheckSelectorTest, ReturnsForGoodSyntaxWhateverItMatches) {
    EXPECT_NO_THROW(check_selector("+nobody,tag:x @y \"a b\""));
    EXPECT_NO_THROW(check_selector(""));
}

}  // namespace

}  // namespace mesh::core
