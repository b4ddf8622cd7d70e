// Settings of a model: dbt's names and meanings.
#include <algorithm>

#include "core/near.h"
#include "engine/build.h"
#include "engine/definition.h"
#include "engine/hooks.h"
#include "engine/snapshot.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;

namespace {

void check_one_of(const Model &model, const std::string &setting, const std::vector<std::string> &known) {
    if (!model.config.contains(setting) || model.config[setting].is_null()) return;
    const Json &value = model.config[setting];
    if (value.is_string() && std::find(known.begin(), known.end(), value.get<std::string>()) != known.end()) return;
    std::string list;
    for (const std::string &name : known) list += (list.empty() ? "" : ", ") + name;
    throw Error("22023", "invalid " + setting + " of model \"" + model.id() + "\": " + value.dump(), "", "Use one of " + list + ".");
}

// A setting that names columns: one, or a list.
void check_columns(const Model &model, const std::string &setting, const std::vector<pg::Column> &columns) {
    if (!model.config.contains(setting) || model.config[setting].is_null()) return;
    const Json value = model.config[setting].is_array() ? model.config[setting] : Json::array({model.config[setting]});
    std::vector<std::string> names;
    for (const pg::Column &column : columns) names.push_back(column.name);
    for (const Json &item : value) {
        if (!item.is_string())
            throw Error("22023", setting + " of model \"" + model.id() + "\" must name columns", model.config[setting].dump());
        std::string name = item;
        if (!columns.empty() && !name.empty() && std::find(names.begin(), names.end(), name) == names.end())
            throw Error("42703", setting + " of model \"" + model.id() + "\" names column \"" + name + "\", which its body does not give", "",
                        core::name_hint(name, names));
    }
}

void check_indexes(const Model &model, const std::vector<pg::Column> &columns) {
    std::vector<std::string> definitions = configured_indexes(model);  // raises what is no index
    if (definitions.empty()) return;
    if (model.materialized == "view" || model.materialized == "ephemeral")
        throw Error("22023", "model \"" + model.id() + "\" cannot have indexes", "It is materialized as " + model.materialized + ".");
    for (const Json &index : model.config["indexes"]) {
        Model one = model;
        one.config = {{"indexes", index.is_object() ? index["columns"] : index}};
        check_columns(one, "indexes", columns);
    }
}

void check_predicates(const Model &model) {
    if (!model.config.contains("incremental_predicates") || model.config["incremental_predicates"].is_null()) return;
    const Json &value = model.config["incremental_predicates"];
    bool texts = value.is_string() || (value.is_array() && std::all_of(value.begin(), value.end(), [](const Json &item) { return item.is_string(); }));
    if (!texts) throw Error("22023", "incremental_predicates of model \"" + model.id() + "\" must be conditions", value.dump());
}

// A slip of the pen is warned of; what looks like the owner's own is kept with a word.
void report_unknown(const std::string &id, const std::string &key) {
    std::string what = "config \"" + key + "\" of model \"" + id + "\"";
    bool argument = key == "materialized" || key == "tags" || key == "description";
    if (argument) return pg::warning(what + " has no effect", "", "Give it in mesh.create_model(" + key + " => ...).");
    if (!core::near(key, known_config()).empty()) return pg::warning(what + " has no effect", "", core::name_hint(key, known_config()));
    pg::notice(what + " is no setting of the mesh", "Only the selector config." + key + ": looks at it.", "Put what is your own under \"meta\".");
}

}  // namespace

const std::vector<std::string> &known_config() {
    static const std::vector<std::string> known = {"batch_size", "begin", "check_cols", "column_types", "columns", "constraints", "contract", "dbt_valid_to_current",
                                                   "delimiter", "event_time", "grants", "hard_deletes", "invalidate_hard_deletes", "lookback", "persist_docs",
                                                   "post_hook", "pre_hook", "quote_columns", "skip_unchanged", "snapshot_meta_column_names", "sql_header", "strategy", "updated_at",
                                                   "full_refresh", "incremental_predicates", "incremental_strategy", "indexes", "merge_exclude_columns",
                                                   "merge_update_columns", "meta", "on_configuration_change", "on_schema_change", "unique_key", "unlogged"};
    return known;
}

void report_unknown_config(const Model &model) {
    for (const auto &[key, value] : model.config.items())
        if (std::find(known_config().begin(), known_config().end(), key) == known_config().end()) report_unknown(model.id(), key);
}

void check_config(const Model &model, const std::vector<pg::Column> &columns) {
    static const std::vector<std::string> materializations = {"view", "table", "materialized_view", "incremental", "ephemeral", "seed", "snapshot"};
    if (std::find(materializations.begin(), materializations.end(), model.materialized) == materializations.end())
        throw Error("22023", "unknown materialization \"" + model.materialized + "\"", "",
                    "Use view, table, materialized_view, incremental, ephemeral, seed or snapshot.");
    check_one_of(model, "incremental_strategy", {"append", "delete+insert", "merge", "microbatch", "auto"});
    check_grants(model);
    check_one_of(model, "on_schema_change", {"ignore", "fail", "append_new_columns", "sync_all_columns"});
    check_one_of(model, "on_configuration_change", {"apply", "continue", "fail"});
    if (model.materialized == "snapshot") check_snapshot_config(model);
    for (const char *setting : {"unique_key", "merge_update_columns", "merge_exclude_columns"}) if (model.materialized != "snapshot") check_columns(model, setting, columns);
    if (model.config.contains("merge_update_columns") && model.config.contains("merge_exclude_columns"))
        throw Error("22023", "merge_update_columns and merge_exclude_columns of model \"" + model.id() + "\" exclude each other");
    for (const char *setting : {"unlogged", "full_refresh", "skip_unchanged"})
        if (model.config.contains(setting) && !model.config[setting].is_boolean() && !model.config[setting].is_null())
            throw Error("22023", std::string(setting) + " of model \"" + model.id() + "\" must be true or false");
    bool table = model.materialized == "table" || model.materialized == "incremental";
    if (!table && model.config.contains("unlogged") && model.config["unlogged"] == true)
        throw Error("22023", "model \"" + model.id() + "\" cannot be unlogged", "It is materialized as " + model.materialized + ".");
    check_predicates(model);
    check_indexes(model, columns);
}

}  // namespace mesh::engine
