#include "core/project/project_rules.h"

#include <algorithm>
#include <map>

#include "core/jinja/text.h"
#include "core/project/place.h"
#include "core/project/regex.h"
#include "core/project/value_rules.h"

namespace mesh::core::project {

namespace {

// "1.2.3" with what SemVer lets follow, "1.2", or a number.
bool is_version(const Json &value) {
    static const Regex pattern(R"(^(0|[1-9]\d*)\.(0|[1-9]\d*)(\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?)?$)",
                               {});
    return value.is_null() || value.is_number() || (value.is_string() && pattern.find(to_characters(value.get<std::string>()), 0, true));
}

// Each member is one of the keys, and a boolean or null.
bool has_switches(const Json &value, std::initializer_list<const char *> keys) {
    return value.is_object() && std::all_of(value.items().begin(), value.items().end(), [&](const auto &item) {
               return std::any_of(keys.begin(), keys.end(), [&](const char *key) { return item.key() == key; }) && (item.value().is_boolean() || item.value().is_null());
           });
}

bool is_quoting(const Json &value) {
    return value.is_null() || has_switches(value, {"schema", "database", "project", "identifier", "snowflake_ignore_case", "column"});
}

bool is_comment(const Json &value) {
    if (!value.is_object()) return value.is_null() || value.is_string();
    Json switches = value;
    switches.erase("comment");
    return value.value("comment", Json("")).is_string() && has_switches(switches, {"append", "job-label"}) && !value.value("job-label", Json(false)).is_null();
}

// A key's kind, and what there is to say of its value besides.
struct Rule {
    ValueKind kind;
    bool (*also)(const Json &) = nullptr;
};

const std::map<std::string, Rule> &rules() {
    static const std::map<std::string, Rule> all = [] {
        using enum ValueKind;
        std::map<std::string, Rule> out = {{"name", {text}}, {"config-version", {optional_whole}}, {"require-dbt-version", {text_or_texts}}, {"dispatch", {list}}, {"packages", {list}},
                                           {"restrict-access", {boolean}}, {"anchors", {anything}}, {"version", {anything, is_version}}, {"quoting", {anything, is_quoting}},
                                           {"query-comment", {anything, is_comment}}};
        const auto add = [&](ValueKind kind, std::initializer_list<const char *> keys) {
            for (const char *key : keys) out[key] = {kind};
        };
        add(optional_text, {"project-root", "target-path", "profile", "log-path", "packages-install-path"});
        add(optional_texts, {"source-paths", "model-paths", "macro-paths", "data-paths", "seed-paths", "test-paths", "analysis-paths", "docs-paths", "asset-paths", "snapshot-paths",
                             "function-paths", "clean-targets"});
        add(text_or_texts, {"on-run-start", "on-run-end"});
        add(optional_object, {"models", "seeds", "snapshots", "vars", "dbt-cloud"});
        add(object, {"analyses", "sources", "tests", "data_tests", "unit_tests", "metrics", "semantic-models", "saved-queries", "exposures", "functions", "flags"});
        return out;
    }();
    return all;
}

void check_dispatch(const Json &dispatch, const std::string &file) {
    for (const Json &entry : dispatch)
        if (!entry.is_object() || !entry.contains("macro_namespace") || !entry.value("search_order", Json()).is_array())
            fail("22023", "Invalid project dispatch config: " + shown(entry), file, 0, "An entry has macro_namespace, and search_order as a list.");
}

}  // namespace

std::vector<std::string> known_project_keys() {
    std::vector<std::string> out;
    for (const auto &[key, rule] : rules()) out.push_back(key);
    return out;
}

void check_project(const Json &project, const std::string &file) {
    for (const auto &[key, rule] : rules()) {
        const auto found = project.find(key);
        if (found == project.end() || (takes(rule.kind, *found) && (!rule.also || rule.also(*found)))) continue;
        fail("22023", type_problem("[" + jinja::repr_text(key) + "]", rule.kind, *found), file);
    }
    check_dispatch(project.value("dispatch", Json::array()), file);
}

}  // namespace mesh::core::project
