// Incremental strategies: macros by name, mesh's own or a project's.
#include "core/jinja/text.h"
#include "core/project/column.h"
#include "core/project/compile.h"
#include "core/project/members.h"
#include "core/project/relation.h"
#include "core/project/replaced.h"

namespace mesh::core::project {

using jinja::Value;

namespace {

std::string strategy_of(const Node &node) {
    const Json strategy = node.config.value("incremental_strategy", Json());
    return strategy.is_string() && !strategy.get<std::string>().empty() ? strategy.get<std::string>() : "default";
}

std::string macro_name(const Node &node) {
    std::string strategy = strategy_of(node);
    for (char &c : strategy)
        if (c == '+') c = '_';
    return "get_incremental_" + strategy + "_sql";
}

// A table of the node's database.
Value made_table(const Node &node, const std::string &schema, const std::string &identifier) {
    RelationFields table;
    if (!node.database.empty()) table.path[0] = node.database;
    table.path[1] = schema;
    table.path[2] = identifier;
    table.type = "table";
    return make_relation(std::move(table));
}

Value arguments_for(Session &session, const Node &node, const std::string &schema, const std::string &identifier, const std::vector<DatabaseColumn> &columns) {
    std::vector<Value> list;
    for (const DatabaseColumn &column : columns) list.push_back(make_column(column));
    const auto configured = [&](const char *key) { return to_value(node.config.value(key, Json())); };
    const Value predicates = configured("predicates");
    auto dict = jinja::make<jinja::Dict>();
    dict->set(Value("target_relation"), node_relation(session, node));
    dict->set(Value("temp_relation"), made_table(node, schema, identifier));
    dict->set(Value("unique_key"), configured("unique_key"));
    dict->set(Value("dest_columns"), Value(std::move(list)));
    dict->set(Value("incremental_predicates"), predicates.is_none() ? configured("incremental_predicates") : predicates);
    return Value(dict);
}

// A snapshot is kept by the project's own macros when one for its strategy is not dbt's, or one of those that dbt's materialization goes through.
bool own_snapshot_strategy(Session &session, const Node &node) {
    const std::string strategy = node.config.value("strategy", Json()).is_string() ? node.config["strategy"].get<std::string>() : "";
    const auto dot = strategy.find('.');
    const std::string name = "snapshot_" + (dot == std::string::npos ? strategy : strategy.substr(dot + 1)) + "_strategy";
    if (dot != std::string::npos && !session.macros().in_package(strategy.substr(0, dot), name).is_missing()) return strategy.substr(0, dot) != "dbt";
    return !replaced_macro(session, node, {name, "strategy_dispatch", "build_snapshot_table", "build_snapshot_staging_table", "snapshot_staging_table", "create_columns", "snapshot_merge_sql",
                                           "create_table_as", "check_time_data_types", "create_indexes", "post_snapshot", "apply_grants", "get_grant_sql", "get_revoke_sql", "persist_docs"}).empty();
}

}  // namespace

bool own_strategy(Session &session, const Node &node) {
    if (node.resource_type == ResourceType::snapshot) return own_snapshot_strategy(session, node);
    const std::string strategy = strategy_of(node), name = macro_name(node), &project = session.manifest().project_name;
    if (strategy == "insert_overwrite") throw Error("22023", "the incremental strategy '" + strategy + "' is not valid for this adapter").with(ErrorKind::runtime);
    if (strategy == "auto" && session.macros().visible_macro(project, name).is_missing()) return false;  // the mesh's own, which has no macro
    if (session.macros().visible_macro(project, name).is_missing())
        throw Error("42883", "dbt could not find an incremental strategy macro with the name \"" + name + "\" in " + project, "",
                    "Strategies are append, delete+insert, merge and microbatch, and those that the project has such a macro for.").with(ErrorKind::runtime);
    return !replaced_macro(session, node, {name}).empty();
}

std::string strategy_sql(Session &session, const Node &node, const std::string &schema, const std::string &identifier, const std::vector<DatabaseColumn> &columns) {
    const Session::Rendering rendering(session);
    Frame frame = run_frame(node);
    if (const auto at = session.finished.find(node.unique_id); at != session.finished.end()) frame.compiled = at->second;
    const Session::Entered entered(session, frame);
    return hinted(session, [&] {
        const Value macro = session.macros().visible_macro(session.manifest().project_name, macro_name(node));
        jinja::Arguments call{{arguments_for(session, node, schema, identifier, columns)}};
        return jinja::to_text(macro.object().call(call));
    });
}

std::optional<std::vector<std::string>> told_columns(Session &session, const Node &node, const std::string &schema, const std::string &identifier) {
    if (!session.macros().overridden("get_columns_in_relation") && !session.macros().overridden("postgres__get_columns_in_relation")) return std::nullopt;
    const Session::Rendering rendering(session);
    Frame frame = run_frame(node);
    const Session::Entered entered(session, frame);
    return hinted(session, [&]() -> std::optional<std::vector<std::string>> {
        jinja::Arguments arguments;
        arguments.named.emplace_back("relation", made_table(node, schema, identifier));
        const Value told = session.execute_macro("get_columns_in_relation", arguments);
        if (!told.sequence()) return std::nullopt;
        std::vector<std::string> names;
        for (const Value &one : *told.sequence()) {
            const auto *column = one.object_as<Column>();
            if (!column) return std::nullopt;
            names.push_back(column->name);
        }
        return names;
    });
}

}  // namespace mesh::core::project
