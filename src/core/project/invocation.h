// Rendering a parsed project's nodes and macros: one invocation in dbt's sense, with its vars, flags and database.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "core/jinja/object.h"
#include "core/project/database.h"
#include "core/project/manifest.h"

namespace mesh::core::project {

struct Compiled {
    std::string code;                                          // with the CTEs of ephemeral models put in
    std::vector<std::pair<std::string, std::string>> ctes;     // id, sql: of the ephemeral models that were put in
    bool asked_database = false;                               // a query, a relation or its columns: it may come out otherwise next time
};

// --defer: where the relations of an earlier state of the project are, by unique id.
struct Deferred {
    std::string database, schema, alias;
};
struct Deferral {
    std::map<std::string, Deferred> relations;
    bool favor_state = false;  // also where there is a relation here, of what is not selected
};

// Of the models, seeds, snapshots and functions that both have, but for ephemeral ones of the state.
Deferral deferral(const Manifest &manifest, const Manifest &state, bool favor_state);

struct CatalogTable;

// As the database says them, with their zone; no newest row: nullopt.
struct FreshnessTimes {
    std::optional<std::string> max_loaded_at, snapshotted_at;
};

// A part of what dbt's materializations do.
enum class Work {
    build,   // making the relation
    change,  // what an incremental model does to its table when that is there
    grants,
    docs,
};

class Invocation {
public:
    // Both must outlive it. Macros are parsed when they are first used.
    Invocation(const Manifest &manifest, const Settings &settings, Database &database);
    ~Invocation();

    // The node's SQL, as dbt compiles it (execute = true). For a data test: the query of its failing rows.
    // Raises Error with file, line and the macros on the way.
    Compiled compile(const std::string &unique_id);

    // The compiled SQL of a unit test's model with the given rows in place of its inputs; `unique_id` is the unit test's.
    Compiled compile_unit_test(const std::string &unique_id);

    // Any text, with the context of an analysis of the root project: dbt show --inline, dbt compile --inline.
    Compiled compile_inline(const std::string &text);

    // Runs a macro as `dbt run-operation` does. `name` may be "package.macro". Returns what it returned.
    Json run_operation(const std::string &name, const Json &arguments);

    // Runs a hook's text (pre-hook, post-hook) in the node's context, or of an operation: the SQL it renders to, not executed.
    std::string render_hook(const std::string &unique_id, const std::string &text);

    // Does the project (or a package of it) define this materialization itself, or is it that of functions, which is macros all through?
    // Empty: no, the engine's own is used.
    std::string own_materialization(const std::string &materialized) const;

    // Has the project overridden the macro behind this built-in generic test ("not_null" ...), or get_where_subquery?
    bool generic_test_overridden(const std::string &name) const;

    // Has the project overridden get_test_sql, by which a test's failing rows become its result? Then what it makes of them is this query.
    bool test_sql_overridden() const;
    std::string test_sql(const std::string &unique_id, const std::string &failing);

    // The macro by which the project has replaced one of dbt's that the part of the node's materialization goes through; empty: there is none.
    std::string replaced(const std::string &unique_id, Work work);

    // Makes the relation of a compiled node by such macros, under a name beside its own: the statements go to Database::execute. Returns what was made.
    RelationInfo make(const std::string &unique_id, const Compiled &compiled);

    // Applies grants or docs to the node's relation by such macros. `existed`: it may have grants that are to be taken back.
    void apply(const std::string &unique_id, Work work, bool existed);

    // Runs the project's own materialization of a compiled node, or else dbt's: its statements go to Database::execute. Returns the relations it gave back.
    std::vector<RelationInfo> materialize(const std::string &unique_id, const Compiled &compiled);

    // Has the project an incremental strategy of its own for the model, in place of mesh's? Raises dbt's error for a strategy that has no macro.
    bool own_strategy(const std::string &unique_id);

    // The statements by which such a strategy brings the rows of the table "schema"."identifier", which has these columns, into the model's.
    std::string strategy_sql(const std::string &unique_id, const std::string &schema, const std::string &identifier, const std::vector<DatabaseColumn> &columns);

    // As told_columns of the table "schema"."identifier".
    std::optional<std::vector<std::string>> told_columns(const std::string &unique_id, const std::string &schema, const std::string &identifier);

    // Of a source with a loaded_at_field or a loaded_at_query: asks the database by the macro that dbt asks by, the project's own if it has one.
    FreshnessTimes freshness(const std::string &unique_id);

    // The macro by which the project has replaced one that dbt asks for the catalog by; empty: there is none. `whole_schemas`: by schemas, as dbt
    // does it without compiling and for many relations, not by relations. And what such macros say of these nodes and sources.
    std::string replaced_catalog(bool whole_schemas);
    std::vector<CatalogTable> catalog(const std::vector<std::string> &unique_ids, bool whole_schemas);

    // What the run learned, for the `results` of on-run-end hooks.
    void add_result(const Json &result);

    // The batch of a microbatch model that is compiled next: refs to models with event_time read only from start (included) to end.
    // Both as "2024-01-01 00:00:00+00:00"; both empty: no batch.
    void set_batch(const std::string &unique_id, const std::string &start, const std::string &end);

    // selected_resources
    void set_selected(std::vector<std::string> unique_ids);

    // Refs to nodes that have no relation here read what the state has.
    void set_deferral(Deferral deferral);

    // The manifest is a part of the project: called once, before `graph` is looked at, to put the rest into it.
    void set_rest(std::function<void()> load);

    // Where load_agate_table() gets a seed's CSV from; only materializations of a project's own ask.
    void set_seed_text(std::function<std::string(const Node &)> text);

private:
    struct Inner;
    std::unique_ptr<Inner> inner_;
};

}  // namespace mesh::core::project
