// How configs go over one another, and what profiles give.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/config_rules.h"
#include "core/project/interrupt.h"
#include "core/project/profile.h"

namespace mesh::core::project {
namespace {

Json merged(ResourceType type, std::initializer_list<Json> layers) {
    Json config = default_config(type);
    for (const Json &layer : layers) merge_config(config, layer, type);
    finish_config(config, type, "f.sql");
    return config;
}

TEST(ProjectConfig, ListsAreAddedAndMappingsUpdated) {
    const Json config = merged(ResourceType::model, {{{"tags", "a"}, {"meta", {{"x", 1}, {"y", 1}}}, {"materialized", "table"}},
                                                     {{"tags", {"b", "c"}}, {"meta", {{"y", 2}}}, {"materialized", "view"}}});
    EXPECT_EQ(config["tags"], (Json{"a", "b", "c"}));
    EXPECT_EQ(config["meta"], (Json{{"x", 1}, {"y", 2}}));
    EXPECT_EQ(config["materialized"], "view");
}

TEST(ProjectConfig, HooksAreAddedInAnySpelling) {
    const Json config = merged(ResourceType::model, {{{"pre_hook", "select 1"}}, {{"pre-hook", {{{"sql", "select 2"}, {"transaction", false}}}}},
                                                     {{"pre-hook", "{\"sql\": \"select 3\", \"transaction\": true}"}}});
    ASSERT_EQ(config["pre-hook"].size(), 3u);
    EXPECT_EQ(config["pre-hook"][0], (Json{{"sql", "select 1"}, {"transaction", true}, {"index", nullptr}}));
    EXPECT_EQ(config["pre-hook"][1]["transaction"], false);
    EXPECT_EQ(config["pre-hook"][2]["sql"], "select 3");
}

TEST(ProjectConfig, GrantsAreReplacedUnlessPlusSaysAdd) {
    const Json config = merged(ResourceType::model, {{{"grants", {{"select", "a"}, {"insert", {"b"}}}}}, {{"grants", {{"+select", {"c"}}, {"insert", "d"}}}}});
    EXPECT_EQ(config["grants"], (Json{{"select", {"a", "c"}}, {"insert", {"d"}}}));
}

TEST(ProjectConfig, CallsOfOneFileAreMergedTheSame) {
    Json calls = Json::object();
    merge_config_call(calls, {{"tags", "a"}, {"alias", "x"}});
    merge_config_call(calls, {{"tags", {"b"}}, {"alias", "y"}, {"grants", {{"+select", "r"}}}});
    EXPECT_EQ(calls, (Json{{"tags", {"a", "b"}}, {"alias", "y"}, {"grants", {{"+select", {"r"}}}}}));
}

TEST(ProjectConfig, StoredFailuresFollowFromOneAnother) {
    EXPECT_EQ(merged(ResourceType::test, {{{"store_failures", true}}})["store_failures_as"], "table");
    EXPECT_EQ(merged(ResourceType::test, {{{"store_failures", true}, {"store_failures_as", "ephemeral"}}})["store_failures"], false);
    EXPECT_EQ(merged(ResourceType::test, {{{"store_failures_as", "view"}}})["store_failures"], true);
}

TEST(ProjectConfig, WrongValuesAreRefused) {
    EXPECT_THROW(merged(ResourceType::model, {{{"enabled", "maybe"}}}), Error);
    EXPECT_THROW(merged(ResourceType::test, {{{"severity", "loud"}}}), Error);
    EXPECT_THROW(merged(ResourceType::model, {{{"meta", "x"}}}), Error);
    EXPECT_THROW(merged(ResourceType::model, {{{"materialized", "incremental"}, {"contract", {{"enforced", true}}}}}), Error);
}

constexpr const char *profiles = R"(
shop:
  target: "{{ env_var('TARGET', 'dev') }}"
  outputs:
    dev: {type: postgres, host: h, user: u, pass: "{{ broken", dbname: d, schema: "s_{{ env_var('DBT_ENV_SECRET_X') }}", port: 5433, threads: 4}
    lake: {type: snowflake, account: a}
)";

Settings settings() {
    Settings settings;
    settings.profiles = profiles;
    settings.env["DBT_ENV_SECRET_X"] = "x";
    return settings;
}

TEST(ProjectProfile, TheChosenOutputIsRendered) {
    const Target target = read_target(settings(), {{"profile", "shop"}});
    EXPECT_EQ(target.name, "dev");
    EXPECT_EQ(target.database, "d");
    EXPECT_EQ(target.schema, "s_x");
    EXPECT_EQ(target.port, 5433);
    EXPECT_EQ(target.threads, 4);
    EXPECT_EQ(target.all["dbname"], "d");
    EXPECT_EQ(target.all["connect_timeout"], 10);
    EXPECT_FALSE(target.all.contains("password") || target.all.contains("pass"));
}

std::string refusal(Settings settings, const Json &project) {
    try {
        read_target(settings, project);
    } catch (const Error &error) {
        return error.sqlstate + " " + error.what() + " " + error.hint;
    }
    return "";
}

TEST(ProjectProfile, WhatIsNotThereOrNotPostgresIsRefused) {
    Settings lake = settings();
    lake.target = "lake";
    EXPECT_NE(refusal(lake, {{"profile", "shop"}}).find("0A000 target \"lake\" of profile \"shop\" is for snowflake"), std::string::npos);
    lake.target = "deb";
    EXPECT_NE(refusal(lake, {{"profile", "shop"}}).find("Perhaps you mean \"dev\""), std::string::npos);
    EXPECT_NE(refusal(settings(), {{"profile", "shpo"}}).find("42704 profile \"shpo\" does not exist"), std::string::npos);
    EXPECT_NE(refusal(settings(), Json::object()).find("the project names no profile"), std::string::npos);
}

TEST(ProjectProfile, WithoutProfilesTheSettingsSayWhere) {
    Settings settings;
    settings.database = "d";
    settings.schema = "s";
    const Target target = read_target(settings, {{"profile", "shop"}});
    EXPECT_EQ(target.profile_name, "shop");
    EXPECT_EQ(target.schema, "s");
    EXPECT_EQ(target.all["schema"], "s");
}

void break_off() {
    throw std::runtime_error("broken off");
}

TEST(ProjectConfig, CallsOfConfigAreMergedUntilThatIsBrokenOff) {
    Json calls = Json::object();
    merge_config_call(calls, {{"tags", "a"}});
    set_interrupt(break_off);
    EXPECT_THROW(merge_config_call(calls, {{"tags", "b"}}), std::runtime_error);
    set_interrupt(nullptr);
    EXPECT_EQ(calls, (Json{{"tags", "a"}}));
}

}  // namespace
}  // namespace mesh::core::project
