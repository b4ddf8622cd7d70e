#include "core/project/macro_calls.h"

#include <algorithm>
#include <set>

#include "core/jinja/template.h"
#include "core/jinja/walk.h"
#include "core/project/adapter.h"
#include "core/project/base_context.h"
#include "core/project/parse_state.h"

namespace mesh::core::project {

namespace {

std::string text_of(const jinja::Expr *expression) {
    if (expression == nullptr || expression->kind != jinja::NodeKind::constant) return "";
    const jinja::Value &value = static_cast<const jinja::Constant *>(expression)->value;
    return value.is_string() ? value.text() : "";
}

// A positional argument, or one of this name.
const jinja::Expr *argument(const jinja::Call &call, std::size_t place, const char *name) {
    if (call.arguments.positional.size() > place) return call.arguments.positional[place];
    for (const auto &[given, value] : call.arguments.named)
        if (given == name) return value;
    return nullptr;
}

void add_dispatched(const jinja::Call &call, MacroCalls &found) {
    const std::string name = text_of(argument(call, 0, "macro_name")), space = text_of(argument(call, 1, "macro_namespace"));
    if (name.empty()) return;
    found.push_back({"", name});
    found.push_back({space, name, true, !space.empty()});
}

void add_call(const jinja::Call &call, MacroCalls &found) {
    if (call.callee->kind == jinja::NodeKind::name) {
        const std::string &name = static_cast<const jinja::Name *>(call.callee)->name;
        if (name != "ref" && name != "source" && name != "config") found.push_back({"", name});
    }
    if (call.callee->kind != jinja::NodeKind::attribute) return;
    const auto *member = static_cast<const jinja::Attribute *>(call.callee);
    if (member->object->kind != jinja::NodeKind::name) return;
    const std::string &object = static_cast<const jinja::Name *>(member->object)->name;
    if (object != "adapter") found.push_back({object, member->name.text()});
    else if (member->name.text() == "dispatch") add_dispatched(call, found);
}

void collect(const jinja::Node &node, MacroCalls &found) {
    if (node.kind == jinja::NodeKind::call) add_call(static_cast<const jinja::Call &>(node), found);
    jinja::for_each_child(node, [&](jinja::Node &child) { collect(child, found); });
}

// A macro that cannot be parsed says so when it is called.
MacroCalls calls_of(const MacroInfo &macro) {
    MacroCalls found;
    try {
        const auto parsed = jinja::Template::parse(macro.macro_sql, macro.original_file_path);
        for (const jinja::Stmt *statement : parsed->tree().body) collect(*statement, found);
    } catch (const jinja::TemplateError &) {
        found.clear();
    }
    return found;
}

// What templates call that is no macro.
const std::set<std::string> &base_names() {
    static const std::set<std::string> names = [] {
        const jinja::Pool pool;
        const Settings settings;
        std::set<std::string> found;
        const auto context = make_base_context({.settings = &settings});
        for (std::size_t place = 0; const auto *entry = context->values().next(place); ++place) found.insert(entry->key.text());
        return found;
    }();
    return names;
}

class Resolver {
public:
    Resolver(const Manifest &manifest, const MacroFinder &macros) : manifest_(manifest), macros_(macros) {}

    std::vector<std::string> operator()(const MacroInfo &macro, const MacroCalls &calls) const {
        std::vector<std::string> ids;
        for (const MacroCall &call : calls) {
            const MacroInfo *found = find(macro, call);
            if (found && std::find(ids.begin(), ids.end(), found->unique_id) == ids.end()) ids.push_back(found->unique_id);
        }
        return ids;
    }

private:
    const MacroInfo *find(const MacroInfo &macro, const MacroCall &call) const {
        if (call.is_dispatched) return dispatched(call);
        if (call.package.empty() && (call.name == macro.name || base_names().contains(call.name))) return nullptr;
        return macros_.find(call.package.empty() ? macro.package_name : call.package, call.name);
    }

    const MacroInfo *dispatched(const MacroCall &call) const {
        for (const auto &[package, name] : dispatch_places(manifest_, call.space(), call.name))
            if (const MacroInfo *found = package.empty() ? macros_.find("", name) : macros_.find_in(package, name)) return found;
        return nullptr;
    }

    const Manifest &manifest_;
    const MacroFinder &macros_;
};

}  // namespace

const MacroCalls &builtin_calls(const MacroInfo &macro) {
    static std::map<std::string, MacroCalls> known;
    const auto at = known.find(macro.unique_id);
    if (at != known.end()) return at->second;
    return known.emplace(macro.unique_id, calls_of(macro)).first->second;
}

void read_macro_calls(ParseState &state) {
    const Resolver resolve(state.manifest, *state.macros);
    for (auto &[id, macro] : state.manifest.macros)
        if (!MacroFinder::built_in(macro.package_name)) macro.depends_on_macros = resolve(macro, calls_of(macro));
}

const std::vector<std::string> &MacroDependencies::of(const MacroInfo &macro) {
    if (!MacroFinder::built_in(macro.package_name) || !macro.depends_on_macros.empty()) return macro.depends_on_macros;
    if (const auto known = built_in_.find(macro.unique_id); known != built_in_.end()) return known->second;
    if (!macros_) macros_ = std::make_unique<MacroFinder>(manifest_);
    return built_in_.emplace(macro.unique_id, Resolver(manifest_, *macros_)(macro, builtin_calls(macro))).first->second;
}

}  // namespace mesh::core::project
