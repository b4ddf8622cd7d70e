// What a project's templates see, from parse to compiled SQL, on a database of the test's own.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/jinja/text.h"
#include "core/project/base_context.h"
#include "core/project/invocation.h"
#include "core/project/modules.h"
#include "core/project/parse.h"

namespace mesh::core::project {
namespace {

class FakeDatabase : public Database {
public:
    QueryResult execute(const std::string &sql) override {
        statements.push_back(sql);
        return answer;
    }
    std::vector<DatabaseColumn> describe(const std::string &) override { return {}; }
    std::optional<RelationInfo> find_relation(const std::string &schema, const std::string &identifier) override {
        for (const RelationInfo &one : relations)
            if (one.schema == schema && one.identifier == identifier) return one;
        return std::nullopt;
    }
    std::vector<RelationInfo> list_relations(const std::string &) override { return relations; }
    std::vector<DatabaseColumn> columns(const std::string &, const std::string &identifier) override {
        if (identifier != "base") return {};
        return {{"id", "integer", "integer", {}, 32, 0}, {"name", "character varying", "character varying(9)", 9, {}, {}}};
    }
    bool schema_exists(const std::string &) override { return true; }
    std::vector<std::string> list_schemas() override { return {"public"}; }
    void log(const std::string &text, bool) override { messages.push_back(text); }

    QueryResult answer;
    std::vector<RelationInfo> relations;
    std::vector<std::string> statements, messages;
};

struct Project {
    explicit Project(Files more, Json flags = Json::object()) {
        files = std::move(more);
        files.emplace("dbt_project.yml", "name: shop\nversion: '1.0'\nvars: {country: de}\n");
        settings.database = "db";
        settings.schema = "public";
        settings.user = "me";
        settings.flags = std::move(flags);
        manifest = parse(files, settings);
        invocation = std::make_unique<Invocation>(manifest, settings, database);
    }
    std::string compile(const std::string &name) { return invocation->compile("model.shop." + name).code; }

