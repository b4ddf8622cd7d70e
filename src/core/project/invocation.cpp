#include "core/project/invocation.h"

#include <algorithm>

#include "core/jinja/text.h"
#include "core/near.h"
#include "core/project/agate.h"
#include "core/project/catalog_macros.h"
#include "core/project/compile.h"
#include "core/project/members.h"
#include "core/project/names.h"
#include "core/project/project_flags.h"
#include "core/project/relation.h"
#include "core/project/replaced.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

// dbt also takes one from a package, where none of this name is built in, or the project says that this does not matter.
std::string find_own_materialization(Session &session, const std::string &materialized) {
    const Manifest &manifest = session.manifest();
    const bool is_built_in = !session.macros().in_package("dbt", "materialization_" + materialized + "_default").is_missing();
    const bool from_packages = !is_built_in || !project_flag(manifest, "require_explicit_package_overrides_for_builtin_materializations");
    for (const char *adapter : {"postgres", "default"}) {
        const std::string name = "materialization_" + materialized + "_" + adapter;
        const Value found = session.macros().visible_macro(manifest.project_name, name);
        const auto *own = found.is_missing() ? nullptr : found.object_as<MacroFunction>();
        if (own && !is_builtin_package(own->info().package_name)) return own->info().unique_id;
        for (const auto &[id, macro] : manifest.macros)
            if (from_packages && macro.name == name && !is_builtin_package(macro.package_name)) return id;
    }
    return materialized == "function" ? "macro.dbt.materialization_function_default" : "";
}

}  // namespace

struct Invocation::Inner {
    Inner(const Manifest &manifest, const Settings &settings, Database &database) : session(manifest, settings, &database) {
        set_table_printer([&database](const std::string &text) { database.log(text, true); });
    }
    ~Inner() { set_table_printer(nullptr); }

    const Node &node(const std::string &unique_id) const {
        const auto at = session.manifest().nodes.find(unique_id);
        if (at == session.manifest().nodes.end()) throw Error("42704", "node \"" + unique_id + "\" does not exist");
        return at->second;
    }

    // The macro of a name, with its package before a dot, or without: the project's, that of any package, or dbt's.
    Value macro(const std::string &name) {
        const auto dot = name.find('.');
        const std::string package = dot == std::string::npos ? session.manifest().project_name : name.substr(0, dot);
        const std::string plain = dot == std::string::npos ? name : name.substr(dot + 1);
        Value found = session.macros().in_package(package, plain);
        if (found.is_missing() && dot == std::string::npos) found = session.macros().anywhere(plain);
        if (found.is_missing() && dot == std::string::npos) found = session.macros().visible_macro(package, plain);
        if (found.is_missing())
            throw Error("42883", "dbt could not find a macro with the name '" + name + "' in any package", "",
                        name_hint(plain, session.macros().names(package)));
        return found;
    }

    Session session;
    std::map<std::pair<std::string, size_t>, std::string> own_materializations;  // by name and how many macros there were
    std::map<std::tuple<std::string, std::string, Work, size_t>, std::string> replaced;  // by package and materialization too
};

Invocation::Invocation(const Manifest &manifest, const Settings &settings, Database &database)
    : inner_(std::make_unique<Inner>(manifest, settings, database)) {}

Invocation::~Invocation() = default;

Compiled Invocation::compile(const std::string &unique_id) {
    return compile_node(inner_->session, inner_->node(unique_id));
}

Compiled Invocation::compile_inline(const std::string &text) {
    return project::compile_inline(inner_->session, text);
}

Compiled Invocation::compile_unit_test(const std::string &unique_id) {
    const auto at = inner_->session.manifest().others.find(unique_id);
    if (at == inner_->session.manifest().others.end()) throw Error("42704", "unit test \"" + unique_id + "\" does not exist");
    return project::compile_unit_test(inner_->session, at->second);
}

Json Invocation::run_operation(const std::string &name, const Json &arguments) {
    Session &session = inner_->session;
    const Session::Rendering rendering(session);
    const Value macro = inner_->macro(name);
    Frame frame;
    frame.phase = Phase::operation;
    frame.package = session.macros().seen_from(macro);
    const Session::Entered entered(session, frame);
    jinja::Arguments call;
    for (const auto &[key, value] : arguments.items()) call.named.emplace_back(key, to_value(value));
    return hinted(session, [&] { return to_json_value(macro.object().call(call)); });
}

std::string Invocation::render_hook(const std::string &unique_id, const std::string &text) {
    Session &session = inner_->session;
    const Node &node = inner_->node(unique_id);
    const Session::Rendering rendering(session);
    Frame frame = run_frame(node);
    if (const auto at = session.finished.find(unique_id); at != session.finished.end()) frame.compiled = at->second;
    const Session::Entered entered(session, frame);
    add_schemas(session, frame);
    return hinted(session, [&] { return session.render(text, "hook of " + unique_id); });
}

// Asked of each model; macros can be added in between, when only a part of the project was read.
std::string Invocation::own_materialization(const std::string &materialized) const {
    auto [known, fresh] = inner_->own_materializations.try_emplace({materialized, inner_->session.manifest().macros.size()});
    if (fresh) known->second = find_own_materialization(inner_->session, materialized);
    return known->second;
}

