#include "core/project/select_state.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/project/macro_calls.h"
#include "core/project/manifest_parts.h"
#include "core/project/project_flags.h"
#include "core/project/select_contract.h"

namespace mesh::core::project {

namespace {

const Json kNothing = Json::object();

bool is_among(const std::string &word, const std::vector<std::string> &words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// A list of objects without what they say nothing of: dbt's newer versions have more members for that.
Json said(const Json &object, const char *key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end() || !found->is_array()) return Json::array();
    Json list = *found;
    for (Json &item : list)
        if (item.is_object())
            for (auto member = item.begin(); member != item.end();) member = member->is_null() ? item.erase(member) : std::next(member);
    return list;
}

// Configs as they were written, without keys that say nothing about how the resource is built.
bool same_keys(const Json &a, const Json &b, const std::vector<std::string> &ignored) {
    const auto covers = [&](const Json &one, const Json &other) {
        return std::all_of(one.items().begin(), one.items().end(), [&](const auto &member) {
            if (is_among(member.key(), ignored)) return true;
            const auto found = other.find(member.key());
            return found != other.end() && same_json(*found, member.value());
        });
    };
    return covers(a, b) && covers(b, a);
}

bool same_member(const Json &a, const Json &b, const char *key) {
    return same_json(a.value(key, Json()), b.value(key, Json()));
}

bool same_config(const Node &now, const Node &old) {
    if (now.resource_type == ResourceType::test)
        return same_keys(now.unrendered_config, old.unrendered_config,
                         {"enabled", "alias", "schema", "database", "tags", "meta", "group", "static_analysis", "materialized"});
    return same_keys(now.unrendered_config, old.unrendered_config, {"alias", "schema", "database", "tags", "group"});
}

bool same_body(const Node &now, const Node &old) {
    return now.resource_type == ResourceType::seed ? now.checksum == old.checksum : now.raw_code == old.raw_code;
}

bool same_relation(const Node &now, const Node &old) {
    const auto same = [&](const char *key) { return same_member(now.unrendered_config, old.unrendered_config, key); };
    return same("database") && same("schema") && same("alias");
}

bool same_column_descriptions(const Node &now, const Node &old) {
    const auto described = [](const Node &node) {
        std::map<std::string, std::string> texts;
        for (const auto &column : node.columns) texts[column.name] = column.description;
        return texts;
    };
    return described(now) == described(old);
}

// Descriptions count where they are kept in the database.
bool same_persisted_description(const Node &now, const Node &old) {
    const Json persist = member_or(now.config, "persist_docs", kNothing);
    const auto kept = [&](const char *key) { return persist.is_object() && persist.value(key, Json()) == true; };
    return (!kept("relation") || now.description == old.description) && (!kept("columns") || same_column_descriptions(now, old));
}

// How others may refer to a model.
bool same_ref_representation(const Node &now, const Node &old) {
    return now.latest_version == old.latest_version && now.access == old.access && now.deprecation_date == old.deprecation_date;
}

bool same_source_relation(const Source &now, const Source &old, bool written) {
    if (now.identifier != old.identifier) return false;
    if (written) return same_member(now.extra, old.extra, "unrendered_database") && same_member(now.extra, old.extra, "unrendered_schema");
    return now.database == old.database && now.schema == old.schema;
}

const Json &unrendered(const Source &source) {
    const auto found = source.extra.find("unrendered_config");
    return found != source.extra.end() ? *found : kNothing;
}

bool same_contents(const Source &now, const Source &old, bool written) {
    return same_source_relation(now, old, written) && now.fqn == old.fqn && same_keys(unrendered(now), unrendered(old), {}) && same_json(now.quoting, old.quoting) &&
           same_json(now.freshness, old.freshness) && now.loaded_at_field == old.loaded_at_field && same_json(now.external, old.external);
}

bool same_config(const OtherResource &now, const OtherResource &old) {
    const Json &a = now.content, &b = old.content;
    if (now.resource_type == ResourceType::semantic_model || now.resource_type == ResourceType::saved_query) return same_member(a, b, "config");
    std::vector<std::string> ignored;
    if (now.resource_type == ResourceType::metric) ignored = {"group"};
    return same_keys(member_or(a, "unrendered_config", kNothing), member_or(b, "unrendered_config", kNothing), ignored);
}

// Names and what was written of each export.
bool same_exports(const Json &a, const Json &b) {
    const Json ours = member_or(a, "exports", Json::array()), theirs = member_or(b, "exports", Json::array());
    return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), [](const Json &x, const Json &y) {
        const Json p = member_or(x, "unrendered_config", kNothing), q = member_or(y, "unrendered_config", kNothing);
        return same_member(x, y, "name") && same_member(p, q, "export_as") && same_member(p, q, "schema") && same_member(p, q, "alias");
    });
}

