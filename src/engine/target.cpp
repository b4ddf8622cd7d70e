#include "engine/target.h"

#include "pg/relation.h"

namespace mesh::engine {

using core::Error;

namespace {

// Of few targets only what each run needs is looked for, which is planned in a quarter of the time.
constexpr size_t kFewTargets = 10;

// A swap of storage bypasses what works row by row: logical decoding, foreign keys, generated and identity columns. What few relations
// have is read once for all of them.
const char *const kWhyRowsOnly = R"(
    case when c.relkind <> 'r' then ''
         when exists (select from pg_catalog.pg_publication where puballtables)
           or c.oid in (select prrelid from pg_catalog.pg_publication_rel)
           or c.relnamespace in (select pnnspid from pg_catalog.pg_publication_namespace) then 'it is in a publication'
         when c.oid in (select conrelid from pg_catalog.pg_constraint where contype = 'f')
           or c.oid in (select confrelid from pg_catalog.pg_constraint where contype = 'f') then 'it has foreign keys'
         when exists (select from pg_catalog.pg_attribute where attrelid = c.oid and (attidentity <> '' or attgenerated <> '')) then 'it has identity or generated columns'
         when c.oid in (select inhparent from pg_catalog.pg_inherits) or c.oid in (select inhrelid from pg_catalog.pg_inherits) then 'it is part of an inheritance tree'
         else '' end)";

std::string targets_sql(const std::string &why_rows_only) {
    return "select r.relname, c.oid, c.relkind, " + why_rows_only + R"(, d.description, c.relowner, c.relpersistence = 'u'
from pg_catalog.unnest($2::text[]) as r(relname)
join pg_catalog.pg_class c on c.relname = r.relname and c.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = $1)
left join pg_catalog.pg_description d on d.objoid = c.oid and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objsubid = 0)";
}

std::string described(const Domain &domain, const Model &model) {
    return "relation \"" + target_schema(domain, model) + "." + target_identifier(model) + "\"";
}

[[noreturn]] void not_ours(const Domain &domain, const Model &model) {
    throw Error("42809", described(domain, model) + " is not what the mesh built", "", "Restore it, or drop it so that the model can be built anew.").with(core::ErrorKind::database);
}

}  // namespace

const std::string &target_schema(const Domain &domain, const Model &model) {
    return model.schema ? *model.schema : domain.schema;
}

std::string target_identifier(const Model &model) {
    return fit_identifier(model.alias ? *model.alias : model.name);
}

std::string target_name(const Domain &domain, const Model &model) {
    return pg::qualified(target_schema(domain, model), target_identifier(model));
}

bool wants_unlogged(const Model &model, const Target &target) {
    if (relkind_for(model.materialized) != "r") return false;
    return model.config.contains("unlogged") ? model.config["unlogged"] == true : target.unlogged;
}

std::string logging_change(const Model &model, const Target &target) {
    bool unlogged = wants_unlogged(model, target);
    return unlogged == target.unlogged ? "" : unlogged ? "it becomes unlogged" : "it becomes logged";
}

std::string relkind_for(const std::string &materialized) {
    if (materialized == "ephemeral" || materialized == "function") return "";
    if (materialized == "view") return "v";
    return materialized == "materialized_view" ? "m" : "r";
}

const std::string &why_rows_only(Target &target) {
    if (!target.rows_only && !target.exists()) target.rows_only = "";
    if (!target.rows_only) target.rows_only = pg::query_prepared(std::string("select") + kWhyRowsOnly + " from pg_catalog.pg_class c where c.oid = $1::pg_catalog.oid", {std::to_string(target.oid)}).rows.at(0).at(0);
    return *target.rows_only;
}

Targets find_targets(Mesh &mesh, const std::vector<const Model *> &models) {
    std::map<std::string, std::map<std::string, std::string>> wanted;  // schema -> identifier -> id
    for (const Model *model : models) {
        if (is_function(*model)) continue;
        std::string &id = wanted[target_schema(mesh.domain(model->domain), *model)][target_identifier(*model)];
        if (id.empty() || model->materialized != "ephemeral") id = model->id();
    }
    Targets out;
    for (const auto &[schema, names] : wanted) {
        std::vector<std::string> list;
        for (const auto &[name, id] : names) list.push_back(name);
        std::vector<Value> args = {schema, pg::array_literal(list)};
        pg::Result rows = list.size() <= kFewTargets ? pg::query_prepared(targets_sql("null"), args) : pg::query(targets_sql(kWhyRowsOnly), args);
        for (const pg::Row &row : rows.rows)
            out[names.at(row[0].value())] = {static_cast<Oid>(std::stoul(row[1].value())), row[2].value(), row[3], row[4],
                                          static_cast<Oid>(std::stoul(row[5].value())), row[6] == "t"};
    }
    return out;
}

Target current_target(Mesh &mesh, const Model &model, const Target &seen) {
    if (is_function(model)) return seen;
    Oid now = pg::relation_oid(target_schema(mesh.domain(model.domain), model), target_identifier(model));
    if (now == seen.oid) return seen;
    Target found = find_targets(mesh, {&model})[model.id()];
    if (found.oid == now) return found;
    throw Error("40001", described(mesh.domain(model.domain), model) + " was replaced by another session", "", "Run it again in a new transaction.");
}

void require_ours(const Domain &domain, const Model &model, const Target &target) {
    if (!target.exists()) return;
    bool owned = pg::acts_for(owner_of(domain), target.owner);
    if (owned && (model.built_kind == target.kind || (domain.takes_over && std::strchr("rvm", target.kind[0]) != nullptr))) return;
    if (model.built_kind.empty())
        throw Error("42P07", described(domain, model) + " exists and was not made by the mesh", "",
                    "Rename or drop it, or give model \"" + model.id() + "\" another name.").with(core::ErrorKind::database);
    if (!owned)
        throw Error("42501", described(domain, model) + " belongs to \"" + pg::role_name(target.owner) + "\", not to \"" + domain.owner + "\"", "",
                    "ALTER " + std::string(target.kind == "v" ? "VIEW" : target.kind == "m" ? "MATERIALIZED VIEW" : "TABLE") +
                        " ... OWNER TO the domain's owner, or drop it so that the model can be built anew.");
    not_ours(domain, model);
}

void require_built_columns(const Domain &domain, const Model &model, const std::vector<pg::Column> &columns) {
    if (domain.takes_over) return;
    for (const pg::Column &built : model.built_columns)
        for (const pg::Column &column : columns)
            if (built.name == column.name) return;
    if (!model.built_columns.empty()) not_ours(domain, model);
}

}  // namespace mesh::engine
