// refs and sources to the unique ids of what they mean, and who may use what.
#include <algorithm>

#include "core/near.h"
#include "core/project/manifest_parts.h"
#include "core/project/parse_state.h"
#include "core/project/place.h"
#include "core/project/ref_lookup.h"
#include "core/text.h"

namespace mesh::core::project {

namespace {

// Whoever asks: a node or one of the other resources.
struct Asker {
    ResourceType type;
    const std::string &name, &package, &group;
    std::string place;
    unsigned line;
    bool may_lack;  // a test whose target is missing is disabled with a warning
    std::vector<std::string> &depends_on;
    const std::string &unique_id;

    // dbt's words: "Model 'model.shop.orders' (models/orders.sql)".
    std::string title() const {
        return capitalized(resource_type_name(type)) + " '" + unique_id + "' (" + place + ")";
    }
};

void add(std::vector<std::string> &list, const std::string &item) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

std::string written(const Ref &ref) {
    std::string text = "ref('" + (ref.package.empty() ? "" : ref.package + "', '") + ref.name + "'";
    return text + (ref.version.empty() ? "" : ", v=" + ref.version) + ")";
}

std::string named(const Ref &ref) {
    return "node named '" + ref.name + "'" + (ref.version.empty() ? "" : " with version '" + ref.version + "'") + (ref.package.empty() ? "" : " in package or project '" + ref.package + "'");
}

bool missing(ParseState &state, const Asker &asker, const std::string &what, bool disabled, const std::string &hint) {
    const std::string message = asker.title() + " depends on a " + what + (disabled ? " which is disabled" : " which was not found");
    if (asker.may_lack) {
        // As dbt: what is disabled on purpose takes its tests with it, a source with a word about it.
        state.warn(asker.place, asker.line, message + "; the test is disabled", !disabled ? "warning" : what.starts_with("source") || what.starts_with("metric") ? "note" : "debug");
        return false;
    }
    fail("42704", message, asker.place, asker.line, disabled ? "" : hint);
}

bool restricts_access(const ParseState &state, const std::string &package) {
    for (const LoadedProject &project : state.projects)
        if (project.package.name == package) return project.package.project.value("restrict-access", Json()) == true;
    return false;
}

[[noreturn]] void not_allowed(const Asker &asker, const Node &target, const std::string &hint) {
    const std::string scope = target.access == "private" ? "'" + target.group + "' group" : "'" + target.package_name + "' package";
    fail("42501", "node " + asker.unique_id + " attempted to reference node " + target.unique_id + ", which is not allowed because the referenced node is " +
             target.access + " to the " + scope, asker.place, asker.line, hint);
}

void check_access(const ParseState &state, const Asker &asker, const Node &target) {
    if (target.resource_type != ResourceType::model || target.access == "public") return;
    const bool foreign = asker.package != target.package_name && restricts_access(state, target.package_name);
    if (target.access == "private" && (asker.group.empty() || asker.group != target.group || foreign))
        not_allowed(asker, target, "Put it into the group, or make the model protected or public.");
    if (target.access == "protected" && foreign) not_allowed(asker, target, "Make the model public there.");
}

// Of another project only public models are to be seen.
void check_hidden(const ParseState &state, const Asker &asker, const Ref &ref) {
    const auto project = state.hidden.find(ref.package);
    if (project == state.hidden.end()) return;
    for (const Node &model : project->second)
        if (model.name == ref.name && (ref.version.empty() ? model.version == model.latest_version : model.version == ref.version))
            not_allowed(asker, model, "Ask the owner of project \"" + ref.package + "\" to make the model public.");
}

// Models of a project that nothing of this one names are not looked at: a ref that means one has to name it.
std::string other_project_hint(const ParseState &state, const Ref &ref) {
    std::string hint;
    for (const std::string &project : state.others->that_offer(ref.name)) {
        Ref named = ref;
        named.package = project;
        hint += (hint.empty() ? "Of another project: " : " or ") + written(named);
    }
    return hint.empty() ? hint : hint + ".";
}

// What a ref may have meant: names of its own project, or projects when it names none.
std::string ref_hint(const ParseState &state, const RefLookup &lookup, const Ref &ref) {
    const std::string name = ref.version.empty() ? ref.name : ref.name + ".v" + ref.version;
    if (state.others == nullptr) return name_hint(name, lookup.ref_names());
    if (ref.package.empty()) {
        const std::string hint = other_project_hint(state, ref);
        return hint.empty() ? name_hint(name, lookup.ref_names()) : hint;
    }
    if (const std::vector<std::string> names = lookup.ref_names(ref.package); !names.empty() || state.hidden.contains(ref.package)) return name_hint(name, names);
    const std::string hint = name_hint(ref.package, state.others->names());
    return "Neither a package nor a deployed project has the name \"" + ref.package + "\"." + (hint.empty() ? "" : " " + hint);
}

bool resolve_ref(ParseState &state, const RefLookup &lookup, const Asker &asker, const Ref &ref) {
    RefLookup::Found found;
    try {
        found = lookup.ref(ref, asker.package);
    } catch (Error &error) {
        error.detail = place_text(asker.place, asker.line);
        throw;
    }
    if (!found.node) {
        check_hidden(state, asker, ref);
        return missing(state, asker, named(ref), found.disabled, ref_hint(state, lookup, ref));
    }
    check_access(state, asker, *found.node);
    add(asker.depends_on, found.node->unique_id);
    return true;
}

bool resolve_source(ParseState &state, const RefLookup &lookup, const Asker &asker, const std::vector<std::string> &source) {
    if (source.size() != 2) return true;
    const auto found = lookup.source(source[0], source[1], asker.package);
    if (!found.source)
        return missing(state, asker, "source named '" + source[0] + "." + source[1] + "'", found.disabled, name_hint(source[0] + "." + source[1], lookup.source_names()));
    add(asker.depends_on, found.source->unique_id);
    return true;
}

bool resolve_function(ParseState &state, const RefLookup &lookup, const Asker &asker, const std::vector<std::string> &call) {
    const auto found = lookup.function(call, asker.package);
    if (!found.node) {
        const std::string package = call.size() > 1 ? " in package or project '" + call[0] + "'" : "";
        return missing(state, asker, "function named '" + call.back() + "'" + package, found.disabled, name_hint(call.back(), lookup.function_names()));
    }
    add(asker.depends_on, found.node->unique_id);
    return true;
}

// A metric that a template names by metric(). Those of a project are known when all of it is read.
bool resolve_metric(ParseState &state, const Asker &asker, const std::vector<std::string> &call) {
    state.need_whole("a file calls metric()");
    std::vector<std::string> names;
    bool disabled = false;
    for (const auto &[id, other] : state.manifest.others) {
        if (other.resource_type != ResourceType::metric) continue;
        names.push_back(other.name);
        if (other.name != call.back() || (call.size() > 1 && other.package_name != call[0])) continue;
        if (other.enabled) return add(asker.depends_on, id), true;
        disabled = true;
    }
    const std::string package = call.size() > 1 ? " in package or project '" + call[0] + "'" : "";
    return missing(state, asker, "metric named '" + call.back() + "'" + package, disabled, name_hint(call.back(), names));
}

template <class Resource>
bool resolve(ParseState &state, const RefLookup &lookup, const Asker &asker, const Resource &resource) {
    bool complete = true;
    for (const auto &source : resource.sources) complete = resolve_source(state, lookup, asker, source) && complete;
    for (const Ref &ref : resource.refs) complete = resolve_ref(state, lookup, asker, ref) && complete;
    return complete;
}

void resolve_nodes(ParseState &state, const RefLookup &lookup) {
    std::vector<std::string> incomplete;
    for (auto &[id, node] : state.manifest.nodes) {
        const bool test = node.resource_type == ResourceType::test;
        const Asker asker{node.resource_type, node.name, node.package_name, node.group, node.package_root + node.original_file_path, node.line, test, node.depends_on_nodes, id};
        bool complete = resolve(state, lookup, asker, node);
        for (const auto &call : node.functions) complete = resolve_function(state, lookup, asker, call) && complete;
        for (const Json &call : member_or(node.extra, "metrics", Json::array())) complete = resolve_metric(state, asker, call.get<std::vector<std::string>>()) && complete;
        if (!complete) incomplete.push_back(id);
    }
    for (const std::string &id : incomplete) {
        auto found = state.manifest.nodes.extract(id);
        found.mapped().enabled = false;
        found.mapped().lacks_target = true;
        found.mapped().config["enabled"] = false;
        state.manifest.disabled.push_back(std::move(found.mapped()));
    }
}

std::string root_of(const ParseState &state, const std::string &package) {
    for (const LoadedProject &project : state.projects)
        if (project.package.name == package) return project.package.root;
    return "";
}

}  // namespace

void resolve_dependencies(ParseState &state) {
    const RefLookup lookup(state.manifest, state.rest);
    for (auto &[id, other] : state.manifest.others) {
        if (!other.enabled) continue;
        const std::string group = other.content.value("group", Json()).is_string() ? other.content["group"].get<std::string>() : "";
        const Asker asker{other.resource_type, other.name, other.package_name, group, root_of(state, other.package_name) + other.original_file_path, 0, false, other.depends_on_nodes, id};
        if (other.resource_type == ResourceType::exposure || other.resource_type == ResourceType::semantic_model) resolve(state, lookup, asker, other);
    }
    resolve_nodes(state, lookup);
}

}  // namespace mesh::core::project
