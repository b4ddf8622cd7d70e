#include "core/project/adapter.h"

#include <algorithm>

#include "core/jinja/operators.h"
#include "core/jinja/text.h"
#include "core/project/agate.h"
#include "core/project/column.h"
#include "core/project/members.h"
#include "core/project/relation.h"

namespace mesh::core::project {

using jinja::Arguments;
using jinja::Value;

namespace {

// A behaviour flag: false in an if, and under .no_warn.
class Behavior : public jinja::Object {
public:
    explicit Behavior(bool flag) : flag_(flag) {}
    std::string type_name() const override { return flag_ ? "BehaviorFlagRendered" : "Behavior"; }
    bool truth() const override { return !flag_; }
    std::optional<Value> attribute(std::string_view name) override {
        if (flag_) return name == "no_warn" || name == "setting" ? std::optional<Value>(Value(false)) : std::nullopt;
        return Value(jinja::make<Behavior>(true));
    }

private:
    bool flag_;
};

class Adapter : public jinja::Object {
public:
    explicit Adapter(Session &session) : session_(session), relation_(make_relation_class(session.quoting())) {
        for (const auto *group : {&adapter_relation_methods(), &adapter_column_methods(), &adapter_query_methods(), &adapter_render_methods()})
            for (const AdapterEntry &entry : *group) methods_.emplace(entry.name, &entry);
    }
    std::string type_name() const override {
        return session_.frame().execute() ? "RuntimeDatabaseWrapper" : "ParseDatabaseWrapper";
    }
    std::optional<Value> attribute(std::string_view name) override;
    void drop_contents() override { relation_ = Value(); }

private:
    static Value while_parsing(AdapterEntry::Parsing kind);

    Session &session_;
    Value relation_;
    std::unordered_map<std::string_view, const AdapterEntry *> methods_;
};

std::optional<Value> Adapter::attribute(std::string_view name) {
    Session &session = session_;
    if (name == "dispatch") return jinja::make_function("dispatch", [&session](Arguments &a) { return dispatch(session, a); });
    if (name == "Relation") return relation_;
    if (name == "Column") return make_column_class();
    if (name == "behavior") return Value(jinja::make<Behavior>(false));
    const auto at = methods_.find(name);
    if (at == methods_.end()) return std::nullopt;
    return jinja::make_function(at->second->name, [&session, entry = at->second](Arguments &a) {
        if (!session.frame().execute() && entry->parsing != AdapterEntry::Parsing::same) return while_parsing(entry->parsing);
        return entry->body(session, a);
    });
}

Value Adapter::while_parsing(AdapterEntry::Parsing kind) {
    switch (kind) {
        case AdapterEntry::Parsing::list: return Value(std::vector<Value>());
        case AdapterEntry::Parsing::no: return Value(false);
        case AdapterEntry::Parsing::text_and_table: return Value::tuple({Value(""), Value(empty_table())});
        case AdapterEntry::Parsing::two_nones: return Value::tuple({Value(), Value()});
        default: return Value();
    }
}

// The root project's dispatch: setting for a namespace; empty when there is none.
std::vector<std::string> configured_order(const Manifest &manifest, const std::string &space) {
    std::vector<std::string> order;
    if (manifest.packages.empty()) return order;
    const auto dispatch = manifest.root().project.find("dispatch");
    if (dispatch == manifest.root().project.end() || !dispatch->is_array()) return order;
    for (const Json &one : *dispatch)
        if (one.value("macro_namespace", "") == space && one.contains("search_order"))
            for (const Json &package : one["search_order"])
                if (package.is_string()) order.push_back(package.get<std::string>());
    return order;
}

// The packages for a namespace; an empty name means wherever the template sees.
std::vector<std::string> search_order(const Manifest &manifest, const std::string &space) {
    auto order = configured_order(manifest, space);
    if (!order.empty()) return order;
    const bool known = is_builtin_package(space) || std::any_of(manifest.packages.begin(), manifest.packages.end(), [&](const Package &package) { return package.name == space; });
    if (known) return {manifest.project_name, space};
    return {""};
}

std::optional<std::string> namespace_of(const Value &space) {
    if (space.is_none()) return std::nullopt;
    if (!space.is_string())
        raise_compilation("In adapter.dispatch, got a " + jinja::type_name(space) + " macro_namespace argument (\"" + jinja::to_text(space) +
                          "\"), but macro_namespace should be None or a string.");
    return space.text();
}

}  // namespace

std::vector<DispatchPlace> dispatch_places(const Manifest &manifest, const std::optional<std::string> &space, const std::string &name) {
    std::vector<DispatchPlace> places;
    const auto add = [&](const std::string &package) {
        for (const char *prefix : {"postgres__", "default__"}) places.push_back({package, prefix + name});
    };
    if (!space) add("");
    else
        for (const std::string &package : search_order(manifest, *space)) add(package);
    return places;
}

Value dispatch(Session &session, Arguments &arguments) {
    const auto bound = bind("dispatch", arguments, {{"macro_name"}, {"macro_namespace", Value()}, {"packages", Value()}});
    const std::string name = jinja::to_text(bound[0]);
    if (const auto dot = name.find('.'); dot != std::string::npos)
        raise_compilation("In adapter.dispatch, got a macro name of \"" + name + "\", but \".\" is not a valid macro name component. Did you mean `adapter.dispatch(\"" +
                          name.substr(dot + 1) + "\", macro_namespace=\"" + name.substr(0, dot) + "\")`?");
    if (!bound[2].is_none())
        raise_compilation("The \"packages\" argument of adapter.dispatch() has been deprecated. Use the \"macro_namespace\" argument instead.\n\n"
                          "Raised during dispatch for: " + name);
    std::string attempts;
    for (const auto &[package, wanted] : dispatch_places(session.manifest(), namespace_of(bound[1]), name)) {
        Value macro = package.empty() ? session.macros().visible_macro(session.frame().package, wanted) : session.macros().in_package(package, wanted);
        if (macro.is_missing() && package.empty() && session.frame().reads_generic_test()) macro = session.macros().anywhere(wanted);
        if (!macro.is_missing()) return macro;
        attempts += (attempts.empty() ? "'" : ", '") + (package.empty() ? "" : package + ".") + wanted + "'";
    }
    jinja::TemplateError error(jinja::ErrorClass::compilation, "In dispatch: No macro named '" + name + "' found within namespace: '" +
                                                                   jinja::to_text(bound[1]) + "'\n    Searched for: " + attempts);
    error.sqlstate = "42883";
    throw error;
}

const Relation &relation_argument(const char *method, const char *argument, const Value &value) {
    if (const auto *relation = value.object_as<Relation>()) return *relation;
    raise_compilation(std::string("'adapter.") + method + "' expects argument '" + argument + "' to be of type 'Relation', instead got " +
                      jinja::to_text(value) + " (" + jinja::type_name(value) + ")");
}

Value make_adapter(Session &session) {
    return Value(jinja::make<Adapter>(session));
}

}  // namespace mesh::core::project
