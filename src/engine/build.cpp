#include "engine/build.h"

#include <algorithm>

#include "engine/auto_increment.h"
#include "engine/build_stage.h"
#include "engine/grant.h"
#include "engine/model_contract.h"
#include "engine/seed.h"
#include "engine/setting.h"
#include "engine/snapshot.h"
#include "pg/lock.h"
#include "pg/own_locks.h"
#include "pg/relation.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;
using pg::execute;
using pg::qualified;

namespace {

// A staged relation that gets a new target's name: what reads it goes on reading it then.
bool becomes_target(const Staged &staged) {
    return staged.how == Publish::rename && !staged.recreate;
}

void create_staged_view(Staged &staged, const std::string &sql) {
    pg::LimitedWaits waits;
    execute("create view " + staged.relation + " as " + sql);
    waits.end();
    staged.stage_oid = pg::relation_oid(staged.schema, staged.name);
    pg::release_parts(staged.stage_oid);
    staged.columns = pg::relation_columns(staged.stage_oid);
}

// Its published definition is what it would be anyway.
bool stays(const Staged &staged) {
    return staged.target.kind == "v" && staged.model.built_sql == staged.final_sql && staged.columns == pg::relation_columns(staged.target.oid);
}

// What an enforced contract asks of the columns: said before anything is built, and then their order.
std::string contracted(Staged &staged, const std::string &sql, const BuildOptions &options) {
    if (!has_enforced_contract(staged.model)) return sql;
    std::vector<pg::Column> columns = pg::describe(sql);
    check_model_contract(*staged.domain, staged.model, columns, options.warn_error);
    staged.final_sql = in_contract_order(*staged.domain, staged.model, staged.final_sql, columns);
    return in_contract_order(*staged.domain, staged.model, sql, columns);
}

// A view that says what it said needs no publishing, and no stage either when what it says it of is at its place.
void stage_view(Mesh &mesh, Staged &staged, const Stage &stage, const BuildOptions &options) {
    bool direct = upstreams_at_target(mesh, staged.compiled, stage);
    std::string sql = contracted(staged, runnable_sql(mesh, staged.model, staged.compiled, &stage, false), options);
    if (!staged.target.exists() && direct) {
        own_name(staged);
        return create_staged_view(staged, sql);
    }
    staged.columns = pg::describe(sql);
    bool unchanged = stays(staged) && !options.changed_by_hand;
    staged.relation = target_name(*staged.domain, staged.model);
    staged.at_target = unchanged && direct;
    if (staged.at_target) return;
    staged.how = unchanged ? Publish::nothing : Publish::view;
    bool other_kind = staged.target.exists() && staged.target.kind != "v";
    if (!unchanged && !options.changed_by_hand) staged.reason = !staged.target.exists() ? "new" : other_kind ? "its materialization changed" : "its definition changed";
    if (!options.view_is_read) return;
    name_stage(staged, options, stage.size());
    create_staged_view(staged, sql);
}

// Indexes that somebody gave a materialized view are built on its successor as well, when their columns are there still.
void keep_indexes(const Staged &staged) {
    std::vector<std::string> names, held = pg::index_definitions(staged.stage_oid);
    for (const pg::Column &column : staged.columns) names.push_back(column.name);
    for (const std::string &index : pg::index_definitions(staged.target.oid, names))
        if (std::find(held.begin(), held.end(), index) == held.end()) execute(create_index_sql(index, staged.relation));
}

// As dbt writes a relation's name in a project: "database"."schema"."identifier".
std::string told_name(const Staged &staged) {
    if (staged.model.node.empty()) return target_name(*staged.domain, staged.model);
    const std::string database = pg::query_value("select pg_catalog.current_database()").value_or("");
    return "\"" + database + "\".\"" + target_schema(*staged.domain, staged.model) + "\".\"" + target_identifier(staged.model) + "\"";
}

// dbt's on_configuration_change, about indexes that a published materialized view does not have yet: those that it has stay in any case.
void react_to_new_indexes(Staged &staged, bool full_refresh, bool warn_error) {
    Json &config = staged.model.config;
    Json reaction = config.value("on_configuration_change", Json("apply"));
    if (reaction.is_null() || reaction == "apply" || full_refresh || staged.target.kind != "m") return;
    std::vector<std::string> held = pg::index_definitions(staged.target.oid), wanted = configured_indexes(staged.model);
    Json kept = Json::array();
    for (size_t i = 0; i < wanted.size(); i++)
        if (std::find(held.begin(), held.end(), wanted[i]) != held.end()) kept.push_back(config["indexes"][i]);
    if (kept.size() == wanted.size()) return;
    std::string found = "Configuration changes were identified and `on_configuration_change` was set to `" + reaction.get<std::string>() + "` for `" +
                        told_name(staged) + "`";
    if (reaction == "fail")
        throw Error("55000", found, "Its indexes are other ones.", "Run it with full_refresh => true, or set on_configuration_change to apply.").with(core::ErrorKind::runtime);
    warn_of(warn_error, found, "Its new indexes are not made.");
    config["indexes"] = kept;
}

// Its own definition must name published relations, not staged ones: it is staged as a table and created at the publish.
void stage_matview(Staged &staged, const std::string &sql, const Stage &stage, const BuildOptions &options) {
    react_to_new_indexes(staged, setting(staged.model, "full_refresh", options.full_refresh), options.warn_error);
    Rows rows = rows_of(sql);
    staged.columns = rows.columns;
    bool same = staged.target.kind == "m" && staged.model.built_sql == staged.final_sql && pg::relation_columns(staged.target.oid) == rows.columns;
    if (same) return stage_sibling(staged, rows);
    name_stage(staged, options, stage.size());
    staged.how = Publish::matview;
    staged.recreate = staged.target.exists();
    staged.reason = !staged.recreate ? "new" : staged.target.kind == "m" ? "its definition changed" : "its materialization changed";
    create_and_fill(staged, rows, options);
    if (staged.target.kind == "m") keep_indexes(staged);
}

bool increments(const Staged &staged, bool full_refresh) {
    if (staged.model.materialized != "incremental" || staged.target.kind != "r") return false;
    return !setting(staged.model, "full_refresh", full_refresh);
}

// History is never built anew, whatever the run says.
void update_snapshot(Mesh &mesh, Staged &staged, const Stage &stage) {
    if (staged.target.kind != "r")
        throw Error("42809", "snapshot \"" + staged.model.id() + "\" cannot be kept in " + target_name(*staged.domain, staged.model), "It is not a table.");
    Model source = staged.model;
    source.materialized = "ephemeral";
    staged.relation = target_name(*staged.domain, staged.model);
    staged.at_target = true;
    staged.how = Publish::in_place;
    apply_snapshot(staged, runnable_sql(mesh, source, resolve(mesh, source), &stage, false));
}

void build_as_owner(Mesh &mesh, Staged &staged, const Stage &stage, const BuildOptions &options) {
    if (options.made) return stage_made(mesh, staged, stage, options);
    if (staged.model.materialized == "view") return stage_view(mesh, staged, stage, options);
    if (is_seed(staged.model)) return stage_table(staged, rows_of_seed(staged), stage, options);
    if (is_snapshot(staged.model) && staged.target.exists()) return update_snapshot(mesh, staged, stage);
    bool auto_ = keeps_itself(staged.model), increment = increments(staged, options.full_refresh) && !auto_;
    std::string sql = contracted(staged, runnable_sql(mesh, staged.model, staged.compiled, &stage, increment), options);
    if (increment) {
        staged.relation = target_name(*staged.domain, staged.model);
        staged.at_target = true;
        staged.how = Publish::in_place;
        apply_increment(staged, sql, options);
        if (!logging_change(staged.model, staged.target).empty()) add_reason(staged.reason, "its setting unlogged takes effect with a full refresh");
        return;
    }
    if (staged.model.materialized == "materialized_view") return stage_matview(staged, sql, stage, options);
    std::string full = setting(staged.model, "full_refresh", options.full_refresh) ? "full refresh" : "";
    if (auto_) {
        if (full.empty() && staged.target.kind != "r") full = "new";
        if (full.empty() && !upstreams_at_target(mesh, staged.compiled, stage)) full = "what it reads was built anew";
        full = rebuild_changed_keys(staged, sql, full);
        if (full.empty()) return;
        full = full == "full refresh" ? full : "built in full: " + full;
    }
    stage_table(staged, rows_of(sql), stage, options);
    if (staged.model.materialized == "incremental" && staged.target.kind == "r") staged.reason = full + (staged.reason.empty() ? "" : "; " + staged.reason);
}

std::string empty_self(const Model &model) {
    std::string out;
    for (const pg::Column &column : model.columns)
        out += (out.empty() ? "select " : ", ") + ("null::" + column.type) + " as " + pg::quote_ident(column.name);
    return "(" + out + " where false)";
}

// What a user reads of an error names published relations.
void rename_staged(ErrorData *error, const Staged &staged) {
    if (!staged.name.empty() && !staged.at_target) pg::rename_in_error(error, staged.name, target_identifier(staged.model));
}

// What dbt built, or clone made, at the place of a model that the mesh has not built yet.
bool is_there(const Domain &domain, const Model &model) {
    return domain.takes_over && OidIsValid(pg::relation_oid(target_schema(domain, model), target_identifier(model)));
}

}  // namespace

