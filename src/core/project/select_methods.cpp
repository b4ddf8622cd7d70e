#include "core/project/select_methods.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "core/error.h"
#include "core/graph/pattern.h"
#include "core/project/manifest_parts.h"
#include "core/project/select_name.h"
#include "core/project/select_path.h"
#include "core/project/select_state.h"
#include "core/text.h"

namespace mesh::core::project {

namespace {

using Matcher = std::function<bool(const Member &)>;

[[noreturn]] void fail(const std::string &message, const std::string &hint = "") {
    throw Error("42601", message, "", hint);
}

Pattern glob(const std::string &text) {
    return Pattern({text, text});
}

Matcher by_fqn(const std::string &value) {
    return [name = NamePattern(value)](const Member &member) {
        return !member.source && name.matches(*member.fqn, member.node && member.type == ResourceType::model && !member.node->version.empty());
    };
}

Matcher by_tag(const std::string &value) {
    return [pattern = glob(value)](const Member &member) {
        return std::any_of(member.tags->begin(), member.tags->end(), [&](const std::string &tag) { return pattern.matches(tag); });
    };
}

Matcher by_group(const std::string &value) {
    return [pattern = glob(value)](const Member &member) {
        if (!member.node && member.type != ResourceType::metric) return false;
        const std::string group = text_of(member.config(), "group");
        return !group.empty() && pattern.matches(group);
    };
}

Matcher by_access(const std::string &value) {
    return [value](const Member &member) { return member.type == ResourceType::model && member.node->access == value; };
}

std::vector<std::string> dotted(const std::string &value) {
    std::vector<std::string> parts(1);
    for (char c : value) {
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

// source, source.table, package.source.table
Matcher by_source(const std::string &value) {
    std::vector<std::string> parts = dotted(value);
    if (parts.size() > 3)
        fail("invalid source selector value \"" + value + "\"", "Sources are source_name, source_name.table or package.source_name.table.");
    if (parts.size() == 1) parts.push_back("*");
    if (parts.size() == 2) parts.insert(parts.begin(), "*");
    return [package = glob(parts[0]), source = glob(parts[1]), table = glob(parts[2])](const Member &member) {
        return member.source && package.matches(member.package) && source.matches(member.source->source_name) && table.matches(member.name);
    };
}

// name, package.name
Matcher by_name(ResourceType type, const std::string &method, const std::string &value) {
    std::vector<std::string> parts = dotted(value);
    if (parts.size() > 2) fail("invalid " + method + " selector value \"" + value + "\"", "Write a name, or package.name.");
    if (parts.size() == 1) parts.insert(parts.begin(), "*");
    return [type, package = glob(parts[0]), name = glob(parts[1])](const Member &member) {
        return member.type == type && package.matches(member.package) && name.matches(member.name);
    };
}

Matcher by_file(const std::string &value) {
    return [pattern = glob(value)](const Member &member) {
        const std::string_view name = member.file.substr(member.file.rfind('/') + 1);
        const auto dot = name.rfind('.');
        return pattern.matches(name) || (dot != std::string_view::npos && dot > 0 && pattern.matches(name.substr(0, dot)));
    };
}

Matcher by_package(const std::string &value, const Manifest &manifest) {
    return [pattern = glob(value == "this" ? manifest.project_name : value)](const Member &member) { return pattern.matches(member.package); };
}

Matcher by_resource_type(const std::string &value) {
    static const std::vector<std::string> further = {"function", "fixture", "rpc", "sql_operation"};  // words of dbt, of which there is none here
    const auto type = resource_type_of(value);
    if (!type && std::find(further.begin(), further.end(), value) == further.end()) fail("invalid resource_type selector \"" + value + "\"");
    return [type](const Member &member) { return type && member.type == *type; };
}

Matcher by_test_name(const std::string &value) {
    return [pattern = glob(value)](const Member &member) {
        if (member.type == ResourceType::unit_test) return pattern.matches(member.name);
        return member.node && member.node->test_metadata && pattern.matches(member.node->test_metadata->name);
    };
}

Matcher by_test_type(const std::string &value) {
    const bool generic = value == "generic" || value == "schema" || value == "data", singular = value == "singular" || value == "data",
               unit = value == "unit";
    if (!generic && !singular && !unit)
        fail("invalid test type selector " + value, "Test types are \"generic\", \"singular\", \"unit\" and \"data\".");
    return [generic, singular, unit](const Member &member) {
        if (member.type == ResourceType::unit_test) return unit;
        return member.type == ResourceType::test && (member.node->test_metadata ? generic : singular);
    };
}

// Numbers by value, others as text.
int compare_versions(const std::string &a, const std::string &b) {
    char *end_a = nullptr, *end_b = nullptr;
    const double number_a = std::strtod(a.c_str(), &end_a), number_b = std::strtod(b.c_str(), &end_b);
    if (*end_a == '\0' && *end_b == '\0') return number_a < number_b ? -1 : number_a > number_b;
    return a.compare(b);
}

Matcher by_version(const std::string &value) {
    const std::vector<std::string> values = {"latest", "prerelease", "old", "none"};
    if (std::find(values.begin(), values.end(), value) == values.end())
        fail("invalid version type selector " + value, "Version types are \"latest\", \"prerelease\", \"old\" and \"none\".");
    return [value](const Member &member) {
        if (member.type != ResourceType::model) return false;
        const std::string &version = member.node->version, &latest = member.node->latest_version;
        if (version.empty()) return value == "none";
        if (value == "latest") return version == latest;
        if (latest.empty()) return false;
        return value == "prerelease" ? compare_versions(version, latest) > 0 : value == "old" && compare_versions(version, latest) < 0;
    };
}

bool same_word(const std::string &a, const std::string &b) {
    return lowered(a) == lowered(b);
}

bool is_boolean_word(const SelectCriterion &criterion, const Json &value) {
    return value.is_boolean() && same_word(criterion.value.is_string() ? criterion.text() : criterion.value.dump(), value.get<bool>() ? "true" : "false");
}

bool config_value_matches(const SelectCriterion &criterion, const Json &value) {
    const bool severity = criterion.arguments == std::vector<std::string>{"severity"};
    if (severity && value.is_string()) return same_word(criterion.text(), value.get<std::string>());
    return value == criterion.value || is_boolean_word(criterion, value);
}

// config.meta.owner:ann looks into meta; a list matches by any of its items.
Matcher by_config(const SelectCriterion &criterion) {
    return [criterion](const Member &member) {
        if (!member.node && !member.source) return false;
        const Json *value = &member.config();
        for (const auto &key : criterion.arguments) {
            const auto found = value->is_object() ? value->find(key) : value->end();
            if (!value->is_object() || found == value->end()) return false;
            value = &*found;
        }
        if (!value->is_array()) return config_value_matches(criterion, *value);
        return std::any_of(value->begin(), value->end(), [&](const Json &item) { return config_value_matches(criterion, item); });
    };
}

[[noreturn]] void fail_without(const std::string &method, const std::string &what) {
    throw Error("22023", what, "Selector method \"" + method + "\" compares with an earlier state of the project.",
                "Give the directory of an earlier run's artifacts with --state.");
}

Matcher by_result(const std::string &value, const PreviousState &previous) {
    if (!previous.results) fail_without("result", "No comparison run_results");
    return [value, &previous](const Member &member) {
        const auto found = previous.results->find(std::string(member.id));
        return found != previous.results->end() && found->second == value;
    };
}

Matcher by_source_status(const std::string &value, const PreviousState &previous) {
    if (!previous.sources) fail_without("source_status", "No previous state comparison freshness results in sources.json");
    if (!previous.current_sources) fail_without("source_status", "No current state comparison freshness results in sources.json");
    return [value, &previous](const Member &member) {
        const auto now = previous.current_sources->find(std::string(member.id));
        if (value != "fresher" || now == previous.current_sources->end() || now->second.empty()) return false;
        const auto before = previous.sources->find(std::string(member.id));
        return before == previous.sources->end() || now->second > before->second;
    };
}

Matcher matcher_of(const Members &members, const SelectCriterion &criterion, const PreviousState &previous, std::vector<std::string> &warnings) {
    const std::string &method = criterion.method, value = criterion.text();
    if (method == "fqn") return by_fqn(value);
    if (method == "tag") return by_tag(value);
    if (method == "group") return by_group(value);
    if (method == "access") return by_access(value);
    if (method == "source") return by_source(value);
    if (method == "path") return PathMatcher(members, value);
    if (method == "file") return by_file(value);
    if (method == "package") return by_package(value, members.manifest());
    if (method == "config") return by_config(criterion);
    if (method == "resource_type") return by_resource_type(value);
    if (method == "test_name") return by_test_name(value);
    if (method == "test_type") return by_test_type(value);
    if (method == "version") return by_version(value);
    if (method == "exposure") return by_name(ResourceType::exposure, method, value);
    if (method == "metric") return by_name(ResourceType::metric, method, value);
    if (method == "semantic_model") return by_name(ResourceType::semantic_model, method, value);
    if (method == "saved_query") return by_name(ResourceType::saved_query, method, value);
    if (method == "unit_test") return by_name(ResourceType::unit_test, method, value);
    if (method == "result") return by_result(value, previous);
    if (method == "source_status") return by_source_status(value, previous);
    if (method != "state") fail("'" + method + "' is not a valid method name");
    if (!previous.manifest) fail_without("state", "Got a state selector method, but no comparison manifest");
    return StateMatcher(members.manifest(), *previous.manifest, value, warnings);
}

}  // namespace

std::set<std::string> search(const Members &members, const SelectCriterion &criterion, const PreviousState &previous,
                             std::vector<std::string> &warnings) {
    const Matcher matches = matcher_of(members, criterion, previous, warnings);
    std::set<std::string> found;
    for (const auto &member : members.all())
        if (matches(member)) found.emplace(member.id);
    return found;
}

}  // namespace mesh::core::project