bool same_query(const Json &a, const Json &b) {
    const Json p = member_or(a, "query_params", kNothing), q = member_or(b, "query_params", kNothing);
    return same_member(p, q, "metrics") && same_member(p, q, "group_by") && same_member(p, q, "where");
}

bool same_contents(const OtherResource &now, const OtherResource &old) {
    const Json &a = now.content, &b = old.content;
    const auto same = [&](std::initializer_list<const char *> keys) {
        return std::all_of(keys.begin(), keys.end(), [&](const char *key) { return same_member(a, b, key); });
    };
    const auto ids = [](const OtherResource &one) { return std::set<std::string>(one.depends_on_nodes.begin(), one.depends_on_nodes.end()); };
    switch (now.resource_type) {
        case ResourceType::exposure:
            return now.fqn == old.fqn && same({"type", "owner", "maturity", "url", "description", "label"}) && ids(now) == ids(old) &&
                   same_config(now, old);
        case ResourceType::metric: return same({"type", "description", "label"}) && same_config(now, old);
        case ResourceType::semantic_model:
            return same({"model", "description", "defaults", "entities", "dimensions", "measures", "config", "primary_entity", "group"});
        case ResourceType::saved_query:
            return same_query(a, b) && same({"description", "label", "config", "group"}) && same_exports(a, b) && now.tags == old.tags;
        case ResourceType::unit_test:
            if (a.contains("checksum") && b.contains("checksum")) return same({"checksum"});
            return same({"model", "versions", "given", "expect", "overrides"});
        default: return true;
    }
}

}  // namespace

// Both manifests, the macros that differ, and which macros lead to one of those.
class StateMatcher::Comparison {
public:
    Comparison(const Manifest &now, const Manifest &before, std::vector<std::string> &warnings) : now_(now), before_(before), warnings_(warnings) {
        for (const auto &[id, macro] : now.macros) {
            if (MacroFinder::built_in(macro.package_name)) continue;  // the same as dbt's, in words of their own
            const auto old = before.macros.find(id);
            if (old == before.macros.end() || old->second.macro_sql != macro.macro_sql) changed_macros_.insert(id);
        }
        for (const auto &[id, macro] : before.macros)
            if (!now.macros.contains(id) && !MacroFinder::built_in(macro.package_name)) changed_macros_.insert(id);
    }

    bool is_old(const Member &member) const {
        const std::string id(member.id);
        return member.node ? before_.nodes.contains(id) : member.source ? before_.sources.contains(id) : before_.others.contains(id);
    }

    bool modified(const Member &member) const {
        return contents_differ(member) || macros_differ(member);
    }

    bool macros_differ(const Member &member) const {
        if (!member.node || changed_macros_.empty()) return false;
        if (lacks_macro(*member.node)) refuse_without_macro(*member.node);
        return reaches_changed_macro(member.node->depends_on_macros);
    }

    // What a resource of this kind cannot differ in, it does not; in everything else a new one differs.
    bool differs_in(const Member &member, const std::string &aspect) const {
        if (aspect == "macros") return macros_differ(member);
        if (member.node) return node_differs_in(*member.node, aspect);
        if (aspect != "configs" && !(aspect == "relation" && member.source)) return false;
        if (member.type == ResourceType::unit_test) return false;
        if (!is_old(member)) return true;
        if (member.other) return !same_config(*member.other, before_.others.at(std::string(member.id)));
        const Source &old = before_.sources.at(std::string(member.id));
        if (aspect == "relation") return !same_source_relation(*member.source, old, compares_written());
        return !same_keys(unrendered(*member.source), unrendered(old), {});
    }

    void check_removed() const {
        for (const auto &[id, node] : before_.nodes)
            if (!now_.nodes.contains(id)) check_removed_contract(node, is_disabled(id), warnings_);
    }

private:
    bool compares_written() const { return project_flag(now_, "state_modified_compare_more_unrendered_values"); }

