// A project read in part is the project read whole.
#include <gtest/gtest.h>

#include "core/error.h"
#include "dev_settings.h"
#include "stored_project.h"

namespace mesh::core::project {
namespace {

const Files project = {
    {"dbt_project.yml", "name: shop\nprofile: shop\nvars: {least: 10}\nmodels: {shop: {marts: {+materialized: table, +tags: m}}}\non-run-start: [\"select 1\"]\n"},
    {"packages.yml", "packages: [{local: tools}]\n"},
    {"tools/dbt_project.yml", "name: tools\n"},
    {"tools/macros/t.sql", "{% macro double(x) %}2 * {{ x }}{% endmacro %}"},
    {"tools/models/days.sql", "select 1 as day"},
    {"tools/models/t.yml", "models: [{name: days, columns: [{name: day, data_tests: [unique]}]}]\n"},
    {"macros/cents.sql", "{% macro cents(x) %}{{ x }} * 100{% endmacro %}{% test at_least(model, column_name, value) %}select 1 from {{ model }}{% endtest %}"},
    {"seeds/countries.csv", "id\n1\n"},
    {"models/docs.md", "{% docs money %}In cents.{% enddocs %}"},
    {"models/sources.yml", "sources: [{name: raw, tables: [{name: orders, columns: [{name: id, data_tests: [not_null]}]}, {name: people}]}]\n"},
    {"models/stg.sql", "select id, {{ cents('amount') }} as amount from {{ source('raw', 'orders') }}"},
    {"models/marts/sums.sql", "{{ config(tags=['x']) }} select {{ double(1) }} from {{ ref('stg') }}"},
    {"models/marts/late.sql", "{{ config(materialized='ephemeral') }}select * from {{ ref('sums') }} join {{ ref('days') }} using (day)"},
    {"models/marts/marts.yml",
     "models:\n  - name: sums\n    description: \"{{ doc('money') }}\"\n    columns: [{name: id, data_tests: [unique, not_null]}, {name: v, description: a, data_tests: [{at_least: {value: \"{{ var('least') }}\"}}]}]\n"
     "  - name: late\n    unknown: 1\n    columns: [{name: id, data_tests: [{relationships: {to: ref('stg'), field: id}}]}]\n"},
    {"models/stg.yml", "models: [{name: stg, config: {group: g, access: protected}, columns: [{name: id, data_tests: [{relationships: {to: ref('nowhere'), field: id}}]}]}]\n"},
    {"models/groups.yml", "groups: [{name: g, owner: {name: Ann}}]\nexposures: [{name: board, type: dashboard, owner: {name: Ann}, depends_on: [ref('sums')]}]\n"},
    {"models/versions.yml", "models: [{name: price, latest_version: 1, versions: [{v: 1}, {v: 2}], columns: [{name: id, data_tests: [unique]}]}]\n"},
    {"models/price_v1.sql", "select 1 as id"},
    {"models/price_v2.sql", "select 2 as id from {{ ref('price', v=1) }}"},
    {"analyses/look.sql", "select * from {{ ref('late') }}"},
    {"tests/positive.sql", "select * from {{ ref('stg') }} where amount < 0"},
    {"snapshots/both.sql", "{% snapshot a_history %}{{ config(unique_key='id', strategy='check', check_cols='all') }}select * from {{ ref('stg') }}{% endsnapshot %}"
                           "{% snapshot b_history %}{{ config(unique_key='id', strategy='check', check_cols='all') }}select * from {{ ref('sums') }}{% endsnapshot %}"},
    {"functions/twice.sql", "select 2 * x"},
    {"functions/four.sql", "select {{ function('twice') }}(x)"},
    {"functions/functions.yml", "functions:\n  - {name: twice, arguments: [{name: x, data_type: int}], returns: {data_type: int}}\n"
                                "  - {name: four, arguments: [{name: x, data_type: int}], returns: {data_type: int}}\n"},
    {"models/calls.sql", "select {{ function('four') }}(1) as v"},
    {"snapshots/yaml.yml", "snapshots: [{name: c_history, relation: ref('sums'), config: {unique_key: id, strategy: timestamp, updated_at: at}}]\n"},
};

using Whole = std::pair<Resources, Json>;  // resources and head

Whole whole(const Manifest &manifest) {
    Resources resources;
    for_each_resource(manifest, [&](const std::string &id, Json json) { resources[id] = json.dump(); });
    return {resources, head_to_json(manifest)};
}

Whole merged(const sample::StoredInMemory &stored, const Part &part) {
    Resources resources = stored.resources;
    for (const auto &[id, text] : part.before) resources.erase(id);
    for (const auto &[id, text] : part.after) resources[id] = text;
    return {resources, head_to_json(part.manifest)};
}

// "part" when it was read in part, "whole: why" or "error: what" otherwise. In part it must come out as the whole does.
std::string outcome(const Files &before, const Files &changed) {
    sample::StoredInMemory stored(before, parse(before, settings()));
    Files after = before;
    for (const auto &[path, text] : changed) after[path] = text;
    try {
        auto read = parse_part(stored.head, changed, settings(), stored);
        if (const NotInPart *not_in_part = std::get_if<NotInPart>(&read)) return "whole: " + not_in_part->reason;
        const Whole part = merged(stored, std::get<Part>(read)), all = whole(parse(after, settings()));
        EXPECT_EQ(part.second, all.second);
        for (const auto &[id, text] : all.first) EXPECT_EQ(part.first.contains(id) ? part.first.at(id) : "none", text);
        EXPECT_EQ(part.first.size(), all.first.size());
        return "part";
    } catch (const Error &error) {
        EXPECT_THROW(parse(after, settings()), Error);
        return std::string("error: ") + error.what();
    }
}

std::string outcome(const Files &changed) {
    return outcome(project, changed);
}

// The file with a text in it replaced.
Files edited(const std::string &path, const std::string &from, const std::string &to) {
    std::string text = project.at(path);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return {{path, text.replace(at, from.size(), to)}};
}

TEST(ProjectPart, NothingChanged) {
    EXPECT_EQ(outcome(Files{}), "part");
    for (const auto &[path, text] : project) outcome({{path, text}});
    EXPECT_EQ(outcome({{"models/stg.sql", project.at("models/stg.sql")}}), "part");
}

TEST(ProjectPart, TextOfANode) {
    EXPECT_EQ(outcome(edited("models/stg.sql", "select id", "select id, 1 as one")), "part");
    EXPECT_EQ(outcome(edited("models/marts/sums.sql", "ref('stg')", "ref('days')")), "part");
    EXPECT_EQ(outcome(edited("models/marts/sums.sql", "'x'", "'y', 'z'")), "part");
    EXPECT_EQ(outcome(edited("models/marts/late.sql", "ephemeral", "view")), "whole: others may depend on what is another about \"model.shop.late\"");
    EXPECT_EQ(outcome(edited("models/price_v2.sql", "select 2", "select 3")), "part");
    EXPECT_EQ(outcome(edited("tools/models/days.sql", "select 1", "select 2")), "part");
    EXPECT_EQ(outcome(edited("analyses/look.sql", "*", "1")), "part");
    EXPECT_EQ(outcome(edited("tests/positive.sql", "amount < 0", "amount < 1")), "part");
    EXPECT_EQ(outcome(edited("snapshots/both.sql", "check_cols='all'", "check_cols=['id']")), "part");
    EXPECT_EQ(outcome(edited("seeds/countries.csv", "1", "2")), "part");
}

TEST(ProjectPart, Functions) {
    EXPECT_EQ(outcome(edited("functions/twice.sql", "2 * x", "x + x")), "part");
    EXPECT_EQ(outcome(edited("functions/four.sql", "twice", "four2")), "error: Function 'function.shop.four' (functions/four.sql) depends on a function named 'four2' which was not found");
    EXPECT_EQ(outcome(edited("models/calls.sql", "four", "twice")), "part");
    EXPECT_EQ(outcome(edited("functions/functions.yml", "data_type: int}}\n  - {name: four", "data_type: bigint}}\n  - {name: four")), "part");
    EXPECT_EQ(outcome(edited("functions/functions.yml", "{name: four,", "{name: four, description: d,")), "part");
}

TEST(ProjectPart, Properties) {
    EXPECT_EQ(outcome(edited("models/marts/marts.yml", "description: a", "description: \"{{ doc('money') }} b\"")), "part");
    EXPECT_EQ(outcome(edited("models/marts/marts.yml", "[unique, not_null]", "[not_null]")), "part");
    EXPECT_EQ(outcome(edited("models/marts/marts.yml", "unknown: 1", "unknwn: 1\n    dscription: x")), "part");
    EXPECT_EQ(outcome(edited("models/marts/marts.yml", "var('least')", "var('least') + 1")), "part");
    EXPECT_EQ(outcome(edited("models/marts/marts.yml", "  - name: late", "\n\n  - name: late")), "part");
    EXPECT_EQ(outcome(edited("models/marts/marts.yml", "[unique, not_null]", "[unique, {not_null: {config: {enabled: false}}}]")), "part");
    EXPECT_EQ(outcome(edited("models/marts/marts.yml", "description: \"{{", "config: {materialized: view, meta: {a: 1}}\n    description: \"{{")), "part");
    EXPECT_EQ(outcome({{"models/marts/marts.yml", "models: []\n"}}), "part");
    EXPECT_EQ(outcome({{"models/marts/marts.yml", ""}}), "part");
    EXPECT_EQ(outcome(edited("models/stg.yml", "nowhere", "sums")), "part");
    EXPECT_EQ(outcome(edited("models/sources.yml", "[not_null]", "[unique]")), "part");
    EXPECT_EQ(outcome(edited("models/sources.yml", "name: people", "name: people, identifier: persons, description: p")), "part");
    EXPECT_EQ(outcome(edited("models/versions.yml", "[unique]", "[not_null]")), "part");
    EXPECT_EQ(outcome(edited("snapshots/yaml.yml", "at}", "at, meta: {a: 1}}")), "part");
}

TEST(ProjectPart, SeveralFiles) {
    Files changed = edited("models/stg.sql", "select id", "select id, 1 as one");
    changed.merge(edited("models/stg.yml", "access: protected", "meta: {a: 1}"));
    changed.merge(edited("models/marts/marts.yml", "description: a", "description: b"));
    EXPECT_EQ(outcome(changed), "part");
}

TEST(ProjectPart, WhatReachesFurtherIsReadWhole) {
    const auto whole = [](const Files &changed) { return outcome(changed).rfind("whole: ", 0) == 0; };
    EXPECT_TRUE(whole(edited("macros/cents.sql", "100", "1000")));
    EXPECT_TRUE(whole(edited("tools/macros/t.sql", "2 *", "3 *")));
    EXPECT_TRUE(whole(edited("models/docs.md", "In", "in")));
    EXPECT_TRUE(whole(edited("dbt_project.yml", "least: 10", "least: 11")));
    EXPECT_TRUE(whole(edited("models/groups.yml", "Ann", "Ben")));
    EXPECT_TRUE(whole(edited("models/stg.yml", "group: g, access: protected", "group: g, access: private")));
    EXPECT_TRUE(whole(edited("models/stg.sql", "select id", "{{ config(alias='x') }}select id")));
    EXPECT_TRUE(whole(edited("models/stg.sql", "select id", "{{ config(enabled=false) }}select id")));
    EXPECT_TRUE(whole(edited("models/sources.yml", "name: people", "name: persons")));
    EXPECT_TRUE(whole(edited("models/versions.yml", "{v: 2}", "{v: 2}, {v: 3, defined_in: late}")));
    EXPECT_TRUE(whole(edited("snapshots/both.sql", "b_history", "d_history")));
    EXPECT_TRUE(whole(edited("models/marts/marts.yml", "name: late", "name: lte")));
}

TEST(ProjectPart, MistakesAreMistakes) {
    const auto mistake = [](const Files &changed) { return outcome(changed).rfind("error: ", 0) == 0; };
    EXPECT_TRUE(mistake(edited("models/stg.sql", "select id", "select {{ 1 + ")));
    EXPECT_TRUE(mistake(edited("models/stg.sql", "'orders'", "'order'")));
    EXPECT_TRUE(mistake(edited("models/marts/sums.sql", "ref('stg')", "ref('stag')")));
    EXPECT_TRUE(mistake(edited("models/marts/marts.yml", "[unique, not_null]", "[unique")));
    EXPECT_TRUE(mistake(edited("models/marts/marts.yml", "doc('money')", "doc('honey')")));
    EXPECT_TRUE(mistake(edited("models/marts/marts.yml", "name: late", "name: stg")));
}

TEST(ProjectPart, AnotherVariableOrTarget) {
    sample::StoredInMemory stored(project, parse(project, settings()));
    Settings other = settings();
    other.schema = "prod";
    const auto read = parse_part(stored.head, {}, other, stored);
    ASSERT_TRUE(std::holds_alternative<NotInPart>(read));
}

}  // namespace
}  // namespace mesh::core::project
