#include "core/project/project_rules.h"

#include <algorithm>
#include <map>

#include "core/jinja/text.h"
#include "core/near.h"
#include "core/project/names.h"
#include "core/project/place.h"
#include "core/project/regex.h"

namespace mesh::core::project {

namespace {

// What a key takes. Optional kinds take null too.
enum class Kind { text, optional_text, optional_texts, hooks, texts_or_text, object, resources, optional_object, list, boolean, whole, version, quoting, comment, anything };

const std::map<std::string, Kind> &kinds() {
    static const std::map<std::string, Kind> all = [] {
        std::map<std::string, Kind> out = {{"name", Kind::text}, {"config-version", Kind::whole}, {"version", Kind::version}, {"quoting", Kind::quoting},
                                           {"require-dbt-version", Kind::texts_or_text}, {"dispatch", Kind::list}, {"packages", Kind::list}, {"restrict-access", Kind::boolean},
                                           {"query-comment", Kind::comment}, {"anchors", Kind::anything}};
        const auto add = [&](Kind kind, std::initializer_list<const char *> keys) {
            for (const char *key : keys) out[key] = kind;
        };
        add(Kind::optional_text, {"project-root", "target-path", "profile", "log-path", "packages-install-path"});
        add(Kind::optional_texts, {"source-paths", "model-paths", "macro-paths", "data-paths", "seed-paths", "test-paths", "analysis-paths", "docs-paths", "asset-paths",
                                   "snapshot-paths", "function-paths", "clean-targets"});
        add(Kind::hooks, {"on-run-start", "on-run-end"});
        add(Kind::resources, {"models", "seeds", "snapshots"});
        add(Kind::object, {"analyses", "sources", "tests", "data_tests", "unit_tests", "metrics", "semantic-models", "saved-queries", "exposures", "functions", "flags"});
        add(Kind::optional_object, {"vars", "dbt-cloud"});
        return out;
    }();
    return all;
}

bool all_text(const Json &value) {
    return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json &one) { return one.is_string(); });
}

// "1.2.3" with what SemVer lets follow, "1.2", or a number.
bool is_version(const Json &value) {
    static const Regex pattern(R"(^(0|[1-9]\d*)\.(0|[1-9]\d*)(\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?)?$)",
                               {});
    return value.is_number() || (value.is_string() && pattern.find(to_characters(value.get<std::string>()), 0, true));
}

// Each member is one of the keys, and a boolean or null.
bool has_switches(const Json &value, std::initializer_list<const char *> keys) {
    return value.is_object() && std::all_of(value.items().begin(), value.items().end(), [&](const auto &item) {
               return std::any_of(keys.begin(), keys.end(), [&](const char *key) { return item.key() == key; }) && (item.value().is_boolean() || item.value().is_null());
           });
}

bool is_comment(const Json &value) {
    if (!value.is_object()) return value.is_null() || value.is_string();
    Json switches = value;
    switches.erase("comment");
    return value.value("comment", Json("")).is_string() && has_switches(switches, {"append", "job-label"}) && !value.value("job-label", Json(false)).is_null();
}

bool takes(Kind kind, const Json &value) {
    switch (kind) {
        case Kind::text: return value.is_string();
        case Kind::optional_text: return value.is_null() || value.is_string();
        case Kind::optional_texts: return value.is_null() || all_text(value);
        case Kind::hooks:
        case Kind::texts_or_text: return value.is_null() || value.is_string() || all_text(value);
        case Kind::object: return value.is_object();
        case Kind::resources:
        case Kind::optional_object: return value.is_null() || value.is_object();
        case Kind::list: return value.is_array();
        case Kind::boolean: return value.is_boolean();
        case Kind::whole: return value.is_null() || value.is_number_integer();
        case Kind::version: return value.is_null() || is_version(value);
        case Kind::quoting: return value.is_null() || has_switches(value, {"schema", "database", "project", "identifier", "snowflake_ignore_case", "column"});
        case Kind::comment: return is_comment(value);
        case Kind::anything: return true;
    }
    return true;
}

// The type's name, of a key that takes one alone.
const char *only_type(Kind kind) {
    switch (kind) {
        case Kind::text: return "string";
        case Kind::object:
        case Kind::resources: return "object";
        case Kind::list: return "array";
        case Kind::boolean: return "boolean";
        default: return nullptr;
    }
}

std::string shown(const Json &value) {
    return value.is_string() ? jinja::repr_text(value.get<std::string>()) : python_text(value);
}

void check_dispatch(const Json &dispatch, const std::string &file) {
    for (const Json &entry : dispatch)
        if (!entry.is_object() || !entry.contains("macro_namespace") || !entry.value("search_order", Json()).is_array())
            fail("22023", "Invalid project dispatch config: " + shown(entry), file, 0, "An entry has macro_namespace, and search_order as a list.");
}

void check_keys(const Json &project, const std::string &file) {
    std::vector<std::string> unknown, known;
    for (const auto &[key, kind] : kinds()) known.push_back(key);
    for (const auto &item : project.items())
        if (!kinds().contains(item.key())) unknown.push_back(item.key());
    if (unknown.empty()) return;
    std::string list;
    for (const std::string &key : unknown) list += (list.empty() ? "" : ", ") + jinja::repr_text(key);
    fail("22023", "at path []: Additional properties are not allowed (" + list + (unknown.size() > 1 ? " were" : " was") + " unexpected)", file, 0, name_hint(unknown.front(), known));
}

}  // namespace

void check_project(const Json &project, const std::string &file) {
    for (const auto &[key, kind] : kinds()) {
        const auto found = project.find(key);
        if (found == project.end() || takes(kind, *found)) continue;
        const char *type = only_type(kind);
        fail("22023", "at path [" + jinja::repr_text(key) + "]: " + shown(*found) + (type ? " is not of type '" + std::string(type) + "'" : " is not valid under any of the given schemas"), file);
    }
    check_keys(project, file);
    check_dispatch(project.value("dispatch", Json::array()), file);
}

}  // namespace mesh::core::project