bool Invocation::generic_test_overridden(const std::string &name) const {
    MacroTable &macros = inner_->session.macros();
    return macros.overridden("test_" + name) || macros.overridden("default__test_" + name) || macros.overridden("postgres__test_" + name) ||
           macros.overridden("get_where_subquery") || macros.overridden("default__get_where_subquery") ||
           macros.overridden("postgres__get_where_subquery");
}

bool Invocation::test_sql_overridden() const {
    MacroTable &macros = inner_->session.macros();
    return macros.overridden("get_test_sql") || macros.overridden("default__get_test_sql") || macros.overridden("postgres__get_test_sql");
}

std::string Invocation::test_sql(const std::string &unique_id, const std::string &failing) {
    Session &session = inner_->session;
    const Node &node = inner_->node(unique_id);
    const Session::Rendering rendering(session);
    Frame frame = run_frame(node);
    const Session::Entered entered(session, frame);
    jinja::Arguments call{{jinja::Value(failing)}};
    for (const char *key : {"fail_calc", "warn_if", "error_if"}) call.positional.push_back(to_value(node.config.value(key, Json())));
    call.named = {{"limit", jinja::Value()}};  // it is in the failing rows already
    return hinted(session, [&] { return jinja::to_text(session.execute_macro("get_test_sql", call)); });
}

std::vector<RelationInfo> Invocation::materialize(const std::string &unique_id, const Compiled &compiled) {
    const Node &node = inner_->node(unique_id);
    const std::string materialized = node.config.value("materialized", "view");
    const std::string own = own_materialization(materialized);
    return run_materialization(inner_->session, node, own.empty() ? "macro.dbt.materialization_" + materialized + "_default" : own, compiled);
}

// Asked of each node of a run; macros can be added in between, when only a part of the project was read.
std::string Invocation::replaced(const std::string &unique_id, Work work) {
    const Node &node = inner_->node(unique_id);
    auto [known, fresh] = inner_->replaced.try_emplace({node.package_name, node.config.value("materialized", "view"), work, inner_->session.manifest().macros.size()});
    if (fresh) known->second = replaced_macro(inner_->session, node, work);
    return known->second;
}

RelationInfo Invocation::make(const std::string &unique_id, const Compiled &compiled) {
    return make_by_macros(inner_->session, inner_->node(unique_id), compiled);
}

void Invocation::apply(const std::string &unique_id, Work work, bool existed) {
    apply_by_macros(inner_->session, inner_->node(unique_id), work, existed);
}

bool Invocation::own_strategy(const std::string &unique_id) {
    return project::own_strategy(inner_->session, inner_->node(unique_id));
}

std::optional<std::vector<std::string>> Invocation::told_columns(const std::string &unique_id, const std::string &schema, const std::string &identifier) {
    return project::told_columns(inner_->session, inner_->node(unique_id), schema, identifier);
}

std::string Invocation::strategy_sql(const std::string &unique_id, const std::string &schema, const std::string &identifier, const std::vector<DatabaseColumn> &columns) {
    return project::strategy_sql(inner_->session, inner_->node(unique_id), schema, identifier, columns);
}

FreshnessTimes Invocation::freshness(const std::string &unique_id) {
    return measure_freshness(inner_->session, inner_->session.manifest().sources.at(unique_id));
}

std::string Invocation::replaced_catalog(bool whole_schemas) {
    return project::replaced_catalog(inner_->session, whole_schemas);
}

std::vector<CatalogTable> Invocation::catalog(const std::vector<std::string> &unique_ids, bool whole_schemas) {
    return catalog_by_macros(inner_->session, unique_ids, whole_schemas);
}

void Invocation::add_result(const Json &result) {
    inner_->session.results.push_back(result);
}

void Invocation::set_batch(const std::string &unique_id, const std::string &start, const std::string &end) {
    if (start.empty() && end.empty()) inner_->session.batches.erase(unique_id);
    else inner_->session.batches[unique_id] = {start, end};
}

void Invocation::set_selected(std::vector<std::string> unique_ids) {
    inner_->session.selected = std::move(unique_ids);
}

void Invocation::set_deferral(Deferral deferral) {
    inner_->session.deferral = std::move(deferral);
}

Deferral deferral(const Manifest &manifest, const Manifest &state, bool favor_state) {
    Deferral out;
    out.favor_state = favor_state;
    for (const auto &[id, node] : state.nodes) {
        const bool refable = node.resource_type == ResourceType::model || node.resource_type == ResourceType::seed || node.resource_type == ResourceType::snapshot ||
                             node.resource_type == ResourceType::function;
        if (refable && manifest.nodes.contains(id) && node.config.value("materialized", Json()) != "ephemeral") out.relations[id] = {node.database, node.schema, fitting_name(node.alias)};
    }
    return out;
}

void Invocation::set_rest(std::function<void()> load) {
    inner_->session.load_rest = std::move(load);
}

void Invocation::set_seed_text(std::function<std::string(const Node &)> text) {
    inner_->session.seed_text = std::move(text);
}

}  // namespace mesh::core::project
