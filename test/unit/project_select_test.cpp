#include <algorithm>

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/listing.h"
#include "core/project/select.h"
#include "sample_project.h"

using namespace mesh::core::project;

namespace {

using Words = std::vector<std::string>;
using Statuses = std::map<std::string, std::string>;

SelectOptions selecting(const std::string &words, const std::string &exclude = "") {
    SelectOptions options;
    if (!words.empty()) options.select = {words};
    if (!exclude.empty()) options.exclude = {exclude};
    return options;
}

// Names, as `list --output name` prints them.
Words names(const Manifest &manifest, const SelectOptions &options) {
    return list_lines(manifest, select(manifest, options).ids, ListOutput::name);
}

Words names(const std::string &words, const std::string &exclude = "") {
    return names(sample::project(), selecting(words, exclude));
}

TEST(ProjectSelect, NamesAndVersions) {
    EXPECT_EQ(names("orders"), (Words{"orders.v1", "orders.v2"}));
    EXPECT_EQ(names("orders.v2"), Words{"orders.v2"});
    EXPECT_EQ(names("orders_v1"), Words{"orders.v1"});
    EXPECT_EQ(names("staging", "resource_type:test"), Words{"stg_orders"});
    EXPECT_EQ(names("shop.marts.*"), (Words{"orders.v1", "orders.v2"}));
    EXPECT_EQ(names("version:latest"), Words{"orders.v1"});
    EXPECT_EQ(names("version:prerelease"), Words{"orders.v2"});
}

TEST(ProjectSelect, Operators) {
    EXPECT_EQ(names("source:raw+1"), (Words{"stg_orders", "raw.orders", "relationships_stg", "unique_stg"}));
    EXPECT_EQ(names("1+board"), (Words{"board", "orders.v1"}));
    EXPECT_EQ(names("tag:daily,orders.v1+"), Words{"orders.v1"});
    EXPECT_THROW(names("@orders+"), mesh::core::Error);
}

TEST(ProjectSelect, PathsAndFiles) {
    EXPECT_EQ(names("path:models/marts"), (Words{"orders.v1", "orders.v2"}));
    EXPECT_EQ(names("models/marts/*.sql"), (Words{"orders.v1", "orders.v2"}));
    EXPECT_EQ(names("path:models/*.sql,resource_type:seed"), (Words{"countries", "relationships_stg"}));
    EXPECT_EQ(names("countries.sql,resource_type:seed"), (Words{"countries", "relationships_stg"}));
    EXPECT_EQ(names("path:models/sources.yml,source:*"), Words{"raw.orders"});
    EXPECT_THROW(names("path:/etc"), mesh::core::Error);
}

TEST(ProjectSelect, Configs) {
    EXPECT_EQ(names("config.meta.owner:ann,tag:daily"), (Words{"orders.v1", "orders.v2"}));
    EXPECT_EQ(names("config.enabled:TRUE,resource_type:seed"), (Words{"countries", "relationships_stg"}));
    EXPECT_TRUE(names("config.meta.owner.first:ann").empty());
}

TEST(ProjectSelect, IndirectSelection) {
    SelectOptions options = selecting("stg_orders");
    EXPECT_EQ(names(sample::project(), options), (Words{"stg_orders", "relationships_stg", "unique_stg"}));
    options.indirect_selection = IndirectSelection::cautious;
    EXPECT_EQ(names(sample::project(), options), (Words{"stg_orders", "unique_stg"}));
    options.select = {"stg_orders countries"};
    EXPECT_EQ(names(sample::project(), options), (Words{"stg_orders", "countries", "relationships_stg", "unique_stg"}));
    options.indirect_selection = IndirectSelection::empty;
    EXPECT_EQ(names(sample::project(), options), (Words{"stg_orders", "countries"}));
}

TEST(ProjectSelect, ParentsComeFirst) {
    const auto ids = select(sample::project(), selecting("", "resource_type:test")).ids;
    const auto at = [&](const std::string &id) { return std::find(ids.begin(), ids.end(), id) - ids.begin(); };
    EXPECT_EQ(ids.size(), 6U);
    EXPECT_LT(at("source.shop.raw.orders"), at("model.shop.stg_orders"));
    EXPECT_LT(at("model.shop.stg_orders"), at("model.shop.orders.v1"));
    EXPECT_LT(at("model.shop.orders.v1"), at("exposure.shop.board"));
}

TEST(ProjectSelect, WarnsWhereNothingMatches) {
    const auto selection = select(sample::project(), selecting("countries oders"));
    EXPECT_EQ(selection.warnings, Words{"The selection criterion 'oders' does not match any enabled nodes"});
}

TEST(ProjectSelect, CommandsTakeTheirTypes) {
    SelectOptions options = selecting("");
    options.command = "run";
    EXPECT_EQ(names(sample::project(), options), (Words{"orders.v1", "orders.v2", "stg_orders"}));
    options.command = "source freshness";
    EXPECT_TRUE(names(sample::project(), options).empty());
    options.command = "build";
    options.exclude_resource_types = {"model", "test"};
    EXPECT_EQ(names(sample::project(), options), (Words{"board", "countries"}));
    options.resource_types = {"planet"};
    EXPECT_THROW(names(sample::project(), options), mesh::core::Error);
}

TEST(ProjectSelect, SelectorsOfYaml) {
    Manifest manifest = sample::project();
    manifest.selectors = Json::parse(R"({
        "daily": {"definition": {"tag": "daily"}, "default": true},
        "less": {"definition": {"union": [{"method": "selector", "value": "daily"}, "countries", {"exclude": ["orders.v1"]}]}},
        "up": {"definition": {"method": "fqn", "value": "board", "parents": true, "parents_depth": 1}}})");
    SelectOptions options;
    EXPECT_EQ(names(manifest, options), (Words{"orders.v1", "orders.v2"}));
    options.selector = "less";
    EXPECT_EQ(names(manifest, options), (Words{"orders.v2", "countries", "relationships_stg"}));
    options.selector = "up";
    EXPECT_EQ(names(manifest, options), (Words{"board", "orders.v1"}));
    options.selector = "none";
    EXPECT_THROW(names(manifest, options), mesh::core::Error);
    EXPECT_EQ(names(manifest, selecting("selector:up countries", "resource_type:test")), (Words{"board", "orders.v1", "countries"}));
}

