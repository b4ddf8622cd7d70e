// Functions of a project: what defines them, what calls them, and the statement they become.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "core/project/invocation.h"
#include "core/project/manifest_json.h"
#include "core/project/parse.h"
#include "core/project/select.h"
#include "dev_settings.h"

namespace mesh::core::project {
namespace {

Files project(const Files &more) {
    Files files = {{"dbt_project.yml", "name: shop\nfunctions: {shop: {money: {+volatility: deterministic, +tags: m}}}\nmodels: {+materialized: table}\n"},
                   {"functions/money/with_tax.sql", "select price * 1.5\n"},
                   {"functions/doubled.sql", "{{ config(volatility='stable') }}select {{ function('with_tax') }}(price) * times"},
                   {"functions/f.yml", "functions:\n"
                                       "  - {name: with_tax, description: More, arguments: [{name: price, data_type: numeric}], returns: {data_type: numeric}}\n"
                                       "  - name: doubled\n    arguments: [{name: price, data_type: numeric}, {name: times, data_type: int, default_value: 2}]\n"
                                       "    returns: {data_type: numeric, description: Twice}\n"},
                   {"models/orders.sql", "select 1 as amount"},
                   {"models/prices.sql", "select {{ function('shop', 'doubled') }}(amount) as price from {{ ref('orders') }}"}};
    for (const auto &[path, text] : more) files[path] = text;
    return files;
}

Manifest parsed(const Files &more = {}) {
    return parse(project(more), settings());
}

std::string refusal(const Files &more) {
    try {
        parsed(more);
    } catch (const Error &error) {
        return error.sqlstate + " " + error.what() + "\n" + error.detail + "\n" + error.hint;
    }
    return "nothing";
}

// Keeps what is executed.
class Recorder : public Database {
public:
    QueryResult execute(const std::string &sql) override {
        statements.push_back(sql);
        return {};
    }
    std::vector<DatabaseColumn> describe(const std::string &) override { return {}; }
    std::optional<RelationInfo> find_relation(const std::string &, const std::string &) override { return std::nullopt; }
    std::vector<RelationInfo> list_relations(const std::string &) override { return {}; }
    std::vector<DatabaseColumn> columns(const std::string &, const std::string &) override { return {}; }
    bool schema_exists(const std::string &) override { return true; }
    std::vector<std::string> list_schemas() override { return {}; }
    void log(const std::string &, bool) override {}

