// Refs to models of other projects.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/parse.h"

namespace mesh::core::project {
namespace {

Settings settings(const std::string &schema) {
    Settings settings;
    settings.database = "db";
    settings.schema = schema;
    return settings;
}

// The project "shop", and no other.
class Deployed : public OtherProjects {
public:
    Deployed() : shop_(parse({{"dbt_project.yml", "name: shop\n"},
                              {"models/customers.sql", "select 1"},
                              {"models/stg.sql", "select 1"},
                              {"models/secret.sql", "select 1"},
                              {"models/orders_v1.sql", "select 1"},
                              {"models/orders_v2.sql", "select 1"},
                              {"models/s.yml", "groups: [{name: g, owner: {name: me}}]\nmodels:\n"
                                               "  - {name: customers, config: {access: public, event_time: at}}\n"
                                               "  - {name: secret, config: {access: private, group: g}}\n"
                                               "  - {name: orders, latest_version: 1, config: {access: public}, versions: [{v: 1}, {v: 2}]}\n"}},
                             settings("shop"))) {}
    std::optional<std::vector<Node>> models(const std::string &project) override {
        if (project != "shop") return std::nullopt;
        std::vector<Node> out;
        for (const auto &[id, node] : shop_.nodes) out.push_back(node);
        return out;
    }
    std::vector<std::string> names() override { return {"shop"}; }
    std::vector<std::string> that_offer(const std::string &model) override {
        return model == "customers" || model == "orders" ? names() : std::vector<std::string>();
    }

private:
    Manifest shop_;
};

Manifest parsed(Files files) {
    Deployed others;
    files.emplace("dbt_project.yml", "name: marketing\n");
    return parse(files, settings("marketing"), &others);
}

std::string refusal(const Files &files) {
    try {
        parsed(files);
    } catch (const Error &error) {
        return error.sqlstate + " " + error.what() + "\n" + error.detail + "\n" + error.hint;
    }
    return "nothing";
}

std::vector<std::string> reads(const std::string &ref) {
    return parsed({{"models/m.sql", "select * from {{ " + ref + " }}"}}).nodes.at("model.marketing.m").depends_on_nodes;
}

TEST(ProjectExternal, PublicModelsAreNodesWithoutFiles) {
    const Manifest manifest = parsed({{"models/m.sql", "select * from {{ ref('shop', 'customers') }}"}});
    const Node &node = manifest.nodes.at("model.shop.customers");
    EXPECT_TRUE(node.is_external());
    EXPECT_EQ(node.relation_name, "\"db\".\"shop\".\"customers\"");
    EXPECT_EQ(node.fqn, (std::vector<std::string>{"shop", "customers"}));
    EXPECT_EQ(node.access, "public");
    EXPECT_EQ(node.config["event_time"], nullptr);
    EXPECT_EQ(manifest.nodes.count("model.shop.stg"), 0u);
    EXPECT_EQ(manifest.nodes.at("model.marketing.m").depends_on_nodes, std::vector<std::string>{"model.shop.customers"});
}

TEST(ProjectExternal, VersionsAreTheOthers) {
    EXPECT_EQ(reads("ref('shop', 'orders')"), std::vector<std::string>{"model.shop.orders.v1"});
    EXPECT_EQ(reads("ref('shop', 'orders', v=2)"), std::vector<std::string>{"model.shop.orders.v2"});
    EXPECT_NE(refusal({{"models/m.sql", "select * from {{ ref('shop', 'orders', v=3) }}"}}).find("42704 Model 'model.marketing.m' (models/m.sql) depends on a node named 'orders' with version '3' in package or project 'shop' which was not found"), std::string::npos);
}

TEST(ProjectExternal, ADeclaredProjectNeedsNoSecondName) {
    const Files files{{"dependencies.yml", "projects: [{name: shop}]"}, {"models/m.sql", "select * from {{ ref('customers') }}"}};
    EXPECT_EQ(parsed(files).nodes.at("model.marketing.m").depends_on_nodes, std::vector<std::string>{"model.shop.customers"});
}

TEST(ProjectExternal, OneThatNothingNamesIsHinted) {
    EXPECT_EQ(refusal({{"models/m.sql", "select * from {{ ref('customers') }}"}}),
              "42704 Model 'model.marketing.m' (models/m.sql) depends on a node named 'customers' which was not found\nIn models/m.sql.\nOf another project: ref('shop', 'customers').");
    EXPECT_NE(refusal({{"models/m.sql", "select * from {{ ref('orders', v=2) }}"}}).find("\nOf another project: ref('shop', 'orders', v=2)."), std::string::npos);
    EXPECT_NE(refusal({{"models/m.sql", "select * from {{ ref('stg') }}"}}).find("\nKnown are \"m\"."), std::string::npos);
}

TEST(ProjectExternal, OthersAreRefusedWithTheirAccess) {
    EXPECT_NE(refusal({{"models/m.sql", "select * from {{ ref('shop', 'stg') }}"}})
                  .find("42501 node model.marketing.m attempted to reference node model.shop.stg, which is not allowed because the referenced node is protected to the 'shop' package"),
              std::string::npos);
    EXPECT_NE(refusal({{"models/m.sql", "select * from {{ ref('shop', 'secret') }}"}}).find("private to the 'g' group"), std::string::npos);
}

TEST(ProjectExternal, NearNamesOfModelsAndProjects) {
    EXPECT_NE(refusal({{"models/m.sql", "select * from {{ ref('shop', 'custmers') }}"}}).find("Perhaps you mean \"customers\"."), std::string::npos);
    EXPECT_NE(refusal({{"models/m.sql", "select * from {{ ref('shpo', 'customers') }}"}})
                  .find("Neither a package nor a deployed project has the name \"shpo\". Known are \"shop\"."),
              std::string::npos);
    const Manifest manifest = parsed({{"dependencies.yml", "projects: [{name: nobody}]"}});
    ASSERT_EQ(manifest.warnings.size(), 1u);
    EXPECT_EQ(manifest.warnings[0].text, "project \"nobody\" is not deployed");
}

TEST(ProjectExternal, APackageOfTheSameNameComesFirst) {
    const Manifest manifest = parsed({{"models/m.sql", "select * from {{ ref('shop', 'customers') }}"},
                                      {"dbt_packages/shop/dbt_project.yml", "name: shop\n"}, {"dbt_packages/shop/models/customers.sql", "select 2"}});
    EXPECT_FALSE(manifest.nodes.at("model.shop.customers").is_external());
}

TEST(ProjectExternal, ProjectsHaveTheirPlace) {
    EXPECT_NE(refusal({{"packages.yml", "projects: [{name: shop}]"}}).find("\"projects\" cannot be specified in packages.yml"), std::string::npos);
    EXPECT_NE(refusal({{"dependencies.yml", "projects: [{nam: shop}]"}}).find("an element of \"projects\" has no name"), std::string::npos);
}

}  // namespace
}  // namespace mesh::core::project