TEST(ProjectSelect, BadSelectorsOfYaml) {
    for (const char *text : {R"({"a": {}})", R"({"a": {"definition": 3}})", R"({"a": {"definition": {"union": "x"}}})",
                             R"({"a": {"definition": {"union": [], "tag": "x"}}})", R"({"a": {"definition": {"method": "selector", "value": "b"}}})",
                             R"({"a": {"definition": {"nothing": "x"}}})", R"({"a": {"definition": {"union": [{"exclude": []}, {"exclude": []}]}}})",
                             R"({"a": {"definition": "x", "default": true}, "b": {"definition": "y", "default": true}})"}) {
        Manifest manifest = sample::project();
        manifest.selectors = Json::parse(text);
        EXPECT_THROW(select(manifest, {}), mesh::core::Error) << text;
    }
}

TEST(ProjectSelect, StateNeedsOne) {
    EXPECT_THROW(names("state:modified"), mesh::core::Error);
    EXPECT_THROW(names("result:error"), mesh::core::Error);
    EXPECT_THROW(names("source_status:fresher"), mesh::core::Error);
}

TEST(ProjectSelect, State) {
    const Manifest before = sample::project();
    Manifest now = before;
    now.nodes.at("model.shop.stg_orders").raw_code = "select 2";
    now.nodes.at("model.shop.orders.v2").unrendered_config["alias"] = "x";
    sample::add(now, sample::node(ResourceType::model, "fresh", {}));
    const auto changed = [&](const std::string &words) {
        SelectOptions options = selecting(words);
        options.indirect_selection = IndirectSelection::empty;
        options.previous.manifest = &before;
        return names(now, options);
    };
    EXPECT_EQ(changed("state:new"), Words{"fresh"});
    EXPECT_EQ(changed("state:modified"), (Words{"fresh", "orders.v2", "stg_orders"}));
    EXPECT_EQ(changed("state:modified.body"), (Words{"fresh", "stg_orders"}));
    EXPECT_EQ(changed("state:modified.relation"), (Words{"fresh", "orders.v2"}));
    EXPECT_EQ(changed("state:modified.configs"), Words{"fresh"});
    EXPECT_THROW(changed("state:other"), mesh::core::Error);
}

// A state may come through jsonb, which sorts the members of objects.
TEST(ProjectSelect, StateWhateverTheOrderOfMembers) {
    Manifest before = sample::project();
    before.nodes.at("model.shop.stg_orders").unrendered_config["meta"] = {{"team", "a"}, {"owner", {{"name", "b"}, {"of", 1}}}};
    before.sources.begin()->second.quoting = {{"schema", true}, {"database", false}};
    Manifest now = before;
    now.nodes.at("model.shop.stg_orders").unrendered_config["meta"] = {{"owner", {{"of", 1}, {"name", "b"}}}, {"team", "a"}};
    now.sources.begin()->second.quoting = {{"database", false}, {"schema", true}};
    SelectOptions options = selecting("state:modified");
    options.indirect_selection = IndirectSelection::empty;
    options.previous.manifest = &before;
    EXPECT_EQ(names(now, options), Words{});
    now.nodes.at("model.shop.stg_orders").unrendered_config["meta"]["owner"]["of"] = 2;
    EXPECT_EQ(names(now, options), Words{"stg_orders"});
}