bool upstreams_at_target(Mesh &mesh, const Compiled &compiled, const Stage &stage) {
    for (const Upstream &up : compiled.upstreams) {
        if (up.kind != Upstream::Kind::model) continue;
        auto staged = stage.find(up.id);
        if (staged != stage.end() && !staged->second.at_target && !becomes_target(staged->second)) return false;
        const Model &model = mesh.model({up.domain, up.model});
        if (model.materialized == "ephemeral" && !upstreams_at_target(mesh, resolve(mesh, model), stage)) return false;
    }
    return true;
}

void warn_of(bool warn_error, const std::string &message, const std::string &detail) {
    if (warn_error) throw Error("P0001", message, detail).with(core::ErrorKind::compilation);
    pg::warning(message, detail);
}

std::string upstream_item(Mesh &mesh, const Upstream &up, const Stage *stage) {
    if (stage != nullptr) {
        auto staged = stage->find(up.id);
        if (staged != stage->end()) return staged->second.relation;
    }
    const Model &model = mesh.model({up.domain, up.model});
    if (model.materialized == "ephemeral") return "(" + runnable_sql(mesh, model, resolve(mesh, model), stage, false) + "\n)";
    if (stage != nullptr && model.built_kind.empty() && !is_there(mesh.domain(up.domain), model))
        throw Error("55000", "model \"" + up.id + "\" has not been built yet", "", "Run it too: mesh.run('+" + up.id + "').").with(model.node.empty() ? core::ErrorKind::runtime : core::ErrorKind::database);
    return target_name(mesh.domain(up.domain), model);
}

