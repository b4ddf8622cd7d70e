// What dbt_project.yml, configs and property files may say.
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/project/colors.h"
#include "core/project/parse.h"
#include "dev_settings.h"

namespace mesh::core::project {
namespace {

// What parse() raises for these files: message and hint on lines.
std::string refusal(Files files) {
    files.emplace("dbt_project.yml", "name: shop\n");
    try {
        parse(files, settings());
    } catch (const Error &error) {
        return error.what() + ("\n" + error.hint);
    }
    return "nothing";
}

// Of a dbt_project.yml that says this too.
std::string told(const std::string &text) {
    return refusal({{"dbt_project.yml", "name: shop\n" + text + "\n"}});
}

std::string first_line(const std::string &text) {
    return text.substr(0, text.find('\n'));
}

TEST(ProjectRules, WhatAProjectSaysIsOfTheTypesThatDbtTakes) {
    EXPECT_EQ(first_line(told("version: invalid")), "at path ['version']: 'invalid' is not valid under any of the given schemas");
    EXPECT_EQ(first_line(told("version: true")), "at path ['version']: True is not valid under any of the given schemas");
    EXPECT_EQ(first_line(told("dbt-cloud: Some string")), "at path ['dbt-cloud']: 'Some string' is not valid under any of the given schemas");
    EXPECT_EQ(first_line(told("model-paths: models")), "at path ['model-paths']: 'models' is not valid under any of the given schemas");
    EXPECT_EQ(first_line(told("restrict-access: maybe")), "at path ['restrict-access']: 'maybe' is not of type 'boolean'");
    EXPECT_EQ(first_line(told("sources:")), "at path ['sources']: None is not of type 'object'");
    EXPECT_EQ(first_line(told("vars: []")), "at path ['vars']: [] is not valid under any of the given schemas");
    EXPECT_EQ(first_line(told("quoting: {schema: x}")), "at path ['quoting']: {'schema': 'x'} is not valid under any of the given schemas");
    EXPECT_EQ(first_line(told("query-comment: {other: 1}")), "at path ['query-comment']: {'other': 1} is not valid under any of the given schemas");
    EXPECT_EQ(first_line(told("dispatch: [{macro_namespace: x}]")), "Invalid project dispatch config: {'macro_namespace': 'x'}");
}

TEST(ProjectRules, WhatDbtTakes) {
    for (const char *text : {"version: 1.0.0", "version: '1.0'", "version: 1", "version: 1.2.3-beta.1+build", "version:", "models:", "on-run-start: select 1", "vars:", "query-comment:",
                             "query-comment: {comment: c, append: true, job-label: false}", "dispatch: [{macro_namespace: x, search_order: [shop]}]", "dbt-cloud: {project-id: 1}",
                             "data_tests: {}", "tests: {}", "saved-queries: {}", "quoting: {schema: false}", "require-dbt-version: ['>=1.0.0']", "of-a-later-version: 1"})
        EXPECT_EQ(told(text), "nothing") << text;
}

TEST(ProjectRules, ColorsOfTheDocumentation) {
    for (const char *color : {"red", "RebeccaPurple", "aliceblue", "yellowgreen", "#fff", "#00FF7f"}) EXPECT_TRUE(is_color(color)) << color;
    for (const char *color : {"", " ", "redd", "re", "red blue", "#ff", "#ggg", "grey", "#fffffff"}) EXPECT_FALSE(is_color(color)) << color;
    EXPECT_EQ(first_line(refusal({{"models/a.sql", "{{ config(docs={'node_color': 'aweioohafio23f'}) }}select 1 as id"}})),
              "Invalid color name for docs.node_color: aweioohafio23f. It is neither a valid HTML color name nor a valid HEX code.");
    EXPECT_EQ(refusal({{"models/a.sql", "{{ config(docs={'node_color': 'purple'}) }}select 1 as id"}}), "nothing");
}

TEST(ProjectRules, NamesHaveNoSpacesUnlessTheFlagLetsThem) {
    const Files files{{"models/a b.sql", "select 1 as id"}, {"models/c.sql", "select 1 as id"}, {"models/s.yml", "models: [{name: c, columns: [{name: id, data_tests: [{unique: {name: is one}}]}]}]"}};
    EXPECT_EQ(refusal(files), "Resource names cannot contain spaces:\n  * 'model.shop.a b' (models/a b.sql)\n  * 'test.shop.is one.b812e3e84c' (models/s.yml)\n"
                              "Please rename the invalid model(s) so that their name(s) do not contain any spaces.\n"
                              "The flag require_resource_names_without_spaces: false in dbt_project.yml makes this a warning.");
    Files allowed = files;
    allowed.emplace("dbt_project.yml", "name: shop\nflags: {require_resource_names_without_spaces: false}\n");
    const Manifest manifest = parse(allowed, settings());
    ASSERT_EQ(manifest.warnings.size(), 2u);
    EXPECT_EQ(manifest.warnings[0].text, "Found spaces in the name of `model.shop.a b`. This is deprecated, and may lead to errors when using dbt.");
    EXPECT_EQ(manifest.warnings[0].file, "models/a b.sql");
}

TEST(ProjectRules, SeedsSnapshotsAndTestsHaveOneMaterialization) {
    EXPECT_EQ(first_line(refusal({{"seeds/s.csv", "a\n1\n"}, {"seeds/s.yml", "seeds: [{name: s, config: {materialized: table}}]"}})), "A seed must have a materialized value of 'seed'");
    EXPECT_EQ(first_line(refusal({{"tests/t.sql", "{{ config(materialized='view') }}select 1"}})), "A test must have a materialized value of 'test'");
    EXPECT_EQ(first_line(refusal({{"snapshots/s.sql", "{% snapshot s %}{{ config(unique_key='id', strategy='check', check_cols='all', materialized='table') }}select 1 as id{% endsnapshot %}"}})),
              "A snapshot must have a materialized value of 'snapshot'");
    EXPECT_EQ(first_line(refusal({{"tests/t.sql", "{{ config(severity='loud') }}select 1"}})), "Severity must be either 'warn' or 'error'. Got 'loud'");
    EXPECT_EQ(refusal({{"tests/t.sql", "{{ config(severity='Warn', materialized='test') }}select 1"}}), "nothing");
}

TEST(ProjectRules, ConfigsAreOfTheTypesThatDbtTakes) {
    const auto model = [](const std::string &config) { return first_line(refusal({{"models/a.sql", "select 1 as id"}, {"models/s.yml", "models: [{name: a, config: {" + config + "}}]"}})); };
    EXPECT_EQ(model("alias: 5"), "at path ['alias']: 5 is not valid under any of the given schemas");
    EXPECT_EQ(model("tags: [1]"), "at path ['tags']: [1] is not valid under any of the given schemas");
    EXPECT_EQ(model("unique_key: {a: 1}"), "at path ['unique_key']: {'a': 1} is not valid under any of the given schemas");
    EXPECT_EQ(model("docs: {show: x}"), "at path ['docs']['show']: 'x' is not of type 'boolean'");
    EXPECT_EQ(model("persist_docs: x"), "Field \"persist_docs\" of type Dict[str, Any] has invalid value 'x'");
    EXPECT_EQ(model("on_configuration_change: foo"), "Field \"on_configuration_change\" of type OnConfigurationChangeOption has invalid value 'foo'");
    EXPECT_EQ(model("freshness: {build_after: {count: 1}}"), "`freshness.build_after` must have a value for `period` if a `count` is provided");
    for (const char *config : {"alias: x", "tags: x", "tags: [x]", "unique_key: [a, b]", "unique_key: null", "on_configuration_change: continue", "persist_docs: {relation: true}", "schema: null",
                               "freshness: {build_after: {count: 1, period: day}}"})
        EXPECT_EQ(model(config), "nothing") << config;
    EXPECT_EQ(first_line(refusal({{"tests/t.sql", "{{ config(warn_if=5) }}select 1"}})), "at path ['warn_if']: 5 is not of type 'string'");
    EXPECT_EQ(first_line(refusal({{"seeds/s.csv", "a\n1\n"}, {"seeds/s.yml", "seeds: [{name: s, config: {quote_columns: x}}]"}})),
              "at path ['quote_columns']: 'x' is not valid under any of the given schemas");
}

TEST(ProjectRules, PropertiesAreOfTheTypesThatDbtTakes) {
    const auto problem = [](const std::string &text) {
        const std::string told = first_line(refusal({{"models/a.sql", "select 1 as id"}, {"macros/m.sql", "{% macro m(x) %}{% endmacro %}"}, {"models/s.yml", text}}));
        return told == "nothing" || told.find(" - ") == std::string::npos ? told : told.substr(told.find(" - ") + 3);
    };
    EXPECT_EQ(first_line(refusal({{"models/a.sql", "select 1 as id"}, {"models/s.yml", "models: [{name: a, description: 5}]"}})),
              "Invalid models config given in models/s.yml @ models: 'a' - at path ['description']: 5 is not of type 'string'");
    EXPECT_EQ(problem("models: [{name: a, columns: [{name: id, quote: x}]}]"), "at path ['columns'][0]['quote']: 'x' is not valid under any of the given schemas");
    EXPECT_EQ(problem("models: [{name: a, columns: [{name: id, tags: x}]}]"), "at path ['columns'][0]['tags']: 'x' is not of type 'array'");
    EXPECT_EQ(problem("models: [{name: a, constraints: [{type: x}]}]"),
              "at path ['constraints'][0]['type']: 'x' is not one of ['check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom']");
    EXPECT_EQ(problem("macros: [{name: m, arguments: [{type: x}]}]"), "at path ['arguments'][0]: 'name' is a required property");
    EXPECT_EQ(problem("sources: [{name: x, tables: [{name: y, freshness: {warn_after: {count: 1, period: week}}}]}]"),
              "at path ['tables'][0]['freshness']['warn_after']['period']: 'week' is not one of ['minute', 'hour', 'day']");
    EXPECT_EQ(problem("sources: [{name: x, quoting: {identifier: y}, tables: [{name: y}]}]"), "at path ['quoting']['identifier']: 'y' is not valid under any of the given schemas");
    EXPECT_EQ(problem("exposures: [{name: e, type: x, owner: {name: n}}]"), "at path ['type']: 'x' is not one of ['dashboard', 'notebook', 'analysis', 'ml', 'application']");
    EXPECT_EQ(problem("exposures: [{name: e, type: ml, owner: {}}]"), "at path []: Exposure owner must have at least one of 'name' or 'email'.");
    for (const char *text : {"models: [{name: a, description: null, columns: [{name: id, data_type: null, quote: true, anything: 1}], anything: 1}]",
                             "sources: [{name: x, loader: l, schema: null, freshness: null, tables: [{name: y, loader: 5, anything: 1, freshness: {warn_after: {count: \"{{ var('hours', 12) }}\", period: hour}}}]}]",
                             "exposures: [{name: e, type: dashboard, maturity: low, tags: [a], owner: {name: n, email: [a, b], slack: s}}]"})
        EXPECT_EQ(problem(text), "nothing") << text;
}

TEST(ProjectRules, DeprecationDatesAreDates) {
    const auto problem = [](const std::string &date) {
        const std::string told = first_line(refusal({{"models/a.sql", "select 1 as id"}, {"models/s.yml", "models: [{name: a, deprecation_date: " + date + "}]"}}));
        return told == "nothing" ? told : told.substr(told.find(" - ") + 3);
    };
    EXPECT_EQ(problem("2024"), "at path ['deprecation_date']: 2024 is not valid under any of the given schemas");
    EXPECT_EQ(problem("true"), "at path ['deprecation_date']: True is not valid under any of the given schemas");
    EXPECT_EQ(problem("soon"), "at path ['deprecation_date']: Unknown string format: soon");
    EXPECT_EQ(first_line(refusal({{"models/a.sql", "select 1 as id"}, {"models/s.yml", "models: [{name: a, latest_version: 1, versions: [{v: 1, deprecation_date: soon, defined_in: a}]}]"}})),
              "Invalid models config given in models/s.yml @ models: 'a' - at path ['versions'][0]['deprecation_date']: Unknown string format: soon");
    for (const char *date : {"2024-01-01", "'2024-01-01'", "2024-01-01 10:00:00.00+00:00", "'Jan 1 2024'", "null"}) EXPECT_EQ(problem(date), "nothing") << date;
}

TEST(ProjectRules, ConfigsOfGenericTestsSeeNoMacros) {
    const std::string test = "models: [{name: a, columns: [{name: id, data_tests: [{not_null: {config: {where: \"id = (select 1 from {{ ref('a') }})\"}}}]}]}]";
    EXPECT_EQ(refusal({{"models/a.sql", "select 1 as id"}, {"models/s.yml", test}}).substr(0, 177),
              "Invalid generic test configuration given in models/s.yml: \nThe a.id column's \"not_null\" test references an undefined macro in its where configuration argument. The macro 'ref' i");
    const std::string twice = "models: [{name: a, columns: [{name: id, data_tests: [{not_null: {config: {where: id > 1}}}, {not_null: {config: {where: id > 2}}}]}]}]";
    EXPECT_EQ(first_line(refusal({{"models/a.sql", "select 1 as id"}, {"models/s.yml", twice}})), "dbt found two data_tests with the name \"not_null_a_id\"");
}

TEST(ProjectRules, TestsWrittenForTheirAnchorsAreNoPropertiesOfTests) {
    const Manifest manifest = parse({{"dbt_project.yml", "name: shop\n"}, {"models/a.sql", "select 1 as id"},
                                     {"models/s.yml", "data_tests: &keys\n  - not_null: {config: {where: id > 0}}\nmodels: [{name: a, columns: [{name: id, data_tests: *keys}]}]\n"}},
                                    settings());
    ASSERT_EQ(manifest.warnings.size(), 1u);
    EXPECT_EQ(manifest.warnings[0].text, "Unable to parse 'data_tests' section of file 'models/s.yml': Entry did not contain a name");
    EXPECT_EQ(manifest.nodes.size(), 2u);
}

TEST(ProjectRules, DocBlocksAreThoseThatStandInADescription) {
    const Manifest manifest = parse({{"dbt_project.yml", "name: shop\n"}, {"models/a.sql", "select 1 as id"}, {"models/d.md", "{% docs d %}a {x}{% enddocs %}"},
                                     {"models/s.yml", "models:\n  - name: a\n    description: \"{{ doc('d') }} and {{ doc('shop', 'd') }}\"\n    columns:\n"
                                                      "      - {name: id, description: \"{{ doc('d').format(x = 'b') }}\"}\n      - {name: other, doc_blocks: 2}\n"}},
                                    settings());
    const Node &node = manifest.nodes.at("model.shop.a");
    EXPECT_EQ(node.doc_blocks, (Json{"doc.shop.d", "doc.shop.d"}));
    EXPECT_EQ(node.columns[0].description, "a b");
    for (const ColumnInfo &column : node.columns) EXPECT_FALSE(column.extra.contains("doc_blocks"));
}

TEST(ProjectRules, ExposuresAddToWhatTheProjectSaysOfAll) {
    const Manifest manifest = parse({{"dbt_project.yml", "name: shop\nexposures: {tags: [all, both], meta: {a: 1, b: 2}}\n"},
                                     {"models/s.yml", "exposures: [{name: e, type: dashboard, owner: {name: me}, config: {tags: [both, own], meta: {b: 3}}}]"}},
                                    settings());
    const Json &content = manifest.others.at("exposure.shop.e").content;
    EXPECT_EQ(content["tags"], (Json{"all", "both", "own"}));
    EXPECT_EQ(content["config"]["tags"], content["tags"]);
    EXPECT_EQ(content["config"]["meta"], (Json{{"a", 1}, {"b", 3}}));
}

}  // namespace
}  // namespace mesh::core::project
