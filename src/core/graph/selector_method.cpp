#include "core/graph/selector_method.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/error.h"

namespace mesh::core {

namespace {

constexpr std::string_view config_prefix = "config.";

std::size_t dots(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '.'));
}

bool matches_any(const Pattern &value, const std::vector<std::string> &texts) {
    return std::any_of(texts.begin(), texts.end(), [&](const auto &text) { return value.matches(text); });
}

// By name or by domain.name; a domain stands for all of its models and tests. Without a dot in the value
// only undotted parts count, so that "s*y" does not reach from the domain into the name.
bool by_word(const Pattern &value, const Node &node) {
    if (value.is_star()) return true;
    if (node.kind != NodeKind::model && !is_test(node)) return false;
    if (value.matches(node.name)) return true;
    if (dots(value.text()) == 0) return value.matches(node.domain);
    return value.matches(local_id(node)) || value.matches(node.id);
}

bool by_tag(const Pattern &value, const Node &node) {
    return matches_any(value, node.tags);
}

bool by_domain(const Pattern &value, const Node &node) {
    return value.matches(node.domain);
}

// source, source.table, domain.source or domain.source.table: the form is told by the number of dots.
bool by_source(const Pattern &value, const Node &node) {
    if (node.kind != NodeKind::source) return false;
    std::string table = node.source_name.empty() ? std::string(local_id(node)) : node.source_name;
    if (value.is_star() || value.matches(table)) return true;
    const std::string domain = node.domain + ".";
    if (table.compare(0, domain.size(), domain) == 0) table.erase(0, domain.size());
    const std::string source = table.substr(0, table.find('.'));
    switch (dots(value.text())) {
        case 0: return value.matches(source);
        case 1: return value.matches(table) || value.matches(domain + source);
        default: return value.matches(domain + table);
    }
}

// With or without the domain, with or without the version.
bool by_product(const Pattern &value, const Node &node) {
    if (node.kind != NodeKind::product) return false;
    const std::string full(local_id(node));
    return value.matches(full) || value.matches(full.substr(0, full.rfind('.'))) || value.matches(node.name) ||
           value.matches(node.domain + "." + node.name);
}

bool by_test(const Pattern &value, const Node &node) {
    return is_test(node) && (value.matches(node.name) || value.matches(local_id(node)));
}

bool by_unit_test(const Pattern &value, const Node &node) {
    return node.kind == NodeKind::unit_test && by_test(value, node);
}

bool by_test_name(const Pattern &value, const Node &node) {
    return is_test(node) && value.matches(node.test_name.empty() ? node.name : node.test_name);
}

// dbt's "data" tests are those that query real rows: all but unit tests.
bool by_test_type(const Pattern &value, const Node &node) {
    if (!is_test(node)) return false;
    const bool unit = node.kind == NodeKind::unit_test || node.test_type == "unit";
    if (value.text() == "data") return !unit;
    return value.text() == (unit ? "unit" : node.test_type);
}

bool by_resource_type(const Pattern &value, const Node &node) {
    return value.text() == kind_name(node.kind);
}

using Matcher = bool (*)(const Pattern &, const Node &);

struct Method {
    std::string_view name;
    Matcher matcher;
    std::vector<std::string_view> values;  // the only ones allowed, when there are any
};

const std::array<Method, 10> &methods() {
    static const std::array<Method, 10> all = {{
        {"domain", by_domain, {}},
        {"fqn", by_word, {}},
        {"product", by_product, {}},
        {"resource_type", by_resource_type, {"model", "source", "test", "product", "unit_test"}},
        {"source", by_source, {}},
        {"tag", by_tag, {}},
        {"test", by_test, {}},
        {"test_name", by_test_name, {}},
        {"test_type", by_test_type, {"generic", "singular", "unit", "data"}},
        {"unit_test", by_unit_test, {}},
    }};
    return all;
}

const Method *find_method(std::string_view name) {
    const auto &all = methods();
    const auto it = std::find_if(all.begin(), all.end(), [&](const Method &m) { return m.name == name; });
    return it == all.end() ? nullptr : &*it;
}

bool is_config(std::string_view method) {
    return method.size() > config_prefix.size() && method.substr(0, config_prefix.size()) == config_prefix;
}

}  // namespace

std::string selector_methods() {
    std::string list = "config.<key>:";
    for (const auto &method : methods()) list += ", " + std::string(method.name) + ":";
    return list;
}

void check_method(const std::string &method, const std::string &value) {
    if (method.empty() || is_config(method)) return;
    const Method *found = find_method(method);
    if (!found)
        throw Error("42601", "unknown selector method \"" + method + "\"", "",
                    "Methods are " + selector_methods() + ".");
    const auto &allowed = found->values;
    if (allowed.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return;
    std::string list;
    for (const auto &one : allowed) list += (list.empty() ? "" : ", ") + std::string(one);
    throw Error("42601", "invalid value \"" + value + "\" for selector method \"" + method + "\"", "",
                "Values are " + list + ".");
}

bool method_matches(const std::string &method, const Pattern &value, const Node &node) {
    if (method.empty()) return by_word(value, node);
    if (is_config(method)) {
        const auto it = node.config.find(method.substr(config_prefix.size()));
        return it != node.config.end() && value.matches(it->second);
    }
    const Method *found = find_method(method);
    return found && found->matcher(value, node);
}

}  // namespace mesh::core
