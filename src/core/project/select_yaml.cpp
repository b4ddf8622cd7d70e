// The selectors of selectors.yml.
#include "core/error.h"
#include "core/near.h"
#include "core/project/select_spec.h"

namespace mesh::core::project {

namespace {

// Turns definitions into specs; knows the selectors before the one that is read, which it may inherit from.
class SelectorReader {
public:
    SelectorReader(std::string name, const SelectorSpecs &earlier, IndirectSelection indirect)
        : name_(std::move(name)), earlier_(earlier), indirect_(indirect) {}

    SelectSpec read_root(const Json &definition) const {
        const bool compound = definition.is_object() && (definition.contains("union") || definition.contains("intersection"));
        if (compound && definition.size() > 1) fail("A definition has one \"union\" or \"intersection\" at its root and nothing beside it.");
        return read(definition);
    }

private:
    [[noreturn]] void fail(const std::string &detail) const {
        throw Error("42601", "selector \"" + name_ + "\" is malformed", detail,
                    "A definition is a text as for --select, method and value, or a union or intersection of such.");
    }

    SelectSpec read(const Json &definition) const {
        if (definition.is_string()) return criterion_spec(parse_select_criterion(definition.get<std::string>()), indirect_);
        if (!definition.is_object()) fail("Found " + definition.dump() + " where a definition is expected.");
        if (definition.contains("union")) return read_parts(definition, "union", SelectSpec::Kind::any_of);
        if (definition.contains("intersection")) return read_parts(definition, "intersection", SelectSpec::Kind::all_of);
        return read_method(definition);
    }

    const Json &list(const Json &definition, const char *key) const {
        const Json &parts = definition.at(key);
        if (!parts.is_array()) fail("The value of \"" + std::string(key) + "\" is not a list.");
        return parts;
    }

    SelectSpec read_parts(const Json &definition, const char *key, SelectSpec::Kind kind) const {
        SelectSpec spec;
        spec.kind = kind;
        std::optional<SelectSpec> excluded;
        for (const auto &part : list(definition, key)) {
            if (!part.is_object() || !part.contains("exclude") || part.contains("method")) {
                spec.parts.push_back(read(part));
                continue;
            }
            if (excluded) fail("A " + std::string(key) + " has one \"exclude\" at most.");
            excluded = read_excluded(part);
        }
        return excluded ? without(std::move(spec), std::move(*excluded)) : spec;
    }

    SelectSpec read_excluded(const Json &definition) const {
        SelectSpec spec;
        spec.kind = SelectSpec::Kind::any_of;
        for (const auto &part : list(definition, "exclude")) spec.parts.push_back(read(part));
        return spec;
    }

    static SelectSpec without(SelectSpec included, SelectSpec excluded) {
        SelectSpec spec;
        spec.kind = SelectSpec::Kind::difference;
        spec.parts = {std::move(included), std::move(excluded)};
        return spec;
    }

    // {"tag": "nightly"}, or {"method", "value", ...}.
    SelectSpec read_method(const Json &definition) const {
        if (definition.size() == 1) return method_spec(definition.begin().key(), definition.begin().value(), Json::object());
        if (!definition.contains("method") || !definition.contains("value") || !definition["method"].is_string())
            fail("Found " + definition.dump() + " where \"method\" and \"value\" are expected.");
        const std::string method = definition["method"].get<std::string>();
        if (method == "selector") return inherited(definition["value"]);
        SelectSpec spec = method_spec(method, definition["value"], definition);
        return definition.contains("exclude") ? without(std::move(spec), read_excluded(definition)) : spec;
    }

    SelectSpec inherited(const Json &name) const {
        const auto found = earlier_.find(name.is_string() ? name.get<std::string>() : name.dump());
        if (found != earlier_.end()) return found->second;
        std::vector<std::string> names;
        for (const auto &[known, spec] : earlier_) names.push_back(known);
        throw Error("42704", "selector \"" + name_ + "\" inherits from a selector that is not defined before it",
                    "Existing selector definition for " + name.dump() + " not found.", name_hint(name.is_string() ? name.get<std::string>() : "", names));
    }

    SelectSpec method_spec(const std::string &method, const Json &value, const Json &settings) const {
        const auto dot = method.find('.');
        SelectCriterion found;
        found.method = method.substr(0, dot);
        for (std::size_t from = dot; from != std::string::npos;) {
            const auto next = method.find('.', from + 1);
            found.arguments.push_back(method.substr(from + 1, next == std::string::npos ? next : next - from - 1));
            from = next;
        }
        found.value = value;
        found.raw = method + ":" + found.text();
        found.with_childrens_parents = flag(settings, "childrens_parents");
        found.with_parents = flag(settings, "parents");
        found.with_children = flag(settings, "children");
        found.parents_depth = depth(settings, "parents_depth");
        found.children_depth = depth(settings, "children_depth");
        check_select_method(found);
        const auto indirect = settings.find("indirect_selection");
        if (indirect == settings.end() || !indirect->is_string()) return criterion_spec(std::move(found), indirect_);
        return criterion_spec(std::move(found), indirect_selection_of(indirect->get<std::string>()));
    }

    // Python's idea of truth.
    static bool flag(const Json &settings, const char *key) {
        const Json value = settings.value(key, Json());
        if (value.is_boolean()) return value.get<bool>();
        return value.is_string() ? !value.get<std::string>().empty() : !value.is_null() && value != 0;
    }

    // As in dbt 0 means no limit here, and "0" none at all.
    std::optional<int> depth(const Json &settings, const char *key) const {
        const Json value = settings.value(key, Json());
        if (value.is_number_integer()) return value == 0 ? std::nullopt : std::optional<int>(value.get<int>());
        if (!value.is_string() || value.get<std::string>().empty()) return std::nullopt;
        const std::string text = value.get<std::string>();
        if (text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos)
            fail("The value of \"" + std::string(key) + "\" is not a number.");
        return std::stoi(text);
    }

    std::string name_;
    const SelectorSpecs &earlier_;
    IndirectSelection indirect_;
};

}  // namespace

SelectorSpecs parse_selectors(const Json &selectors, IndirectSelection indirect) {
    SelectorSpecs specs;
    for (const auto &[name, selector] : selectors.items()) {
        if (!selector.is_object() || !selector.contains("definition"))
            throw Error("42601", "selector \"" + name + "\" has no definition");
        specs[name] = SelectorReader(name, specs, indirect).read_root(selector["definition"]);
    }
    return specs;
}

std::string default_selector(const Json &selectors) {
    std::string found;
    for (const auto &[name, selector] : selectors.items()) {
        if (!selector.is_object() || selector.value("default", Json()) != true) continue;
        if (!found.empty())
            throw Error("42601", "two selectors are the default", "Found multiple selectors with `default: true`: " + found + " and " + name + ".");
        found = name;
    }
    return found;
}

}  // namespace mesh::core::project