std::string runnable_sql(Mesh &mesh, const Model &model, const Compiled &compiled, const Stage *stage, bool incremental) {
    pg::call([] { check_stack_depth(); });
    std::vector<std::string> names;
    for (const Upstream &up : compiled.upstreams) {
        if (up.kind == Upstream::Kind::model) names.push_back(upstream_item(mesh, up, stage));
        else if (up.kind == Upstream::Kind::self && !incremental) names.push_back(empty_self(model));
        else if (up.kind == Upstream::Kind::self) names.push_back(target_name(mesh.domain(model.domain), model));
        else names.push_back(qualified(up.schema, up.name));
    }
    return pg::splice(compiled.body, names, incremental);
}

std::string definition_of(Mesh &mesh, const Model &model, const Compiled &compiled) {
    return is_seed(model) ? seed_fingerprint(model) : runnable_sql(mesh, model, compiled, nullptr, false);
}

Staged build(Mesh &mesh, const Model &model, const Target &target, const Stage &stage, const BuildOptions &options) {
    Staged staged;
    staged.model = model;
    staged.domain = &mesh.domain(model.domain);
    staged.target = target;
    staged.compiled = resolve(mesh, model);
    staged.final_sql = definition_of(mesh, model, staged.compiled);
    staged.asked = options.asked;
    if (model.materialized == "ephemeral") {
        std::string sql = runnable_sql(mesh, model, staged.compiled, &stage, false);
        staged.columns = pg::as_role(owner_of(*staged.domain), staged.domain->search_path(), [&] { return pg::describe(sql); });
        staged.relation = "(" + sql + "\n)";
        staged.at_target = upstreams_at_target(mesh, staged.compiled, stage);  // then a view that has it written in can stay as it is
        if (target.exists() && !model.built_kind.empty()) staged.reason = "ephemeral: " + target_name(*staged.domain, model) + ", built before, stays as it is";
        return staged;
    }
    require_ours(*staged.domain, model, target);
    if (model.built_kind.empty() && target.exists()) staged.model.built_columns = pg::relation_columns(target.oid);  // taken over
    try {
        pg::as_role(owner_of(*staged.domain), staged.domain->search_path(), [&] {
            if (target.exists()) pg::lock_relation(target.oid, false);
            build_as_owner(mesh, staged, stage, options);
            if (options.is_product && OidIsValid(staged.stage_oid)) grant_staged(*staged.domain, model, staged.relation);
        });
    } catch (const pg::ServerError &e) {
        rename_staged(e.data, staged);
        for (const auto &[id, upstream] : stage) rename_staged(e.data, upstream);
        throw;
    }
    return staged;
}

}  // namespace mesh::engine
