#include "core/project/replaced.h"

#include "core/project/adapter.h"
#include "core/project/compile.h"
#include "core/project/macro_calls.h"
#include "core/project/members.h"
#include "core/project/relation.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

// Walks from macro to macro as the node would, as long as they are dbt's.
class Walk {
public:
    Walk(Session &session, const Node &node) : session_(session), package_(node.package_name) {}

    bool is_own(const std::string &name) const {
        const Value found = session_.macros().visible_macro(package_, name);
        return !found.is_missing() && !is_builtin_package(found.object_as<MacroFunction>()->info().package_name);
    }

    std::string from(const std::string &name) {
        return visit(session_.macros().visible_macro(package_, name));
    }

private:
    std::string visit(const Value &found) {
        const auto *macro = found.is_missing() ? nullptr : found.object_as<MacroFunction>();
        if (!macro || !seen_.insert(macro->info().unique_id).second) return "";
        if (!is_builtin_package(macro->info().package_name)) return macro->info().name;
        for (const MacroCall &call : builtin_calls(macro->info()))
            if (std::string name = visit(called(call)); !name.empty()) return name;
        return "";
    }

    Value called(const MacroCall &call) {
        if (!call.is_dispatched) return call.package.empty() ? session_.macros().visible_macro(package_, call.name) : Value::missing();
        for (const auto &[package, name] : dispatch_places(session_.manifest(), call.space(), call.name)) {
            Value found = package.empty() ? session_.macros().visible_macro(package_, name) : session_.macros().in_package(package, name);
            if (!found.is_missing()) return found;
        }
        return Value::missing();
    }

    Session &session_;
    const std::string package_;
    std::set<std::string> seen_;
};

// Has a project or package a macro of a name that dbt's have too? Most have none but those that make names, which no materialization calls.
bool shares_names(Session &session) {
    for (const auto &[id, macro] : session.manifest().macros) {
        if (is_builtin_package(macro.package_name) || macro.name.starts_with("generate_")) continue;
        const auto prefix = macro.name.find("__");
        const std::string plain = macro.name.starts_with("postgres__") || macro.name.starts_with("default__") ? macro.name.substr(prefix + 2) : macro.name;
        if (!session.macros().in_package("dbt", plain).is_missing()) return true;
    }
    return false;
}

// The name under which dbt's materializations build what takes the node's place.
std::string beside(Session &session, const Node &node) {
    Frame frame = run_frame(node);
    const Session::Entered entered(session, frame);
    jinja::Arguments call{{node_relation(session, node)}};
    const Value relation = session.macros().visible_macro(node.package_name, "make_intermediate_relation").object().call(call);
    return relation.object_as<Relation>()->identifier();
}

std::vector<std::string> roots_of_build(const std::string &materialized) {
    if (materialized == "view") return {"get_create_view_as_sql"};
    if (materialized == "materialized_view") return {"get_create_materialized_view_as_sql"};
    if (materialized == "seed") return {"create_csv_table", "load_csv_rows", "get_csv_sql", "create_indexes"};
    if (materialized == "table" || materialized == "incremental") return {"get_create_table_as_sql", "create_indexes"};
    return {};
}

std::vector<std::string> roots_of(const std::string &materialized, Work work) {
    switch (work) {
        case Work::build: return roots_of_build(materialized);
        case Work::change: return {"get_create_table_as_sql", "incremental_validate_on_schema_change", "process_schema_changes"};
        case Work::grants: return {"apply_grants", "get_grant_sql", "get_revoke_sql"};
        case Work::docs: return {"persist_docs"};
    }
    return {};
}

}  // namespace

std::string replaced_macro(Session &session, const Node &node, const std::vector<std::string> &roots) {
    Walk walk(session, node);
    for (const std::string &root : roots)
        if (walk.is_own(root)) return root;  // which dbt may have no macro of that name for: a strategy
    if (!shares_names(session)) return "";
    for (const std::string &root : roots)
        if (std::string found = walk.from(root); !found.empty()) return found;
    return "";
}

std::string replaced_macro(Session &session, const Node &node, Work work) {
    return replaced_macro(session, node, roots_of(node.config.value("materialized", "view"), work));
}

RelationInfo make_by_macros(Session &session, const Node &node, const Compiled &compiled) {
    Node made = node;
    const std::string materialized = node.config.value("materialized", "view");
    const bool is_seed = materialized == "seed";
    if (is_seed) made.alias = beside(session, node);  // what a seed's macros write to is the node's own relation
    const std::string form = materialized == "incremental" ? "table" : materialized;
    return run_materialization(session, made, "macro.dbt.mesh_make_" + form, compiled).at(0);
}

void apply_by_macros(Session &session, const Node &node, Work work, bool existed) {
    const Session::Rendering rendering(session);
    Frame frame = run_frame(node);
    if (const auto at = session.finished.find(node.unique_id); at != session.finished.end()) frame.compiled = at->second;
    const Session::Entered entered(session, frame);
    jinja::Arguments call{{Value(existed)}};
    if (work == Work::docs) call.positional.clear();
    hinted(session, [&] { return session.macros().by_id(work == Work::docs ? "macro.dbt.mesh_persist_docs" : "macro.dbt.mesh_apply_grants").object().call(call); });
}

}  // namespace mesh::core::project