    std::vector<std::string> statements;
};

std::string in_one_line(const std::string &text) {
    std::string out;
    for (char c : text)
        if (c != '\n' && c != ' ') out += c;
        else if (!out.empty() && out.back() != ' ') out += ' ';
    return out;
}

std::string statement_of(const std::string &name, const Files &more = {}) {
    const Manifest manifest = parsed(more);
    const Settings given = settings();
    Recorder recorder;
    Invocation invocation(manifest, given, recorder);
    const std::string id = "function.shop." + name;
    (void)invocation.materialize(id, invocation.compile(id));
    return recorder.statements.empty() ? "" : in_one_line(recorder.statements.front());
}

TEST(ProjectFunction, IsANodeWithASignature) {
    const Manifest manifest = parsed();
    const Node &node = manifest.nodes.at("function.shop.doubled");
    EXPECT_EQ(node.fqn, (std::vector<std::string>{"shop", "doubled"}));
    EXPECT_EQ(node.relation_name, "");
    EXPECT_EQ(node.config["materialized"], "function");
    EXPECT_EQ(node.config["volatility"], "stable");
    EXPECT_EQ(node.extra["arguments"][1], (Json{{"name", "times"}, {"data_type", "int"}, {"description", nullptr}, {"default_value", 2}}));
    EXPECT_EQ(node.extra["returns"], (Json{{"data_type", "numeric"}, {"description", "Twice"}}));
    const Node &with_tax = manifest.nodes.at("function.shop.with_tax");
    EXPECT_EQ(with_tax.config["volatility"], "deterministic");
    EXPECT_EQ(with_tax.tags, std::vector<std::string>{"m"});
    EXPECT_EQ(with_tax.description, "More");
}

TEST(ProjectFunction, CallsAreDependencies) {
    const Manifest manifest = parsed({{"tests/t.sql", "select 1 where {{ function('with_tax') }}(1) is null"}});
    EXPECT_EQ(manifest.nodes.at("function.shop.doubled").depends_on_nodes, std::vector<std::string>{"function.shop.with_tax"});
    EXPECT_EQ(manifest.nodes.at("model.shop.prices").depends_on_nodes, (std::vector<std::string>{"model.shop.orders", "function.shop.doubled"}));
    EXPECT_EQ(manifest.nodes.at("model.shop.prices").functions, (std::vector<std::vector<std::string>>{{"shop", "doubled"}}));
    EXPECT_EQ(manifest.nodes.at("test.shop.t").depends_on_nodes, std::vector<std::string>{"function.shop.with_tax"});
    const Settings given = settings();
    Recorder recorder;
    EXPECT_EQ(Invocation(manifest, given, recorder).compile("model.shop.prices").code,
              "select \"db\".\"dev\".\"doubled\"(amount) as price from \"db\".\"dev\".\"orders\"");
}

TEST(ProjectFunction, BecomesAStatement) {
    EXPECT_EQ(statement_of("doubled"), "CREATE OR REPLACE FUNCTION \"db\".\"dev\".\"doubled\" (price numeric, times int DEFAULT 2) RETURNS numeric STABLE AS "
                                       "$$ select \"db\".\"dev\".\"with_tax\"(price) * times $$ LANGUAGE SQL ; ");
    EXPECT_NE(statement_of("with_tax").find("RETURNS numeric IMMUTABLE AS $$ select price * 1.5 $$"), std::string::npos);
}

TEST(ProjectFunction, OtherKindsNeedMacros) {
    const Files sum = {{"functions/doubled.sql", "select 1"}, {"functions/money/with_tax.sql", "{{ config(type='aggregate') }}sum(price)"}};
    try {
        (void)statement_of("with_tax", sum);
        ADD_FAILURE() << "there is no such macro";
    } catch (const std::exception &error) {
        EXPECT_NE(std::string(error.what()).find("No macro named 'aggregate_function_sql' found within namespace"), std::string::npos) << error.what();
    }
    Files with_macro = sum;
    with_macro["macros/m.sql"] = "{% macro postgres__aggregate_function_sql(target) %}create {{ target }} as {{ model.compiled_code }}{% endmacro %}";
    EXPECT_EQ(statement_of("with_tax", with_macro), "create \"db\".\"dev\".\"with_tax\" as sum(price)");
}

TEST(ProjectFunction, IsASectionOfItsOwn) {
    const Json manifest = Json::parse(manifest_text(parsed()));
    EXPECT_EQ(manifest["functions"].size(), 2u);
    EXPECT_FALSE(manifest["nodes"].contains("function.shop.doubled"));
    EXPECT_EQ(manifest["functions"]["function.shop.doubled"]["functions"], (Json{{"with_tax"}}));
    EXPECT_EQ(manifest["child_map"]["function.shop.doubled"], Json{"model.shop.prices"});
    const Manifest again = manifest_from_manifest_json(manifest);
    EXPECT_EQ(Json::parse(manifest_text(again))["functions"], manifest["functions"]);
}

TEST(ProjectFunction, IsBuiltAndListedButNotRun) {
    const Manifest manifest = parsed();
    const auto selected = [&](const char *command, std::vector<std::string> words) {
        SelectOptions options;
        options.command = command;
        options.select = std::move(words);
        auto ids = select(manifest, options).ids;
        std::sort(ids.begin(), ids.end());
        return ids;
    };
    EXPECT_EQ(selected("build", {"with_tax+"}), (std::vector<std::string>{"function.shop.doubled", "function.shop.with_tax", "model.shop.prices"}));
    EXPECT_EQ(selected("run", {"with_tax+"}), std::vector<std::string>{"model.shop.prices"});
    EXPECT_EQ(selected("list", {"resource_type:function"}), (std::vector<std::string>{"function.shop.doubled", "function.shop.with_tax"}));
}

TEST(ProjectFunction, AnotherSignatureIsAModification) {
    const Manifest before = parsed(), now = parsed({{"functions/f.yml", "functions: [{name: with_tax, arguments: [{name: price, data_type: float}], returns: {data_type: numeric}}]"}});
    SelectOptions options;
    options.command = "build";
    options.select = {"state:modified"};
    options.previous.manifest = &before;
    auto ids = select(now, options).ids;
    std::sort(ids.begin(), ids.end());
    EXPECT_EQ(ids, (std::vector<std::string>{"function.shop.doubled", "function.shop.with_tax"}));
}

TEST(ProjectFunction, AMacroBehindAnotherIsAModification) {
    const auto with = [](const std::string &inner) {
        return parsed({{"models/m.sql", "select {{ outer() }} as id"}, {"models/other.sql", "select 1 as id"},
                       {"macros/m.sql", "{% macro outer() %}{{ inner() }}{% endmacro %}{% macro inner() %}" + inner + "{% endmacro %}"}});
    };
    const Manifest before = with("1"), now = with("2");
    SelectOptions options;
    options.command = "run";
    options.select = {"state:modified.macros"};
    options.previous.manifest = &before;
    EXPECT_EQ(select(now, options).ids, std::vector<std::string>{"model.shop.m"});
}

TEST(ProjectFunction, MistakesHaveTheirPlace) {
    EXPECT_EQ(refusal({{"models/m.sql", "select {{ function('with_taxes') }}(1)"}}),
              "42704 Model 'model.shop.m' (models/m.sql) depends on a function named 'with_taxes' which was not found\nIn models/m.sql.\nPerhaps you mean \"with_tax\".");
    EXPECT_NE(refusal({{"functions/doubled.sql", "{{ config(enabled=false) }}select 1"}}).find("function named 'doubled' in package or project 'shop' which is disabled"), std::string::npos);
    EXPECT_NE(refusal({{"functions/f.yml", "functions: [{name: with_tax}]"}}).find("returns of function \"with_tax\" has no data_type"), std::string::npos);
    EXPECT_NE(refusal({{"functions/f.yml", "functions: [{name: with_tax, returns: {data_type: int}, arguments: [{data_type: int}]}]"}}).find("an argument of function \"with_tax\" has no name"),
              std::string::npos);
    EXPECT_NE(refusal({{"functions/money/with_tax.sql", "{{ config(volatility='never') }}select 1"}}).find("\"volatility\" of a function must be one of"), std::string::npos);
    EXPECT_NE(refusal({{"functions/other/with_tax.sql", "select 1"}}).find("dbt found two functions with the name \"with_tax\""), std::string::npos);
    EXPECT_NE(refusal({{"models/m.sql", "select {{ function() }}"}}).find("function() takes at most two arguments"), std::string::npos);
}

}  // namespace
}  // namespace mesh::core::project