// A generic test that was removed and is named still.
TEST(ProjectSelect, StateWithoutATestsMacro) {
    Manifest before = sample::project();
    MacroInfo macro;
    macro.unique_id = "macro.shop.test_unique";
    macro.package_name = "shop";
    macro.name = "test_unique";
    before.macros[macro.unique_id] = macro;
    for (auto &[id, node] : before.nodes)
        if (node.test_metadata) node.depends_on_macros = {"macro.shop.test_" + node.test_metadata->name};
    Manifest now = before;
    SelectOptions options = selecting("state:modified");
    options.previous.manifest = &before;
    EXPECT_EQ(names(now, options), Words{});
    now.macros.erase(macro.unique_id);
    for (auto &[id, node] : now.nodes)
        if (node.test_metadata && node.test_metadata->name == "unique") node.depends_on_macros.clear();
    try {
        names(now, options);
        FAIL() << "nothing was said of the macro";
    } catch (const mesh::core::Error &error) {
        EXPECT_NE(std::string(error.what()).find("depends on a macro or test that does not exist"), std::string::npos) << error.what();
    }
}

TEST(ProjectSelect, BrokenContracts) {
    Manifest before = sample::project();
    for (const char *id : {"model.shop.stg_orders", "model.shop.orders.v1"}) {
        before.nodes.at(id).contract_enforced = true;
        before.nodes.at(id).columns = {{"id", "", "numeric(10,2)"}};
    }
    Manifest now = before;
    SelectOptions options = selecting("state:modified,resource_type:model");
    options.previous.manifest = &before;
    options.indirect_selection = IndirectSelection::empty;
    now.nodes.at("model.shop.stg_orders").columns[0].data_type = "numeric(12,2)";
    EXPECT_EQ(select(now, options).ids, Words{"model.shop.stg_orders"});
    EXPECT_TRUE(select(now, options).warnings.empty());
    now.nodes.at("model.shop.stg_orders").columns[0].data_type = "text";
    EXPECT_NE(select(now, options).warnings.at(0).find("Columns with data_type changes: \n    - id (numeric(10,2) -> text)"), std::string::npos);
    now.nodes.at("model.shop.orders.v1").columns.clear();
    EXPECT_THROW(select(now, options), mesh::core::Error);
}

TEST(ProjectSelect, ResultsAndFreshSources) {
    const Manifest manifest = sample::project();
    SelectOptions options = selecting("result:error");
    options.previous.results = Statuses{{"seed.shop.countries", "error"}, {"model.shop.stg_orders", "success"}};
    options.indirect_selection = IndirectSelection::empty;
    EXPECT_EQ(names(manifest, options), Words{"countries"});
    options.select = {"source_status:fresher"};
    options.previous.sources = Statuses{{"source.shop.raw.orders", "2026-01-01T00:00:00Z"}};
    options.previous.current_sources = Statuses{{"source.shop.raw.orders", "2026-01-02T00:00:00Z"}};
    EXPECT_EQ(names(manifest, options), Words{"raw.orders"});
    options.previous.current_sources = options.previous.sources;
    EXPECT_TRUE(names(manifest, options).empty());
}

TEST(ProjectSelect, UniqueIds) {
    SelectOptions options = selecting("no_such_model");
    options.unique_ids = Words{"model.shop.orders.v2", "model.shop.stg_orders"};
    EXPECT_EQ(select(sample::project(), options).ids, (Words{"model.shop.stg_orders", "model.shop.orders.v2"}));
    options.unique_ids = Words{};
    EXPECT_TRUE(select(sample::project(), options).ids.empty());
    options.unique_ids = Words{"model.shop.gone"};
    EXPECT_THROW(select(sample::project(), options), mesh::core::Error);
}

TEST(ProjectSelect, Circles) {
    Manifest manifest = sample::project();
    manifest.nodes.at("model.shop.stg_orders").depends_on_nodes = {"model.shop.orders.v1"};
    EXPECT_THROW(select(manifest, {}), mesh::core::Error);
}

TEST(Listing, Outputs) {
    const Manifest manifest = sample::project();
    const Words ids = {"source.shop.raw.orders", "exposure.shop.board", "model.shop.orders.v2"};
    EXPECT_EQ(list_lines(manifest, ids, ListOutput::selector), (Words{"exposure:shop.board", "shop.marts.orders.v2", "source:shop.raw.orders"}));
    EXPECT_EQ(list_lines(manifest, ids, ListOutput::path).back(), "models/sources.yml");
    EXPECT_EQ(list_lines(manifest, {"model.shop.orders.v2"}, ListOutput::json, {"name", "config.meta.owner", "nothing"}),
              Words{R"({"name": "orders", "config.meta.owner": "ann"})"});
    EXPECT_THROW(list_output_of("xml"), mesh::core::Error);
}

}  // namespace
