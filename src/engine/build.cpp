#include "engine/build.h"

#include "pg/heap.h"

namespace mesh::engine {

using core::Error;
using pg::execute;
using pg::qualified;

namespace {

struct Target {
    Oid oid = InvalidOid;
    std::string kind;
    std::vector<pg::Column> columns;
};

Target find_target(const Domain &domain, const Model &model) {
    Target target;
    pg::Result found = pg::query(
        "select c.oid, c.relkind from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = $1 and c.relname = $2",
        {domain.schema, fit_identifier(model.name)});
    if (found.empty()) return target;
    target.oid = static_cast<Oid>(std::stoul(found.rows[0][0].value()));
    target.kind = found.rows[0][1].value();
    pg::Result columns = pg::query(
        "select attname, pg_catalog.format_type(atttypid, atttypmod),"
        " case when attcollation <> typcollation then attcollation::pg_catalog.regcollation::text else '' end"
        " from pg_catalog.pg_attribute join pg_catalog.pg_type t on t.oid = atttypid"
        " where attrelid = $1::oid and attnum > 0 and not attisdropped order by attnum",
        {found.rows[0][0]});
    for (const pg::Row &row : columns.rows)
        target.columns.push_back({row[0].value(), row[1].value(), row[2].value()});
    return target;
}

// A relation of that name that the mesh did not make is never replaced.
void check_ours(const Domain &domain, const Model &model, const Target &target) {
    if (target.oid == InvalidOid || model.built_kind == target.kind) return;
    if (model.built_kind.empty())
        throw Error("42P07", "relation \"" + domain.schema + "." + fit_identifier(model.name) + "\" exists and was not made by the mesh", "",
                    "Rename or drop it, or give model \"" + model.id() + "\" another name.");
    throw Error("42809", "relation \"" + domain.schema + "." + fit_identifier(model.name) + "\" is not what the mesh built", "",
                "Restore it, or drop it so that the model can be built anew.");
}

std::string relkind_for(const std::string &materialized) {
    if (materialized == "view") return "v";
    if (materialized == "materialized_view") return "m";
    return "r";
}

void create_stage_table(Staged &staged, const std::string &sql) {
    staged.schema = staged.domain.schema;
    staged.name = fit_identifier("mesh_stage_" + staged.model.name);
    execute("create table " + qualified(staged.schema, staged.name) + " as " + sql + "\nwith no data");
    std::string name = qualified(staged.schema, staged.name);
    Oid oid = static_cast<Oid>(std::stoul(pg::query_value("select $1::regclass::oid", {name}).value()));
    staged.rows = pg::fill_frozen(oid, sql);
}

// Has the target the columns, in order, that the model gives?
bool same_shape(const Target &target, const Staged &staged) {
    if (target.columns.size() != staged.model.columns.size()) return false;
    for (size_t i = 0; i < target.columns.size(); i++) {
        if (target.columns[i].name != fit_identifier(staged.model.columns[i].name)) return false;
        std::string type = staged.model.columns[i].type;
        if (type.rfind("pg_catalog.", 0) == 0) type = type.substr(11);
        if (type != target.columns[i].type && staged.model.columns[i].type != target.columns[i].type) return false;
    }
    return true;
}

std::string index_sql(const std::string &table, const Json &index) {
    std::string columns;
    Json list = index.is_object() ? index.at("columns") : Json::array({index});
    for (const Json &column : list) columns += (columns.empty() ? "" : ", ") + pg::quote_ident(column.get<std::string>());
    bool unique = index.is_object() && index.value("unique", false);
    std::string method = index.is_object() ? index.value("type", "btree") : "btree";
    return std::string("create ") + (unique ? "unique " : "") + "index on " + table + " using " + pg::quote_ident(method) + " (" + columns + ")";
}

void create_indexes(const Staged &staged, const std::string &table) {
    for (const Json &index : staged.model.config.value("indexes", Json::array())) execute(index_sql(table, index));
}

void stage_view(Staged &staged, const std::string &sql) {
    staged.schema = staged.domain.schema;
    staged.name = fit_identifier("mesh_stage_" + staged.model.name);
    execute("create view " + qualified(staged.schema, staged.name) + " as " + sql);
}

void stage_table(Staged &staged, const Target &target, const std::string &sql) {
    if (target.oid == InvalidOid || !same_shape(target, staged)) {
        staged.reason = target.oid == InvalidOid ? "new" : "columns changed: the table is altered while it is locked";
        create_stage_table(staged, sql);
        create_indexes(staged, qualified(staged.schema, staged.name));
        return;
    }
    staged.sibling = pg::create_sibling(target.oid);
    pg::Result name = pg::query("select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n"
                                " on n.oid = c.relnamespace where c.oid = $1::oid",
                                {std::to_string(staged.sibling)});
    staged.schema = name.rows[0][0].value();
    staged.name = name.rows[0][1].value();
    staged.rows = pg::fill_frozen(staged.sibling, sql);
    pg::copy_indexes(target.oid, staged.sibling);
}

std::string key_match(const Json &key, const std::string &a, const std::string &b) {
    std::string out;
    Json list = key.is_array() ? key : Json::array({key});
    for (const Json &column : list) {
        std::string name = pg::quote_ident(column.get<std::string>());
        out += (out.empty() ? "" : " and ") + a + "." + name + " = " + b + "." + name;
    }
    return out;
}

std::string column_list(const Model &model, const std::string &prefix) {
    std::string out;
    for (const pg::Column &column : model.columns) out += (out.empty() ? "" : ", ") + prefix + pg::quote_ident(column.name);
    return out;
}

std::string merge_sql(const Model &model, const std::string &target, const std::string &delta) {
    std::string set;
    for (const pg::Column &column : model.columns)
        set += (set.empty() ? "" : ", ") + pg::quote_ident(column.name) + " = s." + pg::quote_ident(column.name);
    return "merge into " + target + " t using " + delta + " s on " + key_match(model.config.at("unique_key"), "t", "s") +
           " when matched then update set " + set + " when not matched then insert (" + column_list(model, "") + ") values (" +
           column_list(model, "s.") + ")";
}

// Changes the target in place: other sessions see that only when this transaction commits.
void apply_increment(Staged &staged, const std::string &sql) {
    const Model &model = staged.model;
    std::string target = target_name(staged.domain, model);
    std::string delta = qualified(staged.domain.schema, fit_identifier("mesh_stage_" + model.name));
    bool keyed = model.config.contains("unique_key") && !model.config["unique_key"].is_null();
    std::string strategy = model.config.value("incremental_strategy", keyed ? "delete+insert" : "append");
    staged.rows = execute("create table " + delta + " as " + sql);
    if (strategy == "delete+insert" && keyed)
        execute("delete from " + target + " t using " + delta + " s where " + key_match(model.config["unique_key"], "t", "s"));
    if (strategy == "merge" && keyed)
        execute(merge_sql(model, target, delta));
    else
        execute("insert into " + target + " (" + column_list(model, "") + ") select " + column_list(model, "") + " from " + delta);
    execute("drop table " + delta);
    staged.in_place = true;
    staged.schema = staged.domain.schema;
    staged.name = fit_identifier(model.name);
    staged.reason = "incremental: " + strategy;
}

void build_as_owner(Staged &staged, const Stage &stage, bool full_refresh) {
    const Model &model = staged.model;
    Target target = find_target(staged.domain, model);
    check_ours(staged.domain, model, target);
    staged.target = target.oid;
    bool increment = model.materialized == "incremental" && target.oid != InvalidOid && !full_refresh && same_shape(target, staged);
    std::string sql = runnable_sql(staged.domain, model, staged.compiled, &stage, increment);
    if (target.oid != InvalidOid && target.kind != relkind_for(model.materialized))
        throw Error("42809", "model \"" + model.id() + "\" is now a " + model.materialized + ", but was built as another kind of relation", "",
                    "Drop the old one with mesh.drop_model() and create the model again.");
    if (increment) apply_increment(staged, sql);
    else if (model.materialized == "view") stage_view(staged, sql);
    else stage_table(staged, target, sql);
}

}  // namespace

std::string target_name(const Domain &domain, const Model &model) {
    return qualified(domain.schema, fit_identifier(model.name));
}

static std::string empty_self(const Model &model) {
    std::string out;
    for (const pg::Column &column : model.columns)
        out += (out.empty() ? "select " : ", ") + ("null::" + column.type) + " as " + pg::quote_ident(column.name);
    return "(" + out + " where false)";
}

static std::string upstream_name(const Upstream &up, const Stage *stage) {
    if (stage != nullptr) {
        auto staged = stage->find(up.id);
        if (staged != stage->end() && !staged->second.schema.empty()) return qualified(staged->second.schema, staged->second.name);
    }
    Domain domain = get_domain(up.domain);
    Model model = find_model(up.domain, up.id.substr(up.domain.size() + 1)).value();
    if (model.materialized == "ephemeral")
        return "(" + runnable_sql(domain, model, resolve(domain, model), stage, false) + "\n)";
    if (stage != nullptr && model.built_kind.empty())
        throw Error("55000", "model \"" + up.id + "\" has not been built yet", "", "Run it too: mesh.run('+" + up.id + "').");
    return target_name(domain, model);
}

std::string runnable_sql(const Domain &domain, const Model &model, const Compiled &compiled, const Stage *stage, bool incremental) {
    std::vector<std::string> names;
    for (const Upstream &up : compiled.upstreams) {
        if (up.kind == Upstream::Kind::model) names.push_back(upstream_name(up, stage));
        else if (up.kind == Upstream::Kind::self && !incremental) names.push_back(empty_self(model));
        else if (up.kind == Upstream::Kind::self) names.push_back(target_name(domain, model));
        else names.push_back(qualified(up.schema, up.name));
    }
    return pg::splice(compiled.body, names, incremental);
}

Staged build(const Domain &domain, const Model &model, const Stage &stage, bool full_refresh) {
    Staged staged;
    staged.model = model;
    staged.domain = domain;
    staged.compiled = resolve(domain, model);
    if (model.materialized == "ephemeral") return staged;
    pg::as_role(domain.owner_oid, domain.search_path(), [&] { build_as_owner(staged, stage, full_refresh); });
    return staged;
}

}  // namespace mesh::engine