    Files files;
    Settings settings;
    Manifest manifest;
    FakeDatabase database;
    std::unique_ptr<Invocation> invocation;
};

std::string failure(const std::function<void()> &body) {
    try {
        body();
    } catch (const Error &error) {
        return std::string(error.what()) + "|" + error.detail + "|" + error.hint;
    }
    return "";
}

TEST(Context, RefsAndSourcesBecomeRelations) {
    Project project(Files{{"models/base.sql", "select 1 as id"},
                     {"models/top.sql", "select * from {{ ref('base') }} join {{ source('raw', 'x') }} using (id) -- {{ this.schema }}"},
                     {"models/s.yml", "sources: [{name: raw, schema: landing, tables: [{name: x, identifier: X1}]}]"}});
    EXPECT_EQ(project.compile("top"), R"(select * from "db"."public"."base" join "db"."landing"."X1" using (id) -- public)");
}

TEST(Context, EphemeralModelsAreInlinedInOrder) {
    Project project(Files{{"models/a.sql", "{{ config(materialized='ephemeral') }}select 1 as id"},
                     {"models/b.sql", "{{ config(materialized='ephemeral') }}select * from {{ ref('a') }}"},
                     {"models/top.sql", "with own as (select 1)\nselect * from {{ ref('b') }}"}});
    EXPECT_EQ(project.compile("top"), "with  __dbt__cte__a as (\nselect 1 as id\n),  __dbt__cte__b as (\nselect * from __dbt__cte__a\n), "
                                      "own as (select 1)\nselect * from __dbt__cte__b");
}

TEST(Context, MacrosReturnValuesAndThoseOfTheProjectComeFirst) {
    Project project(Files{{"macros/m.sql", "{% macro twice(x) %}{{ return(x * 2) }}{% endmacro %}{% macro ref(name) %}{{ return(builtins.ref(name).identifier) }}{% endmacro %}"},
                     {"models/base.sql", "select 1"},
                     {"models/top.sql", "{{ twice(3) + 1 }} {{ shop.twice('a') }} {{ ref('base') }} {{ var('country') }}"}});
    EXPECT_EQ(project.compile("top"), "7 aa base de");
}

TEST(Context, AMethodOfTheAdapterGivesWhatTheProjectsMacroReturns) {
    Project project(Files{{"macros/m.sql", "{% macro postgres__get_columns_in_relation(relation) %}{{ return('mine') }}{% endmacro %}"},
                     {"models/top.sql", "{{ adapter.get_columns_in_relation(this) }}"}});
    EXPECT_EQ(project.compile("top"), "mine");
}

TEST(Context, ANodeRunsInAThread) {
    Project project(Files{{"models/top.sql", "{{ config(note=thread_id) }}{{ thread_id }} {{ config.get('note') }}"}});
    EXPECT_EQ(project.compile("top"), "Thread-1 (worker) MainThread");
}

TEST(Context, QueriesGiveTables) {
    Project project(Files{{"models/top.sql", "{% set t = run_query('select') %}{% if execute %}{{ t.columns[0].values() }} {{ t.rows[1]['b'] }} {{ t.column_names }}{% endif %}"}});
    project.database.answer = {{"a", "b"}, {"integer", "double precision"}, {{"1", "1.5"}, {"2", "2"}}, "SELECT 2", 2};
    EXPECT_EQ(project.compile("top"), "(1, 2) 2.0 ('a', 'b')");
    EXPECT_TRUE(project.invocation->compile("model.shop.top").asked_database);
}

TEST(Context, TablesComeInGroups) {
    Project project(Files{{"models/top.sql", "{% set g = run_query('select').group_by('a') %}{% if execute %}{{ g.key_name }} {{ g.keys() }} {{ g.get(2).columns['b'].values() }} "
                                             "{{ g.get(1).rows | length }} {{ g.limit(1).values() | map('length') | list }}{% endif %}"},
                          {"macros/part.sql", "{% macro part(row) %}{{ return(row['b'] ~ '!') }}{% endmacro %}"},
                          {"models/by.sql", "{% set g = run_query('select').group_by(part) %}{{ g.items() | map('first') | list if execute }}"},
                          {"models/none.sql", "{{ run_query('select').group_by('c') if execute }}"}});
    project.database.answer = {{"a", "b"}, {"integer", "text"}, {{"2", "x"}, {"1", "y"}, {"2", "z"}}, "SELECT 3", 3};
    EXPECT_EQ(project.compile("top"), "a (2, 1) ('x', 'z') 1 [1, 1]");
    EXPECT_EQ(project.compile("by"), "['x!', 'y!', 'z!']");
    EXPECT_THROW(project.compile("none"), mesh::core::Error);
}

TEST(Context, AdapterAsksTheDatabase) {
    Project project(Files{{"models/base.sql", "select 1"},
                     {"models/top.sql", "{% for c in adapter.get_columns_in_relation(ref('base')) %}{{ c.name }} {{ c.data_type }}{{ ', ' if not loop.last }}{% endfor %}"
                                        " {{ load_relation(ref('base')).type }}"}});
    project.database.relations = {{"public", "base", "table"}};
    EXPECT_EQ(project.compile("top"), "id integer, name character varying(9) table");
}

TEST(Context, AColumnIsWrittenAsItIsMade) {
    Project project(Files{{"models/top.sql", "{{ api.Column('it\\'s', 'numeric', none, 6, 2) }} {{ [api.Column('b', 'character varying', 7)] }}"}});
    EXPECT_EQ(project.compile("top"), "PostgresColumn(column=\"it's\", dtype='numeric', char_size=None, numeric_precision=6, numeric_scale=2) "
                                      "[PostgresColumn(column='b', dtype='character varying', char_size=7, numeric_precision=None, numeric_scale=None)]");
}

TEST(Context, IncrementalModelsSeeTheirTable) {
    Project project(Files{{"models/top.sql", "{{ config(materialized='incremental') }}select 1{% if is_incremental() %} from {{ this }}{% endif %}"}});
    EXPECT_EQ(project.compile("top"), "select 1");
    project.database.relations = {{"public", "top", "table"}};
    EXPECT_EQ(project.compile("top"), R"(select 1 from "db"."public"."top")");
}

TEST(Context, EmptyRunsReadNothing) {
    Project project(Files{{"models/base.sql", "select 1"}, {"models/top.sql", "select * from {{ ref('base') }}"}}, {{"EMPTY", true}});
    EXPECT_EQ(project.compile("top"), R"(select * from (select * from "db"."public"."base" where false limit 0) _dbt_limit_subq_base)");
}

TEST(Context, ABatchReadsItsOwnTime) {
    Project project(Files{{"models/base.sql", "{{ config(event_time='at') }}select 1 as at"},
                     {"models/top.sql", "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', begin='2024-01-01', batch_size='day') }}"
                                        "select * from {{ ref('base') }} -- {{ model.batch.id if model.batch }} {{ model.batch.event_time_end.day if model.batch }}"}});
    project.invocation->set_batch("model.shop.top", "2024-01-02 00:00:00+00:00", "2024-01-03 00:00:00+00:00");
    EXPECT_EQ(project.compile("top"), R"(select * from (select * from "db"."public"."base" where at >= '2024-01-02 00:00:00+00:00' and at < '2024-01-03 00:00:00+00:00') )"
                                      "_dbt_et_filter_subq_base -- 20240102 3");
    project.invocation->set_batch("model.shop.top", "", "");
    EXPECT_EQ(project.compile("top"), R"(select * from "db"."public"."base" --  )");
}

TEST(Context, DeferredRefsReadTheState) {
    Project project(Files{{"models/base.sql", "select 1"}, {"models/other.sql", "select 1"}, {"models/top.sql", "{{ ref('base') }} {{ ref('other') }}"}});
    Manifest state = project.manifest;
    for (auto &[id, node] : state.nodes) node.schema = "prod";
    project.database.relations = {{"public", "other", "table"}};
    EXPECT_EQ(project.compile("top"), R"("db"."public"."base" "db"."public"."other")");
    project.invocation->set_deferral(deferral(project.manifest, state, false));
    EXPECT_EQ(project.compile("top"), R"("db"."prod"."base" "db"."public"."other")");
    project.invocation->set_deferral(deferral(project.manifest, state, true));
    EXPECT_EQ(project.compile("top"), R"("db"."prod"."base" "db"."prod"."other")");
    project.invocation->set_selected({"model.shop.other"});
    EXPECT_EQ(project.compile("top"), R"("db"."prod"."base" "db"."public"."other")");
}

TEST(Context, IncrementalStrategiesAreMacros) {
    const std::string config = "{{ config(materialized='incremental', unique_key='id', incremental_strategy='";
    Project project(Files{{"macros/m.sql", "{% macro get_incremental_newer_sql(arg_dict) %}{{ arg_dict.target_relation.identifier }} {{ arg_dict.temp_relation }} "
                                      "{{ arg_dict.unique_key }} {{ arg_dict.dest_columns | map(attribute='name') | join(',') }}{% endmacro %}"},
                     {"models/own.sql", config + "newer') }} select 1 as id"}, {"models/usual.sql", config + "delete+insert') }} select 1 as id"},
                     {"models/none.sql", config + "upside_down') }} select 1 as id"}, {"models/not_here.sql", config + "insert_overwrite') }} select 1 as id"}});
    EXPECT_TRUE(project.invocation->own_strategy("model.shop.own"));
    EXPECT_EQ(project.invocation->strategy_sql("model.shop.own", "public", "delta", {{"id", "integer", "integer", {}, {}, {}}}), R"(own "db"."public"."delta" id id)");
    EXPECT_FALSE(project.invocation->own_strategy("model.shop.usual"));
    EXPECT_NE(failure([&] { project.invocation->own_strategy("model.shop.none"); }).find("dbt could not find an incremental strategy macro with the name \"get_incremental_upside_down_sql\" in shop"),
              std::string::npos);
    EXPECT_NE(failure([&] { project.invocation->own_strategy("model.shop.not_here"); }).find("is not valid for this adapter"), std::string::npos);
}

TEST(Context, GenericTestsGetTheirArguments) {
    Project project(Files{{"models/base.sql", "select 1 as id"},
                     {"macros/t.sql", "{% test least(model, column_name, n) %}select {{ column_name }} from {{ model }} where {{ column_name }} < {{ n + 1 }}{% endtest %}"},
                     {"models/s.yml", "models: [{name: base, columns: [{name: id, data_tests: [{least: {n: 3}}]}]}]"}});
    for (const auto &[id, node] : project.manifest.nodes)
        if (node.resource_type == ResourceType::test) {
            EXPECT_EQ(project.invocation->compile(id).code, R"(select id from "db"."public"."base" where id < 4)");
            EXPECT_EQ(node.depends_on_nodes, std::vector<std::string>{"model.shop.base"});
        }
    EXPECT_FALSE(project.invocation->generic_test_overridden("not_null"));
}

TEST(Context, OperationsReturnTheirValue) {
    Project project(Files{{"macros/m.sql", "{% macro op(x) %}{% do log('hi ' ~ x, info=true) %}{{ return({'x': x, 'two': 2}) }}{% endmacro %}"}});
    EXPECT_EQ(project.invocation->run_operation("op", {{"x", 1}}).dump(), R"({"x":1,"two":2})");
    EXPECT_EQ(project.database.messages, std::vector<std::string>{"hi 1"});
    EXPECT_NE(failure([&] { project.invocation->run_operation("opp", Json::object()); }).find("\"op\""), std::string::npos);
}

TEST(Context, WhatOperationsReturnHasABound) {
    Project project(Files{{"macros/m.sql", R"(
        {% macro itself() %}{% set d = {} %}{% do d.update(a=d) %}{{ return(d) }}{% endmacro %}
        {% macro deep() %}{% set n = namespace(d={}) %}{% for i in range(100000) %}{% set n.d = {'a': n.d} %}{% endfor %}{{ return(n.d) }}{% endmacro %}
        {% macro wide() %}{% set n = namespace(l=1) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ return(n.l) }}{% endmacro %}
        {% macro long() %}{{ return(['x' * 10 ** 7] * 1000) }}{% endmacro %})"}});
    const auto returned = [&](const char *name) { return failure([&] { project.invocation->run_operation(name, Json::object()); }); };
    EXPECT_TRUE(returned("itself").starts_with("maximum recursion depth exceeded"));
    EXPECT_TRUE(returned("deep").starts_with("maximum recursion depth exceeded"));
    EXPECT_TRUE(returned("wide").starts_with("list of a template grew past its limit"));
    EXPECT_TRUE(returned("long").starts_with("output of a template grew past its limit"));
}

TEST(Context, OwnSnapshotStrategies) {
    const std::string snapshot = "{% snapshot s %}{{ config(unique_key='id', strategy='$', check_cols='all') }}select 1 as id{% endsnapshot %}";
    const auto own = [&](const std::string &strategy, const std::string &macros) {
        std::string text = snapshot;
        Project project(Files{{"snapshots/s.sql", text.replace(text.find('$'), 1, strategy)}, {"macros/m.sql", macros}});
        return project.invocation->own_strategy("snapshot.shop.s");
    };
    EXPECT_FALSE(own("check", ""));
    EXPECT_FALSE(own("nothing", ""));
    EXPECT_TRUE(own("mine", "{% macro snapshot_mine_strategy(a, b, c, d, e) %}{% endmacro %}"));
    EXPECT_TRUE(own("shop.mine", "{% macro snapshot_mine_strategy(a, b, c, d, e) %}{% endmacro %}"));
    EXPECT_TRUE(own("check", "{% macro default__snapshot_hash_arguments(args) %}1{% endmacro %}"));
}

TEST(Context, OwnMaterializationsRun) {
    Project project(Files{{"macros/mat.sql", "{% materialization mine, default %}{% call statement('main') %}create table {{ this }} as {{ sql }}{% endcall %}"
                                        "{{ return({'relations': [this.incorporate(type='table')]}) }}{% endmaterialization %}"},
                     {"models/top.sql", "{{ config(materialized='mine') }}select 1"}});
    EXPECT_EQ(project.invocation->own_materialization("mine"), "macro.shop.materialization_mine_default");
    EXPECT_EQ(project.invocation->own_materialization("table"), "");
    Project package(Files{{"dbt_packages/p/dbt_project.yml", "name: p\n"}, {"dbt_packages/p/macros/m.sql", "{% materialization view, adapter='postgres' %}{% endmaterialization %}{% materialization other, default %}{% endmaterialization %}"}});
    EXPECT_EQ(package.invocation->own_materialization("view"), "");
    EXPECT_EQ(package.invocation->own_materialization("other"), "macro.p.materialization_other_default");
    const auto relations = project.invocation->materialize("model.shop.top", project.invocation->compile("model.shop.top"));
    ASSERT_EQ(relations.size(), 1U);
    EXPECT_EQ(relations[0].identifier + " " + relations[0].type, "top table");
    ASSERT_EQ(project.database.statements.size(), 1U);
    EXPECT_EQ(project.database.statements[0], R"(create table "db"."public"."top" as select 1)");
}

TEST(Context, ErrorsNameFileLineAndWhatWasMeant) {
    Project project(Files{{"models/base.sql", "select 1"},
                     {"macros/m.sql", "\n{% macro broken() %}\n{{ nothing.at }}\n{% endmacro %}{% macro helper() %}{% endmacro %}"},
                     {"models/hidden.sql", "{% if execute %}{{ ref('base') }}{% endif %}"},
                     {"models/top.sql", "{% if execute %}\n{{ broken() }}{% endif %}"},
                     {"models/near.sql", "{% if execute %}{{ helpr() }}{% endif %}"}});
    const std::string broken = failure([&] { project.compile("top"); });
    EXPECT_NE(broken.find("macros/m.sql line 3"), std::string::npos) << broken;
    EXPECT_NE(broken.find("models/top.sql line 2"), std::string::npos) << broken;
    EXPECT_NE(failure([&] { project.compile("near"); }).find("\"helper\""), std::string::npos);
    EXPECT_NE(failure([&] { project.compile("hidden"); }).find("-- depends_on: {{ ref('base') }}"), std::string::npos);
}

TEST(Context, PythonModules) {
    Project project(Files{{"models/top.sql", "{{ modules.re.findall('(\\w)(\\d)', 'a1 b2') }} {{ modules.re.match('(?P<x>.)b', 'ab').group('x') }} "
                                        "{{ (modules.datetime.date(2024, 3, 1) - modules.datetime.date(2024, 2, 1)).days }} "
                                        "{{ modules.datetime.datetime(2024, 1, 2, 3, 4).strftime('%d %b %Y %H:%M') }} "
                                        "{{ modules.datetime.datetime.strptime('2024-01-31', '%Y-%m-%d').isoformat() }}"}});
    EXPECT_EQ(project.compile("top"), "[('a', '1'), ('b', '2')] a 29 02 Jan 2024 03:04 2024-01-31T00:00:00");
}

}  // namespace
}  // namespace mesh::core::project
