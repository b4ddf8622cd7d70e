// The built-in macros: every file is read by our own engine, and what projects call and override is there.
#include "core/project/builtin_macros.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/jinja/blocks.h"
#include "core/jinja/template.h"

namespace mesh::core::project {
namespace {

// Kind and name -> the file it is in, for one package.
std::map<std::string, std::string> blocks_of(std::string_view package) {
    std::map<std::string, std::string> found;
    for (const BuiltinFile &file : builtin_files()) {
        if (file.package != package) continue;
        for (const jinja::TextBlock &block : jinja::find_blocks(file.text, {"macro", "materialization", "test"})) {
            const auto [before, added] = found.emplace(block.kind + " " + block.name, std::string(file.path));
            EXPECT_TRUE(added) << before->first << " is in " << before->second << " and in " << file.path;
        }
    }
    return found;
}

TEST(BuiltinMacros, EveryBlockIsATemplate) {
    ASSERT_GT(builtin_files().size(), 40u);
    for (const BuiltinFile &file : builtin_files()) {
        const auto blocks = jinja::find_blocks(file.text, {"macro", "materialization", "test"});
        EXPECT_FALSE(blocks.empty()) << file.path;
        for (const jinja::TextBlock &block : blocks)
            EXPECT_NO_THROW(jinja::Template::parse(block.full, std::string(file.path), {.first_line = block.position.line}))
                << file.path << ": " << block.name;
    }
}

TEST(BuiltinMacros, PackagesAndPathsAreThoseOfdbt) {
    for (const BuiltinFile &file : builtin_files()) {
        EXPECT_TRUE(file.package == "dbt" || file.package == "dbt_postgres") << file.package;
        EXPECT_EQ(file.path.substr(0, 7), "macros/");
    }
}

TEST(BuiltinMacros, WhatProjectsOverrideIsThere) {
    const auto found = blocks_of("dbt");
    for (const char *name : {"generate_schema_name", "generate_alias_name", "generate_database_name", "get_where_subquery",
                             "run_hooks", "statement", "run_query", "is_incremental", "create_table_as", "dateadd", "type_string",
                             "get_incremental_merge_sql", "snapshot_check_strategy", "apply_grants", "persist_docs"})
        EXPECT_TRUE(found.count(std::string("macro ") + name)) << name;
    for (const char *name : {"table", "view", "incremental", "materialized_view", "seed", "snapshot", "test", "unit", "clone"})
        EXPECT_TRUE(found.count(std::string("materialization ") + name)) << name;
    for (const char *name : {"unique", "not_null", "accepted_values", "relationships"}) {
        EXPECT_TRUE(found.count(std::string("test ") + name)) << name;
        EXPECT_TRUE(found.count(std::string("macro default__test_") + name)) << name;
    }
}

// Only macros of the adapter's own stand in its package: a project's dispatch finds them by their prefix.
TEST(BuiltinMacros, TheAdaptersMacrosHaveItsPrefix) {
    const auto found = blocks_of("dbt_postgres");
    EXPECT_GT(found.size(), 30u);
    for (const auto &[name, path] : found) EXPECT_EQ(name.substr(0, 14), "macro postgres") << path;
}

}  // namespace
}  // namespace mesh::core::project