    bool contents_differ(const Member &member) const {
        const std::string id(member.id);
        if (!is_old(member)) return member.node || member.type == ResourceType::unit_test;
        if (member.source) return !same_contents(*member.source, before_.sources.at(id), compares_written());
        if (member.other) return !same_contents(*member.other, before_.others.at(id));
        return !same_node(*member.node, before_.nodes.at(id));
    }

    bool same_node(const Node &now, const Node &old) const {
        if (now.test_metadata) return same_config(now, old) && now.fqn == old.fqn;
        const bool contract = now.resource_type != ResourceType::model || same_contract(now, old, warnings_);
        if (now.resource_type == ResourceType::function && !(same_json(said(now.extra, "arguments"), said(old.extra, "arguments")) && same_member(now.extra, old.extra, "returns"))) return false;
        return same_body(now, old) && same_config(now, old) && same_persisted_description(now, old) && now.fqn == old.fqn &&
               same_relation(now, old) && contract && (now.resource_type != ResourceType::model || same_ref_representation(now, old));
    }

    bool node_differs_in(const Node &now, const std::string &aspect) const {
        const auto found = before_.nodes.find(now.unique_id);
        if (found == before_.nodes.end()) return true;
        const Node &old = found->second;
        if (aspect == "body") return !same_body(now, old);
        if (aspect == "configs") return !same_config(now, old);
        if (aspect == "relation") return !same_relation(now, old);
        if (aspect == "persisted_descriptions") return !same_persisted_description(now, old);
        return now.resource_type == ResourceType::model && !same_contract(now, old, warnings_);
    }

    // A generic test that is no longer there, and that is named still.
    static bool lacks_macro(const Node &node) {
        if (!node.test_metadata) return false;
        const std::string end = ".test_" + node.test_metadata->name;
        return std::none_of(node.depends_on_macros.begin(), node.depends_on_macros.end(), [&](const std::string &id) { return id.ends_with(end); });
    }

    [[noreturn]] static void refuse_without_macro(const Node &node) {
        throw Error("42883", "Node '" + node.name + "' (in " + node.original_file_path + ") depends on a macro or test that does not exist",
                    "This can happen when a macro or generic test is removed but is still referenced.",
                    "Check for typos and/or install package dependencies with 'meshctl deps'.");
    }

    bool reaches_changed_macro(const std::vector<std::string> &macros) const {
        std::set<std::string> seen;
        std::vector<std::string> open = macros;
        while (!open.empty()) {
            const std::string id = std::move(open.back());
            open.pop_back();
            if (!seen.insert(id).second) continue;
            if (changed_macros_.contains(id)) return true;
            const auto macro = now_.macros.find(id);
            if (macro == now_.macros.end()) continue;
            const std::vector<std::string> &called = dependencies_.of(macro->second);
            open.insert(open.end(), called.begin(), called.end());
        }
        return false;
    }

    bool is_disabled(const std::string &id) const {
        return std::any_of(now_.disabled.begin(), now_.disabled.end(), [&](const Node &node) { return node.unique_id == id; });
    }

    const Manifest &now_, &before_;
    std::vector<std::string> &warnings_;
    std::set<std::string> changed_macros_;
    mutable MacroDependencies dependencies_{now_};
};

StateMatcher::StateMatcher(const Manifest &now, const Manifest &before, const std::string &value, std::vector<std::string> &warnings)
    : comparison_(std::make_shared<Comparison>(now, before, warnings)), value_(value) {
    static const std::vector<std::string> values = {"new", "old", "modified", "unmodified", "modified.body", "modified.configs",
                                                    "modified.persisted_descriptions", "modified.relation", "modified.macros", "modified.contract"};
    std::string list;
    for (const auto &known : values) list += (list.empty() ? "\"" : "\", \"") + known;
    if (!is_among(value, values)) throw Error("42601", "invalid state selector \"" + value + "\"", "", "States are " + list + "\".");
    if (value == "modified" || value == "unmodified" || value == "modified.contract") comparison_->check_removed();
}

bool StateMatcher::operator()(const Member &member) const {
    if (value_ == "new") return !comparison_->is_old(member);
    if (value_ == "old") return comparison_->is_old(member);
    if (value_ == "modified") return comparison_->modified(member);
    if (value_ == "unmodified") return !comparison_->modified(member);
    return comparison_->differs_in(member, value_.substr(value_.find('.') + 1));
}

}  // namespace mesh::core::project
