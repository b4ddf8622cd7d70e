#include "engine/hooks.h"

#include <algorithm>

#include "core/text.h"
#include "engine/model_contract.h"
#include "engine/statement.h"
#include "engine/target.h"
#include "pg/lock.h"
#include "pg/relation.h"
#include "pg/report.h"

namespace mesh::engine {

using core::Error;
using pg::ScriptStatement;

namespace {

std::vector<std::string> configured_hooks(const Model &model, const char *key) {
    std::vector<std::string> out;
    auto found = model.config.find(key);
    if (found == model.config.end() || found->is_null()) return out;
    for (const Json &hook : found->is_array() ? *found : Json::array({*found})) {
        if (!hook.is_string()) throw Error("22023", std::string(key) + " of model \"" + model.id() + "\" must be SQL, or a list of SQL", hook.dump());
        out.push_back(hook);
    }
    return out;
}

bool has_any(const Model &model, std::initializer_list<const char *> keys) {
    return std::any_of(keys.begin(), keys.end(), [&](const char *key) {
        auto hooks = model.config.find(key);
        return hooks != model.config.end() && !hooks->empty();
    });
}

using Grants = std::set<std::pair<std::string, std::string>>;  // privilege, role; lower case, and "public"

// A role's name as GRANT reads it.
std::string role_of(const std::string &text) {
    return pg::query_value("select n[1] from pg_catalog.parse_ident($1) n", {text}).value();
}

Grants wanted_grants(const Model &model) {
    Grants out;
    const Json &grants = model.config["grants"];
    for (const auto &[privilege, roles] : grants.items())
        for (const Json &role : roles.is_array() ? roles : Json::array({roles})) out.insert({core::lowered(privilege), role_of(role)});
    return out;
}

// What the owner has granted, without what agreements stand for.
Grants held_grants(const Staged &staged, const std::string &oid) {
    Grants out;
    pg::Result rows = pg::query(
        "select pg_catalog.lower(a.privilege_type), coalesce(r.rolname, 'public') from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a"
        " left join pg_catalog.pg_roles r on r.oid = a.grantee where c.oid = $1::oid and a.grantor = c.relowner and a.grantee <> c.relowner",
        {oid});
    for (const pg::Row &row : rows.rows) out.insert({row[0].value(), row[1].value()});
    pg::Result agreed = registry("select grantee from mesh.agreement_grants where domain = $1 and model = $2", {staged.model.domain, staged.model.name});
    for (const pg::Row &row : agreed.rows) out.erase({"select", row[0].value()});
    return out;
}

std::string grantee(const std::string &role) {
    return role == "public" ? role : pg::quote_ident(role);
}

void execute_and_tell(const std::string &statement) {
    pg::debug(statement);
    pg::execute(statement);
}

bool configures_grants(const Model &model) {
    return model.config.contains("grants") && model.config["grants"].is_object() && !model.config["grants"].empty();
}

void apply_grants_config(const Staged &staged, const std::string &oid, const std::string &name) {
    if (!configures_grants(staged.model)) return;
    Grants wanted = wanted_grants(staged.model), held = held_grants(staged, oid);
    for (const auto &[privilege, role] : held)
        if (!wanted.count({privilege, role})) execute_and_tell("revoke " + privilege + " on " + name + " from " + grantee(role));
    for (const auto &[privilege, role] : wanted)
        if (!held.count({privilege, role})) execute_and_tell("grant " + privilege + " on " + name + " to " + grantee(role));
}

// The name that a project's column has in the database: as it is written when it is quoted, else folded.
std::string folded_name(const Json &column) {
    std::string name = column.value("name", "");
    return column.value("quote", Json(false)) == true ? name : core::lowered(name);
}

// dbt describes a column of a project when it is written letter by letter as the database has it, and misses it when there is none in any case.
bool is_left_out(const Staged &staged, const Json &column) {
    const std::string name = column.value("name", "");
    if (staged.model.node.empty() || column.value("quote", Json(false)) == true || has_name(staged.columns, name)) return false;
    return std::ranges::any_of(staged.columns, [&](const pg::Column &held) { return core::lowered(held.name) == core::lowered(name); });
}

void comment_on_columns(const Staged &staged, const std::string &name) {
    if (!persists_docs(staged.model, "columns") || !staged.model.config.contains("columns")) return;
    std::string missing;
    for (const Json &column : staged.model.config["columns"]) {
        if (is_left_out(staged, column)) continue;
        std::string own = folded_name(column);
        if (has_name(staged.columns, own)) pg::execute("comment on column " + name + "." + pg::quote_ident(own) + " is " + pg::quote_literal(column.value("description", "")));
        else missing += (missing.empty() ? "" : ", ") + column.value("name", "");
    }
    if (!missing.empty()) pg::warning("In relation " + name + ": The following columns are specified in the schema but are not present in the database: " + missing);
}

void run_hook(Mesh &mesh, const Domain &domain, const ScriptStatement &statement, const Stage &stage, Staged *own) {
    if (!keep_for_publish(mesh, statement, &stage, own)) (void)run_asked(mesh, domain, statement, &stage, own);
}

void tell_of_vacuum(Staged *own) {
    if (own == nullptr) return pg::notice(kVacuumIsLeft);
    if (own->reason.find(kVacuumIsLeft) == std::string::npos) add_reason(own->reason, kVacuumIsLeft);
}

// Readers of what is locked already must not wait for those of one relation more.
void run_after(const Staged &staged) {
    if (staged.after.empty()) return;
    pg::LimitedWaits waits;
    for (const std::string &sql : staged.after) pg::execute(sql);
    waits.end();
}

}  // namespace

std::vector<std::string> revokes_of_held(const Staged &staged) {
    std::vector<std::string> out;
    if (!staged.target.exists() || !configures_grants(staged.model)) return out;
    for (const auto &[privilege, role] : held_grants(staged, std::to_string(staged.target.oid)))
        out.push_back("revoke " + privilege + " on " + target_name(*staged.domain, staged.model) + " from " + grantee(role));
    return out;
}

bool persists_docs(const Model &model, const char *what) {
    auto docs = model.config.find("persist_docs");
    if (docs == model.config.end() || !docs->is_object()) return model.node.empty() && std::string(what) == "relation";
    return docs->value(what, Json(false)) == Json(true);
}

void pre_hooks(Renderer *renderer, const Model &model, const Stage &stage, const RunHook &run) {
    if (!model.node.empty() && renderer != nullptr) return renderer->pre_hooks(model, stage, run);
    for (const std::string &hook : configured_hooks(model, "pre_hook")) run(hook);
}

void post_hooks(Renderer *renderer, const Model &model, const Stage &stage, const RunHook &run) {
    if (!model.node.empty() && renderer != nullptr) return renderer->post_hooks(model, stage, run);
    for (const std::string &hook : configured_hooks(model, "post_hook")) run(hook);
}

bool has_pre_hooks(const Model &model) {
    return has_any(model, {"pre_hook", "pre-hook"});
}

bool has_post_hooks(const Model &model) {
    return has_any(model, {"post_hook", "post-hook"});
}

void run_hooks(Mesh &mesh, const Domain &domain, const std::vector<std::string> &hooks, const Stage &stage, Staged *own) {
    for (const std::string &hook : hooks)
        for (const ScriptStatement &statement : pg::parse_script(hook)) {
            if (statement.kind == ScriptStatement::Kind::vacuum) tell_of_vacuum(own);
            if (std::optional<ScriptStatement> left = within_run(statement)) run_hook(mesh, domain, *left, stage, own);
        }
}

void count_written(Staged &own) {
    if (!own.rows || own.at_target || !OidIsValid(own.stage_oid)) return;
    own.rows = as_session_owner(*own.domain, [&] { return std::stoull(pg::query_as_of("select count(*) from " + own.relation).rows.at(0).at(0).value()); });
}

// A foreign key locks what it refers to: readers of what is locked already must not wait for its writers.
static void constrain(const Model &model, Oid table, const std::string &name) {
    const std::vector<std::string> actions = missing_constraints(model, table);
    if (actions.empty()) return;
    pg::LimitedWaits waits;
    for (const std::string &action : actions) pg::execute("alter table " + name + " " + action);
    waits.end();
}

void apply_settings(const Staged &staged) {
    if (staged.model.materialized == "ephemeral") return;
    if (is_function(staged.model)) return run_after(staged);
    std::string name = target_name(*staged.domain, staged.model);
    Oid oid = pg::relation_oid(target_schema(*staged.domain, staged.model), target_identifier(staged.model));
    apply_grants_config(staged, std::to_string(oid), name);
    comment_on_columns(staged, name);
    if (relkind_for(staged.model.materialized) == "r") constrain(staged.model, oid, name);
    run_after(staged);
}

void check_grants(const Model &model) {
    auto grants = model.config.find("grants");
    if (grants == model.config.end() || grants->is_null()) return;
    bool ok = grants->is_object();
    const Json items = ok ? *grants : Json::object();
    for (const Json &roles : items)
        for (const Json &role : roles.is_array() ? roles : Json::array({roles})) ok = ok && role.is_string();
    if (!ok) throw Error("22023", "grants of model \"" + model.id() + "\" must name roles by privilege", grants->dump(), "For example {\"select\": [\"reporting\"]}.");
}

}  // namespace mesh::engine
