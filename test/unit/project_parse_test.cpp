// A project from text to manifest.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/macro_calls.h"
#include "core/project/manifest_json.h"
#include "core/project/parse.h"
#include "dev_settings.h"

namespace mesh::core::project {
namespace {

Files project(Files files) {
    files.emplace("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n");
    return files;
}

Manifest parsed(const Files &files) {
    return parse(project(files), settings());
}

// What parse() raises for these files: state, message, detail and hint on lines.
std::string refusal(const Files &files) {
    try {
        parsed(files);
    } catch (const Error &error) {
        return error.sqlstate + " " + error.what() + "\n" + error.detail + "\n" + error.hint;
    }
    return "nothing";
}

#define EXPECT_REFUSED(files, text) EXPECT_NE(refusal files.find(text), std::string::npos) << refusal files

TEST(ProjectParse, ModelsAndWhatTheyReadFrom) {
    const Manifest manifest = parsed({{"models/staging/a.sql", "select * from {{ source('raw', 'a') }}\n"},
                                      {"models/b.sql", "{{ config(alias='bb', schema='mart', tags=['t']) }}select * from {{ ref('a') }}"},
                                      {"models/s.yml", "sources:\n  - name: raw\n    tables: [{name: a}]\n"}});
    const Node &a = manifest.nodes.at("model.shop.a"), &b = manifest.nodes.at("model.shop.b");
    EXPECT_EQ(a.fqn, (std::vector<std::string>{"shop", "staging", "a"}));
    EXPECT_EQ(a.original_file_path, "models/staging/a.sql");
    EXPECT_EQ(a.depends_on_nodes, std::vector<std::string>{"source.shop.raw.a"});
    EXPECT_EQ(b.relation_name, "\"db\".\"dev_mart\".\"bb\"");
    EXPECT_EQ(b.depends_on_nodes, std::vector<std::string>{"model.shop.a"});
    EXPECT_EQ(b.tags, std::vector<std::string>{"t"});
    EXPECT_EQ(manifest.sources.at("source.shop.raw.a").relation_name, "\"db\".\"raw\".\"a\"");
}

TEST(ProjectParse, ProjectThenPropertiesThenFile) {
    Files files{{"dbt_project.yml", "name: shop\nmodels:\n  shop:\n    +tags: p\n    +materialized: table\n    sub: {+materialized: ephemeral, +alias: x}\n"},
                {"models/sub/a.sql", "{{ config(tags='f') }} select 1"},
                {"models/s.yml", "models:\n  - name: a\n    config: {tags: y, alias: z}\n    meta: {k: 1}\n"}};
    const Node node = parse(files, settings()).nodes.at("model.shop.a");
    EXPECT_EQ(node.config["materialized"], "ephemeral");
    EXPECT_EQ(node.config["tags"], (Json{"p", "y", "f"}));
    EXPECT_EQ(node.alias, "z");
    EXPECT_EQ(node.meta, (Json{{"k", 1}}));
    EXPECT_EQ(node.relation_name, "");
}

TEST(ProjectParse, GenericTests) {
    const Manifest manifest = parsed({{"models/b.sql", "select 1 as id"},
                                      {"models/s.yml", "models:\n  - name: b\n    columns:\n      - name: id\n        tags: [c]\n        tests:\n          - unique\n"
                                                       "          - not_null: {config: {severity: warn, where: 'id > 1'}}\n"}});
    const Node &test = manifest.nodes.at("test.shop.unique_b_id.fd91545187");
    EXPECT_EQ(test.attached_node, "model.shop.b");
    EXPECT_EQ(test.depends_on_nodes, std::vector<std::string>{"model.shop.b"});
    EXPECT_EQ(test.tags, std::vector<std::string>{"c"});
    EXPECT_EQ(test.schema, "dev_dbt_test__audit");
    EXPECT_EQ(manifest.nodes.at("model.shop.b").primary_key, std::vector<std::string>{"id"});
    for (const auto &[id, node] : manifest.nodes)
        if (node.test_metadata && node.test_metadata->name == "not_null") {
            EXPECT_EQ(node.config["severity"], "warn");
            EXPECT_EQ(node.raw_code, "{{ test_not_null(**_dbt_generic_test_kwargs) }}{{ config(severity=\"warn\",where=\"id > 1\") }}");
        }
}

TEST(ProjectParse, VersionedModels) {
    const Manifest manifest = parsed({{"models/m_v1.sql", "select 1 as id"},
                                      {"models/new.sql", "select 1 as id, 2 as b"},
                                      {"models/use.sql", "select * from {{ ref('m') }} join {{ ref('m', v=2) }} using (id)"},
                                      {"models/s.yml", "models:\n  - name: m\n    latest_version: 1\n    columns: [{name: id}, {name: b}]\n    versions:\n      - v: 1\n"
                                                       "        columns: [{include: all, exclude: [b]}]\n      - v: 2\n        defined_in: new\n"}});
    const Node &first = manifest.nodes.at("model.shop.m.v1"), &second = manifest.nodes.at("model.shop.m.v2");
    EXPECT_EQ(first.alias, "m_v1");
    EXPECT_EQ(first.columns.size(), 1u);
    EXPECT_EQ(second.columns.size(), 2u);
    EXPECT_EQ(second.latest_version, "1");
    EXPECT_EQ(second.fqn, (std::vector<std::string>{"shop", "m", "v2"}));
    EXPECT_EQ(manifest.nodes.at("model.shop.use").depends_on_nodes, (std::vector<std::string>{"model.shop.m.v1", "model.shop.m.v2"}));
}

TEST(ProjectParse, SnapshotsSeedsHooksAndDocs) {
    const Manifest manifest = parsed({{"dbt_project.yml", "name: shop\non-run-start: 'select 1'\non-run-end: ['select 2', 'select 3']\n"},
                                      {"seeds/s.csv", "id\n1\n"},
                                      {"snapshots/f.sql", "{% snapshot n %}{{ config(unique_key='id', strategy='check', check_cols='all') }} select * from {{ ref('s') }}{% endsnapshot %}"},
                                      {"snapshots/y.yml", "snapshots:\n  - name: y\n    relation: ref('s')\n    config: {unique_key: id, strategy: timestamp, updated_at: t}\n"},
                                      {"seeds/d.md", "{% docs d %}\nText\n{% enddocs %}"},
                                      {"seeds/p.yml", "seeds:\n  - name: s\n    description: \"{{ doc('d') }}!\"\n"}});
    EXPECT_EQ(manifest.nodes.at("seed.shop.s").description, "Text!");
    EXPECT_EQ(manifest.nodes.at("snapshot.shop.n").fqn, (std::vector<std::string>{"shop", "f", "n"}));
    EXPECT_EQ(manifest.nodes.at("snapshot.shop.y").raw_code, "select * from {{ ref('s') }}");
    EXPECT_EQ(manifest.on_run_start, std::vector<std::string>{"operation.shop.shop-on-run-start-0"});
    EXPECT_EQ(manifest.on_run_end.size(), 2u);
}

TEST(ProjectParse, PackagesAreReadWithTheirOwnNames) {
    Files files = project({{"models/a.sql", "select * from {{ ref('pkg', 'x') }}"},
                           {"dbt_packages/pkg/dbt_project.yml", "name: pkg\nmodels: {pkg: {+schema: own}}\n"},
                           {"dbt_packages/pkg/models/x.sql", "select 1"},
                           {"dbt_packages/pkg/models/y.sql", "select 1"}});
    files["dbt_project.yml"] = "name: shop\nmodels:\n  pkg:\n    y: {+enabled: false}\n";
    const Manifest manifest = parse(files, settings());
    EXPECT_EQ(manifest.nodes.at("model.pkg.x").schema, "dev_own");
    EXPECT_EQ(manifest.nodes.at("model.pkg.x").package_root, "dbt_packages/pkg/");
    EXPECT_EQ(manifest.nodes.at("model.shop.a").depends_on_nodes, std::vector<std::string>{"model.pkg.x"});
    ASSERT_EQ(manifest.disabled.size(), 1u);
    EXPECT_EQ(manifest.disabled[0].unique_id, "model.pkg.y");
}

TEST(ProjectParse, UnitTests) {
    const Manifest manifest = parsed({{"models/a.sql", "select 1 as id"}, {"models/b.sql", "select * from {{ ref('a') }}"}, {"tests/fixtures/f.csv", "id\n\n7\n"},
                                      {"models/s.yml", "unit_tests:\n  - name: u\n    model: b\n    given:\n      - {input: ref('a'), format: csv, fixture: f}\n"
                                                       "    expect: {rows: [{id: 7}]}\n"}});
    const OtherResource &test = manifest.others.at("unit_test.shop.b.u");
    EXPECT_EQ(test.depends_on_nodes, std::vector<std::string>{"model.shop.b"});
    EXPECT_EQ(test.content["given"][0]["rows"], (Json{{{"id", "7"}}}));
    EXPECT_EQ(test.content["checksum"], "b9e98b2b53f65c9dd25be4eaa04c2d2e43cb6b4168aedf4e31146aa91f1d81ff");  // what dbt 1.11 writes
}

TEST(ProjectParse, UnitTestsThatAreNone) {
    const auto refused = [](const std::string &model, const std::string &rest) {
        return refusal({{"models/a.sql", model}, {"models/s.yml", "unit_tests:\n  - {name: u, model: a, expect: {rows: []}, given: [" + rest + "}\n"}});
    };
    EXPECT_NE(refused("select 1", "], versions: {include: [1]}").find("should not have a versions include or exclude when referencing non-versioned model 'a'"), std::string::npos);
    EXPECT_NE(refused("select 1", "], versions: {include: [1], exclude: [2]}").find("Unit tests can not both include and exclude versions."), std::string::npos);
    EXPECT_NE(refused("select 1 {{ is_incremental() }}", "]").find("Boolean override for 'is_incremental' must be provided for unit test 'u' in model 'a'"), std::string::npos);
    EXPECT_NE(refused("select 1 {{ is_incremental() }}", "], overrides: {macros: {is_incremental: true}}").find("for incremental model 'a' must have a 'this' input"), std::string::npos);
    EXPECT_NE(refused("select 1", "{input: ref('s')}]").find("Unable to find seed 'shop.s' for unit tests"), std::string::npos);
    EXPECT_NE(refusal({{"tests/fixtures/x/f.csv", "a\n1\n"}, {"tests/fixtures/y/f.csv", "a\n1\n"}}).find("dbt found two fixtures with the name \"f\""), std::string::npos);
}

TEST(ProjectParse, NamesOfFilesEndInAnyCase) {
    const Manifest manifest = parsed({{"models/Big.SQL", "select 1 as id"}, {"models/S.YML", "models: [{name: Big, description: d}]\n"}, {"seeds/s.CSV", "id\n1\n"}});
    EXPECT_EQ(manifest.nodes.at("model.shop.Big").description, "d");
    EXPECT_EQ(manifest.nodes.at("seed.shop.s").original_file_path, "seeds/s.CSV");
}

TEST(ProjectParse, SourcesSayWhetherTheirTestsQuoteColumns) {
    const Manifest manifest = parsed({{"models/s.yml", "sources:\n  - name: raw\n    quoting: {column: false}\n    tables:\n"
                                                       "      - {name: a, quoting: {column: true}, columns: [{name: Id, tests: [unique]}, {name: B, quote: false, tests: [unique]}]}\n"
                                                       "      - {name: b, columns: [{name: Id, tests: [unique]}]}\n"}});
    std::map<std::string, std::string> columns;
    for (const auto &[id, node] : manifest.nodes) columns[node.name] = node.test_metadata->kwargs["column_name"];
    EXPECT_EQ(columns, (std::map<std::string, std::string>{{"source_unique_raw_a__Id_", "\"Id\""}, {"source_unique_raw_a_B", "B"}, {"source_unique_raw_b_Id", "Id"}}));
}

TEST(ProjectParse, GenericTestsAreReadWithTheMacrosOfEveryPackage) {
    const Files files{{"models/a.sql", "select 1 as id"}, {"models/s.yml", "models: [{name: a, tests: [pkg.same]}]\n"}, {"dbt_packages/pkg/dbt_project.yml", "name: pkg\n"},
                      {"dbt_packages/pkg/macros/m.sql", "{% test same(model) %}{{ adapter.dispatch('same_as')(model) }}{{ pkg.both() }}{% endtest %}{% macro default__same_as(m) %}select 1{% endmacro %}"
                                             "{% macro both() %}{{ plain() }}{% endmacro %}{% macro plain() %}union all select 2{% endmacro %}"}};
    EXPECT_EQ(parsed(files).nodes.size(), 2u);
}

TEST(ProjectParse, MacrosKnowWhichMacrosTheyCall) {
    const Manifest manifest = parsed({{"dbt_packages/pkg/dbt_project.yml", "name: pkg\n"},
                                      {"dbt_packages/pkg/macros/m.sql", "{% macro outer(x) %}{{ inner(x) }}{{ adapter.dispatch('by_engine', 'pkg')(x) }}{% endmacro %}"
                                                                        "{% macro inner(x) %}{{ return(x ~ ref('a') ~ var('v', 1) ~ run_query('select 1')) }}{% endmacro %}"
                                                                        "{% macro by_engine(x) %}{% endmacro %}{% macro default__by_engine(x) %}{% endmacro %}{% macro postgres__by_engine(x) %}{% endmacro %}"},
                                      {"macros/m.sql", "{% macro inner(x) %}{% call statement('s') %}{{ pkg.outer(pkg.outer(x)) }}{% endcall %}{{ nothing(adapter.quote(x)) }}{% endmacro %}"
                                                       "{% macro default__by_engine(x) %}{{ default__by_engine(x) }}{% endmacro %}{% macro elsewhere(x) %}{{ adapter.dispatch('by_engine', 'nowhere')(x) }}{% endmacro %}{% macro postgres__get_where_subquery(x) %}{{ x }}{% endmacro %}"},
                                      {"models/a.sql", "select 1 as id"}});
    using Ids = std::vector<std::string>;
    const auto called = [&](const char *id) { return manifest.macros.at(id).depends_on_macros; };
    EXPECT_EQ(called("macro.pkg.outer"), (Ids{"macro.pkg.inner", "macro.pkg.by_engine", "macro.shop.default__by_engine"}));
    EXPECT_EQ(called("macro.pkg.inner"), Ids{"macro.dbt.run_query"});
    EXPECT_EQ(called("macro.shop.inner"), (Ids{"macro.dbt.statement", "macro.pkg.outer"}));
    EXPECT_TRUE(called("macro.shop.default__by_engine").empty());
    EXPECT_EQ(called("macro.shop.elsewhere"), (Ids{"macro.pkg.by_engine", "macro.pkg.postgres__by_engine"}));  // a namespace that is no package's
    MacroDependencies dependencies(manifest);
    const auto of_built_in = [&](const char *id) { return dependencies.of(manifest.macros.at(id)); };
    EXPECT_EQ(of_built_in("macro.dbt.get_where_subquery"), Ids{"macro.shop.postgres__get_where_subquery"});
    EXPECT_EQ(dependencies.of(manifest.macros.at("macro.pkg.outer")), called("macro.pkg.outer"));
}

TEST(ProjectParse, MetricsAndWhatTheyCountAreChecked) {
    const auto refused = [](const std::string &text) { return refusal({{"models/a.sql", "select 1 as id"}, {"models/s.yml", text}}); };
    const auto metric = [&](const std::string &name, const std::string &type) { return refused("metrics:\n  - {name: '" + name + "', label: l, type: " + type + ", type_params: {measure: m}}\n"); };
    EXPECT_NE(metric("1 a", "simple").find("The metric name '1 a' is invalid.  It cannot contain spaces, must begin with a letter, must contain only letters, numbers and underscores\nIn models/s.yml, line 2."), std::string::npos);
    EXPECT_NE(metric(std::string(251, 'a'), "simple").find("It cannot contain more than 250 characters"), std::string::npos);
    EXPECT_NE(metric("m", "simpel").find("type of metric \"m\" has the unknown value \"simpel\""), std::string::npos);
    EXPECT_NE(refused("metrics:\n  - {name: m, label: l}\n").find("metric \"m\" has no type"), std::string::npos);
    EXPECT_NE(refused("saved_queries:\n  - {name: q}\n").find("saved query \"q\" has no query_params"), std::string::npos);
    EXPECT_NE(refused("semantic_models:\n  - {name: s}\n").find("semantic model \"s\" has no model"), std::string::npos);
    EXPECT_NE(refused("semantic_models:\n  - {name: s, model: ref('a'), entities: [{name: e}]}\n").find("entity of semantic model \"s\" has no type"), std::string::npos);
    EXPECT_NE(refused("semantic_models:\n  - {name: s, model: ref('a'), measures: [{name: e, agg: summ}]}\n").find("agg of measure \"e\" has the unknown value \"summ\""), std::string::npos);
    EXPECT_NE(refused("saved_queries:\n  - {name: q, query_params: {metrics: [gone]}}\n").find("depends on a metric named 'gone' which was not found"), std::string::npos);
    const std::string model = "semantic_models:\n  - {name: s, model: ref('a'), config: {enabled: $}, measures: [{name: m, agg: sum}]}\nmetrics:\n"
                              "  - {name: x, label: l, type: simple, type_params: {measure: m}, config: {enabled: $}}\n  - {name: y, label: l, type: derived, type_params: {expr: x, metrics: [x]}}\n";
    const auto enabled = [&](const std::string &semantic_model, const std::string &x) {
        std::string text = model;
        text.replace(text.find('$'), 1, semantic_model);
        return refused(text.replace(text.find('$'), 1, x));
    };
    EXPECT_NE(enabled("false", "true").find("The measure `m` is referenced on disabled semantic model `s`."), std::string::npos);
    EXPECT_NE(enabled("true", "false").find("The metric `x` is disabled and thus cannot be referenced."), std::string::npos);
    EXPECT_EQ(parsed({{"models/a.sql", "select 1 as id"}, {"models/s.yml", "semantic_models:\n  - {name: s, model: ref('a'), entities: [{name: e, type: PRIMARY}], measures: [{name: m, agg: SUM}]}\n"
                      "metrics:\n  - {name: n, label: l, type: simple, type_params: {measure: m}}\n"}}).others.size(), 2u);
}

TEST(ProjectParse, PartsOfSemanticModelsHaveDocs) {
    const Manifest manifest = parsed({{"models/a.sql", "select 1 as id"}, {"models/d.md", "{% docs d %}text{% enddocs %}"},
                                      {"models/s.yml", "semantic_models:\n  - name: s\n    model: ref('a')\n    entities: [{name: e, type: primary, description: \"{{ doc('d') }}\"}]\n"
                                                       "    dimensions: [{name: n, type: categorical, description: \"a {{ doc('d') }}\"}]\n"}});
    const Json &content = manifest.others.at("semantic_model.shop.s").content;
    EXPECT_EQ(content["entities"][0]["description"], "text");
    EXPECT_EQ(content["dimensions"][0]["description"], "a text");
}

TEST(ProjectParse, SnapshotsAreConfigured) {
    const auto refused = [](const std::string &config) { return refusal({{"snapshots/s.sql", "{% snapshot s %}{{ config(" + config + ") }}select 1 as id{% endsnapshot %}"}}); };
    EXPECT_NE(refused("strategy='check'").find("snapshot \"s\": Snapshots must be configured with a 'strategy' and 'unique_key'."), std::string::npos);
    EXPECT_NE(refused("unique_key='id', strategy='check', check_cols='id'").find("Invalid value for 'check_cols': id. Expected 'all' or a list of strings."), std::string::npos);
    EXPECT_NE(refused("unique_key='id', strategy='timestamp'").find("must specify an updated_at configuration."), std::string::npos);
}

TEST(ProjectParse, UnknownKeysAreWarnings) {
    const Manifest later = parsed({{"dbt_project.yml", "name: shop\nmodles: {}\n"}});
    ASSERT_EQ(later.warnings.size(), 1u);
    EXPECT_EQ(later.warnings[0].text, "unknown key \"modles\". Perhaps you mean \"models\".");
    EXPECT_EQ(later.warnings[0].line, 2u);
    const Manifest manifest = parsed({{"models/a.sql", "select 1"}, {"models/s.yml", "modles: []\nmodels:\n  - name: a\n    describtion: x\n  - name: b\n"}});
    ASSERT_EQ(manifest.warnings.size(), 3u);
    EXPECT_EQ(manifest.warnings[0].text, "unknown key \"modles\". Perhaps you mean \"models\".");
    EXPECT_EQ(manifest.warnings[1].text, "unknown key \"describtion\" of model \"a\". Perhaps you mean \"description\".");
    EXPECT_EQ(manifest.warnings[1].line, 4u);
    EXPECT_EQ(manifest.warnings[2].text, "Did not find matching node for patch with name 'b' in the 'models' section of file 'models/s.yml'. Perhaps you mean \"a\".");
}

TEST(ProjectParse, UnknownKeysOfSourcesAndExposuresAreWarnings) {
    const Manifest manifest = parsed({{"models/s.yml", "sources:\n  - name: raw\n    freshnes: {}\n    tables: [{name: a, anything: 1}]\n"
                                                       "exposures:\n  - {name: e, type: ml, owner: {name: me}, matureness: low}\n"}});
    ASSERT_EQ(manifest.warnings.size(), 2u);
    EXPECT_EQ(manifest.warnings[0].text, "unknown key \"freshnes\" of source \"raw\". Perhaps you mean \"freshness\".");
    EXPECT_EQ(manifest.warnings[1].text, "unknown key \"matureness\" of exposure \"e\"");
}

TEST(ProjectParse, ErrorsNameThePlaceAndWhatIsNear) {
    EXPECT_REFUSED(({{"models/a.sql", "select * from {{ ref('ordres') }}"}, {"models/orders.sql", "select 1"}}), "42704 Model 'model.shop.a' (models/a.sql) depends on a node named 'ordres' which was not found\nIn models/a.sql.\nPerhaps you mean \"orders\".");
    EXPECT_REFUSED(({{"models/a.sql", "select 1"}, {"models/x/a.sql", "select 1"}}), "42710 dbt found two models with the name \"a\"");
    EXPECT_REFUSED(({{"models/a.sql", "{{ config(alias='x') }} select 1"}, {"models/b.sql", "{{ config(alias='x') }} select 1"}}), "42710 dbt found two resources with the database representation \"db.dev.x\"");
    EXPECT_REFUSED(({{"models/a.sql", "select 1"}, {"models/s.yml", "models:\n  - name: a\n    access: private\n    group: g\n"}}), "42704 Invalid group 'g' of \"a\"");
    EXPECT_REFUSED(({{"models/a.sql", "select {{ 1 "}}), "42601");
    EXPECT_REFUSED(({{"models/s.yml", "models:\n  - nam: a\n"}}), "an entry of \"models\" has no name\nIn models/s.yml, line 2.");
    EXPECT_REFUSED(({{"models/a.sql", "select 1"}, {"models/s.yml", "models:\n  - name: a\n    description: \"{{ doc('no') }}\"\n"}}), "42704 docs block \"no\" does not exist");
}

TEST(ProjectParse, ATestThatDoesNotExistIsTold) {
    const Manifest manifest = parsed({{"models/a.sql", "select 1 as i"}, {"models/s.yml", "models:\n  - name: a\n    columns:\n      - {name: i, tests: [uniqe]}\n"}});
    ASSERT_EQ(manifest.warnings.size(), 1u);
    EXPECT_EQ(manifest.warnings[0].text, "test \"uniqe\" on \"a\" does not exist. Perhaps you mean \"unique\".");
    EXPECT_EQ(manifest.nodes.lower_bound("test.shop.uniqe_a_i.")->second.depends_on_nodes, std::vector<std::string>{"model.shop.a"});
}

TEST(ProjectParse, PrivateModelsAreForTheirGroup) {
    const Files files{{"models/a.sql", "select 1"}, {"models/b.sql", "select * from {{ ref('a') }}"},
                      {"models/s.yml", "groups: [{name: g, owner: {name: me}}]\nmodels:\n  - {name: a, config: {access: private, group: g}}\n"}};
    EXPECT_REFUSED((files), "42501 node model.shop.b attempted to reference node model.shop.a, which is not allowed because the referenced node is private to the 'g' group");
    Files same = files;
    same["models/b.sql"] = "{{ config(group='g') }} select * from {{ ref('a') }}";
    EXPECT_EQ(parsed(same).nodes.size(), 2u);
}

TEST(ProjectParse, ATestOfADisabledModelIsDisabledToo) {
    const Manifest manifest = parsed({{"models/a.sql", "{{ config(enabled=false) }} select 1"}, {"models/s.yml", "models: [{name: a, columns: [{name: i, tests: [unique]}]}]\n"}});
    EXPECT_TRUE(manifest.nodes.empty());
    EXPECT_EQ(manifest.disabled.size(), 2u);
    ASSERT_EQ(manifest.warnings.size(), 1u);
    EXPECT_EQ(manifest.warnings[0].weight, "debug");
    // As in dbt's manifest the test is a node that is not enabled, for the model is what somebody disabled.
    const Json json = Json::parse(manifest_text(manifest));
    ASSERT_EQ(json["nodes"].size(), 1u);
    EXPECT_EQ(json["nodes"].front()["config"]["enabled"], false);
    EXPECT_EQ(json["disabled"].size(), 1u);
}

TEST(ProjectParse, TestsThatAreSwitchedOffStandOnAModelThatIs) {
    std::string tests;
    for (int i = 0; i < 20; ++i) tests += "      - unique: {name: t" + std::to_string(i) + ", column_name: id, config: {enabled: false}}\n";
    const Manifest manifest = parsed({{"models/old.sql", "{{ config(enabled=false, group='somebody_with_a_long_name') }} select 1 as id"},
                                      {"models/s.yml", "groups: [{name: somebody_with_a_long_name, owner: {name: me}}]\nmodels:\n  - name: old\n    data_tests:\n" + tests}});
    ASSERT_EQ(manifest.disabled.size(), 21u);
    for (const Node &node : manifest.disabled) EXPECT_EQ(node.group, "somebody_with_a_long_name") << node.unique_id;
    EXPECT_EQ(manifest.disabled.back().attached_node, "model.shop.old");
}

TEST(ProjectParse, ATestOfADisabledSourceIsANote) {
    const Manifest manifest = parsed({{"models/s.yml", "sources: [{name: raw, tables: [{name: a, config: {enabled: false}, columns: [{name: i, tests: [unique]}]}]}]\n"}});
    ASSERT_EQ(manifest.warnings.size(), 1u);
    EXPECT_EQ(manifest.warnings[0].weight, "note");
    const Manifest missing = parsed({{"tests/t.sql", "select * from {{ ref('nowhere') }}"}});
    ASSERT_EQ(missing.warnings.size(), 1u);
    EXPECT_EQ(missing.warnings[0].weight, "warning");
}

TEST(ProjectParse, NotAProject) {
    try {
        parse({{"models/a.sql", "select 1"}}, settings());
        FAIL();
    } catch (const Error &error) {
        EXPECT_STREQ(error.what(), "no dbt_project.yml found");
    }
}

}  // namespace
}  // namespace mesh::core::project
