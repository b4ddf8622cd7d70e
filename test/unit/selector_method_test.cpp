// What each method of a selector matches, seen through select().
#include "core/graph/selector_method.h"

#include "core/graph/selector.h"
#include "sample_mesh.h"

namespace mesh::core {

namespace {

Set chosen(const std::string &selector) {
    static const Graph graph = sample_mesh();
    return select(graph, selector);
}

const Set marketing = {"marketing.campaigns", "marketing.report"};
const Set sales_sources = {"source:sales.raw.orders", "source:sales.raw.people"};
const Set sales_product = {"product:sales.summary.v1"};

TEST(SelectorMethodTest, BareWordIsADomainWithItsModelsAndTests) {
    Set sales = sample_tests;
    sales.insert({"sales.orders", "sales.people", "sales.summary"});
    EXPECT_EQ(chosen("sales"), sales);
    EXPECT_EQ(chosen("marketing"), marketing);
}

TEST(SelectorMethodTest, BareWordIsAModelOrATest) {
    EXPECT_EQ(chosen("orders"), Set{"sales.orders"});
    EXPECT_EQ(chosen("sales.orders"), Set{"sales.orders"});
    EXPECT_EQ(chosen("fqn:sales.orders"), Set{"sales.orders"});
    EXPECT_EQ(chosen("amounts_positive"), Set{"test:sales.amounts_positive"});
    EXPECT_EQ(chosen("sales.amounts_positive"), Set{"test:sales.amounts_positive"});
    EXPECT_TRUE(chosen("marketing.orders").empty());
    EXPECT_TRUE(chosen("raw").empty());
}

TEST(SelectorMethodTest, QuotedIdOfATestIsThatTest) {
    EXPECT_EQ(chosen("\"test:sales.amounts_positive\""), Set{"test:sales.amounts_positive"});
}

TEST(SelectorMethodTest, WildcardsStayWithinAPartOfTheName) {
    EXPECT_EQ(chosen("*orders"), Set{"sales.orders"});
    EXPECT_EQ(chosen("mark*"), marketing);
    EXPECT_EQ(chosen("marketing.*"), marketing);
    EXPECT_EQ(chosen("*.orders"), Set{"sales.orders"});
    EXPECT_EQ(chosen("[op][re]*s"), Set{"sales.orders"});
    EXPECT_EQ(chosen("[op]*e*"), (Set{"sales.orders", "sales.people", "unit_test:sales.orders_add_up"}));
    EXPECT_TRUE(chosen("sal*ders").empty());
    EXPECT_TRUE(chosen("\"*\"").empty());
}

TEST(SelectorMethodTest, StarIsEverything) {
    EXPECT_EQ(chosen("*"), sample_mesh().ids());
}

TEST(SelectorMethodTest, Tag) {
    EXPECT_EQ(chosen("tag:nightly"), (Set{"sales.people", "sales.summary"}));
    EXPECT_EQ(chosen("tag:f*"), Set{"sales.summary"});
    EXPECT_TRUE(chosen("tag:night").empty());
}

TEST(SelectorMethodTest, Domain) {
    EXPECT_EQ(chosen("domain:marketing"), marketing);
    EXPECT_EQ(chosen("domain:sales").size(), sample_mesh().nodes().size() - marketing.size());
}

TEST(SelectorMethodTest, SourceInAllItsForms) {
    for (const char *all : {"source:raw", "source:sales.raw", "source:*", "source:raw.*", "source:sales.raw.*"})
        EXPECT_EQ(chosen(all), sales_sources) << all;
    for (const char *one : {"source:raw.orders", "source:sales.raw.orders"})
        EXPECT_EQ(chosen(one), Set{"source:sales.raw.orders"}) << one;
    EXPECT_TRUE(chosen("source:orders").empty());
    EXPECT_TRUE(chosen("source:marketing.raw").empty());
}

TEST(SelectorMethodTest, ProductWithOrWithoutDomainAndVersion) {
    for (const char *form : {"product:summary", "product:sales.summary", "product:sales.summary.v1", "product:sum*"})
        EXPECT_EQ(chosen(form), sales_product) << form;
    EXPECT_TRUE(chosen("product:sales.summary.v2").empty());
    EXPECT_TRUE(chosen("product:orders").empty());
}

TEST(SelectorMethodTest, TestsByName) {
    EXPECT_EQ(chosen("test:amounts_positive"), Set{"test:sales.amounts_positive"});
    EXPECT_EQ(chosen("test:sales.*"), sample_tests);
    EXPECT_EQ(chosen("test_name:not_null"), Set{"test:sales.not_null_summary_id"});
    EXPECT_EQ(chosen("test_name:amounts_positive"), Set{"test:sales.amounts_positive"});
    EXPECT_EQ(chosen("unit_test:*"), Set{"unit_test:sales.orders_add_up"});
    EXPECT_TRUE(chosen("unit_test:amounts_positive").empty());
    EXPECT_TRUE(chosen("test:orders").empty());
}

TEST(SelectorMethodTest, TestsByType) {
    EXPECT_EQ(chosen("test_type:generic"), (Set{"test:sales.not_null_summary_id", "test:sales.summary_has_people"}));
    EXPECT_EQ(chosen("test_type:singular"), Set{"test:sales.amounts_positive"});
    EXPECT_EQ(chosen("test_type:unit"), Set{"unit_test:sales.orders_add_up"});
    EXPECT_EQ(chosen("test_type:data"), (Set{"test:sales.amounts_positive", "test:sales.not_null_summary_id",
                                             "test:sales.summary_has_people"}));
}

TEST(SelectorMethodTest, ResourceType) {
    EXPECT_EQ(chosen("resource_type:source"), sales_sources);
    EXPECT_EQ(chosen("resource_type:product"), sales_product);
    EXPECT_EQ(chosen("resource_type:unit_test"), Set{"unit_test:sales.orders_add_up"});
    EXPECT_EQ(chosen("resource_type:model").size(), 5U);
}

TEST(SelectorMethodTest, Config) {
    EXPECT_EQ(chosen("config.materialized:table"), (Set{"sales.people", "sales.summary"}));
    EXPECT_EQ(chosen("config.materialized:*"), (Set{"sales.orders", "sales.people", "sales.summary"}));
    EXPECT_TRUE(chosen("config.colour:*").empty());
}

TEST(SelectorMethodTest, HintListsEveryMethod) {
    const std::string list = selector_methods();
    for (const char *method : {"config.<key>:", "domain:", "fqn:", "product:", "resource_type:", "source:", "tag:", "test:",
                               "test_name:", "test_type:", "unit_test:"})
        EXPECT_NE(list.find(method), std::string::npos) << method;
}

}  // namespace

}  // namespace mesh::core
