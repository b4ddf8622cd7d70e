// Building a model's next contents in the stage.
#pragma once

#include <functional>

#include "engine/compile.h"
#include "engine/target.h"
#include "pg/heap.h"

namespace mesh::engine {

// How a staged result becomes what consumers see.
enum class Publish {
    nothing,   // there is nothing to do: ephemeral, or a view that stays as it is
    in_place,  // it was built under its own name, which nobody else can see yet, or changed row by row
    rows,      // the target's rows become the staged ones, and its storage stays: it must not be swapped
    swap,      // the target takes over the storage that was built beside it
    rename,    // the staged relation gets the model's name
    view,      // the view's definition is replaced
    matview,   // a materialized view is created, and takes over the staged table's storage
};

struct Followed;  // auto_increment.h

// A statement of a hook that defines something on the relation of another model, which is staged beside its place.
struct OnOther {
    std::string model;  // its id
    std::string sql;
};

// What one step built. Until it is published only this transaction can see it.
struct Staged {
    Model model;
    const Domain *domain = nullptr;
    Compiled compiled;
    Target target;
    Publish how = Publish::nothing;
    std::string relation;              // what readers and tests in this run read: a complete FROM item
    std::string schema, name;          // the staged relation, when it is one of its own
    Oid stage_oid = InvalidOid;
    bool at_target = false;            // readers find the new contents under the published name already
    bool recreate = false;             // the target has to be dropped first
    std::string alter;                 // ALTER TABLE actions that give the target the new columns
    std::vector<pg::Column> columns;   // as they really are
    std::vector<std::string> key_indexes;  // definitions ("using btree (a)") of indexes that the strategy needs
    std::vector<std::string> new_indexes;  // definitions of those that the target has not
    std::string final_sql;             // the body over published names
    std::string relkind;               // of what a project's own materialization or macros made; else the model's materialization tells
    std::optional<uint64_t> rows;
    std::string reason;                // why it was built this way
    std::shared_ptr<Followed> followed;  // of a model with the strategy "auto"
    std::vector<std::string> after;    // statements of hooks that wait for the publish
    std::vector<std::string> defining;  // those of `after` before what its relation has already was left out
    std::vector<OnOther> on_others;    // statements of its hooks that wait until all are published
    std::set<std::string> wrote_to;    // ids of other models whose staged rows its hooks may have changed
    bool is_reshaped = false;          // its hooks have changed the columns that are staged
    std::vector<std::string> made;     // those by which a project's own macros make a view beside its place, over what is published
    std::string made_name;             // the name under which they do
    pg::RowConditions asked;           // of all its rows as they were written; nothing of it is known when they were not
};

// The statements by which a project's own incremental strategy brings the rows of a table into the model's.
using Strategy = std::function<std::string(const std::string &schema, const std::string &table, const std::vector<pg::Column> &columns)>;

// The names of the columns that a project's own get_columns_in_relation tells of a table. Nothing: those that it has.
using ToldColumns = std::function<std::optional<std::vector<std::string>>(const std::string &schema, const std::string &table)>;

// What a project's own macros have made beside the model's place, in this run.
struct Made {
    std::string schema, name;
    std::string macro;                    // one of them
    std::vector<std::string> statements;  // that name it, over what is published
};

struct BuildOptions {
    int64_t run_id = 0;
    bool full_refresh = false;
    bool is_product = false;   // consumers of the same run may read it
    bool changed_by_hand = false;  // what is published is not what its definition says
    bool view_is_read = true;  // a test or another model of the run reads this view
    std::optional<Made> made = {};  // in place of what would be built
    Strategy strategy = {};    // in place of mesh's own
    bool warn_error = false;   // a warning about the model is its failure
    ToldColumns told_columns = {};  // of the model's table and of its new rows
    bool keys_later = false;   // what a foreign key refers to has its new rows, or its name, only at the publish, which then makes the key
    pg::RowConditions asked = {};  // by tests, of the rows as they are written
    std::string stage_name = "";  // of a staged relation that other sessions meet; else it gets one of its own
};

// Adds one more reason to those there are; empty: there is none.
inline void add_reason(std::string &reasons, const std::string &more) {
    if (!more.empty()) reasons += (reasons.empty() ? "" : "; ") + more;
}

using Stage = std::map<std::string, Staged>;  // by model id

// A warning about a model that is being built; its failure when warnings are to be errors.
void warn_of(bool warn_error, const std::string &message, const std::string &detail = "");

// The body as runnable SQL. Upstreams that are in `stage` are read there, others where they are published;
// ephemeral ones are written in. With a stage, raises 55000 when an upstream was never built.
std::string runnable_sql(Mesh &mesh, const Model &model, const Compiled &compiled, const Stage *stage, bool incremental);

// What the model is built from, over published names: its body as SQL, or what stands for a seed's text.
std::string definition_of(Mesh &mesh, const Model &model, const Compiled &compiled);

// One upstream model as a complete FROM item, in the same way.
std::string upstream_item(Mesh &mesh, const Upstream &up, const Stage *stage);

// Builds into the stage with the owner's rights, on the active snapshot.
Staged build(Mesh &mesh, const Model &model, const Target &target, const Stage &stage, const BuildOptions &options);

// increment.cpp: changes the existing target row by row, as the incremental strategy says; other sessions see that when
// the transaction commits.
void apply_increment(Staged &staged, const std::string &sql, const BuildOptions &options);

// made.cpp: makes the view again, over what is published now, and puts it in its place.
void publish_made(const Staged &staged);

// publish_rows.cpp: the key by which rows of a table are told apart: the columns of a unique index that are never null and among
// `columns`; the primary key before others. Empty when there is none.
struct RowKey {
    std::string index;
    std::vector<std::string> columns;
};
RowKey row_key(Oid target, const std::vector<std::string> &columns);

// publish_rows.cpp: names of the columns that are the same in both.
std::vector<std::string> common_columns(const std::vector<pg::Column> &a, const std::vector<pg::Column> &b);

// columns.cpp: the ALTER TABLE actions that turn `from` into `to`, keeping what both have; empty when nothing is to do.
// Only columns that are among `ours`, or have the name of one in `to`, are dropped.
std::string alter_actions(const std::vector<pg::Column> &from, const std::vector<pg::Column> &to, const std::vector<pg::Column> &ours);
std::string column_definitions(const std::vector<pg::Column> &columns);
std::string column_list(const std::vector<pg::Column> &columns, const std::string &prefix = "");
bool has_name(const std::vector<pg::Column> &columns, const std::string &name);

// The ALTER TABLE actions by which text columns of the table get the length that is given, where no view reads them; `held`, the table's columns,
// have it then. A column without a length has room already.
std::string grow_text(Oid table, std::vector<pg::Column> &held, const std::vector<pg::Column> &given);
bool same_columns(std::vector<pg::Column> a, std::vector<pg::Column> b);

// columns.cpp: the model's configured indexes ("unique (a, b)" as "create unique index on ..."), by definition.
std::vector<std::string> configured_indexes(const Model &model);
std::vector<std::string> wanted_indexes(const Staged &staged);
std::vector<std::string> missing_indexes(const Staged &staged, Oid relation);
std::string create_index_sql(const std::string &definition, const std::string &table);

}  // namespace mesh::engine
