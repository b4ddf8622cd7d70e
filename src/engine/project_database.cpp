#include "engine/project_database.h"

#include "engine/statement.h"
#include "pg/relation.h"
#include "pg/report.h"

namespace mesh::engine {

using core::project::DatabaseColumn;
using core::project::QueryResult;
using core::project::RelationInfo;
using pg::ScriptStatement;

namespace {

const char *const kRelations =
    "select c.relname, case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'external' else 'table' end"
    " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = $1 and c.relkind in ('r', 'p', 'v', 'm', 'f')";

std::string relation_type(const std::string &materialized) {
    if (materialized == "view" || materialized == "materialized_view") return materialized;
    return "table";
}

// What stands between the parentheses of "numeric(10,2)".
std::vector<long> modifiers(const std::string &type) {
    std::vector<long> out;
    size_t open = type.find('('), close = type.find(')', open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) return out;
    std::string inner = type.substr(open + 1, close - open - 1);
    for (size_t at = 0; at < inner.size();) {
        size_t comma = std::min(inner.find(',', at), inner.size());
        out.push_back(std::atol(inner.substr(at, comma - at).c_str()));
        at = comma + 1;
    }
    return out;
}

std::string without_modifiers(const std::string &type) {
    size_t open = type.find('('), close = type.find(')', open == std::string::npos ? 0 : open);
    return open == std::string::npos || close == std::string::npos ? type : type.substr(0, open) + type.substr(close + 1);
}

// information_schema.columns tells of a domain what the type has that it stands on.
std::string type_below(const std::string &type) {
    if (type.find('.') == std::string::npos) return type;
    return pg::query_value("select pg_catalog.format_type(b.oid, t.typtypmod) from pg_catalog.pg_type t join pg_catalog.pg_type b on b.oid = t.typbasetype"
                           " where t.oid = $1::regtype and (b.typnamespace = 'pg_catalog'::regnamespace or (b.typelem <> 0 and b.typlen = -1))",
                           {without_modifiers(type)}).value_or(type);
}

// A type's name without modifiers as information_schema.columns has it.
std::string schema_type(const std::string &base) {
    if (base.ends_with("[]")) return "ARRAY";
    if (base == "bpchar") return "character";
    if (base.starts_with("interval ")) return "interval";
    return base.find('.') == std::string::npos ? base : "USER-DEFINED";
}

QueryResult to_query_result(const pg::Result &found, const std::string &tag) {
    QueryResult out;
    out.columns = found.columns;
    out.types = found.types;
    for (const pg::Row &row : found.rows) out.rows.push_back(row);
    out.rows_affected = static_cast<long>(found.processed);
    bool counts = tag == "SELECT" || tag == "INSERT" || tag == "UPDATE" || tag == "DELETE" || tag == "MERGE" || tag == "CREATE TABLE AS";
    out.status = tag == "INSERT" ? "INSERT 0 " + std::to_string(found.processed) : counts ? tag + " " + std::to_string(found.processed) : tag;
    return out;
}

}  // namespace

DatabaseColumn database_column(const pg::Column &column) {
    static const std::map<std::string, long> precisions = {{"smallint", 16}, {"integer", 32}, {"bigint", 64}, {"real", 24}, {"double precision", 53}};
    DatabaseColumn out;
    out.name = column.name;
    out.full_type = shown_type(column.type);
    const std::string type = type_below(out.full_type), base = without_modifiers(type);
    const std::vector<long> given = modifiers(type);
    out.data_type = schema_type(base);
    if ((base == "character varying" || base == "character" || base == "bit" || base == "bit varying") && !given.empty()) out.character_maximum_length = given[0];
    if (base == "numeric" && !given.empty()) {
        out.numeric_precision = given[0];
        out.numeric_scale = given.size() > 1 ? given[1] : 0;
    }
    auto known = precisions.find(base);
    if (known != precisions.end()) out.numeric_precision = known->second;
    if (known != precisions.end() && base != "real" && base != "double precision") out.numeric_scale = 0;
    return out;
}

const Staged *ProjectDatabase::staged(const std::string &schema, const std::string &identifier) const {
    return staged_at(mesh_, stage_, schema, identifier);
}

QueryResult ProjectDatabase::execute(const std::string &sql) {
    QueryResult out;
    for (const ScriptStatement &statement : pg::parse_script(sql)) {
        if (statement.kind == ScriptStatement::Kind::vacuum) pg::notice(kVacuumIsLeft);
        std::optional<ScriptStatement> left = within_run(statement);
        if (!left) continue;
        if (keep_for_publish(mesh_, *left, stage_, own_)) continue;
        if (recorded_ != nullptr) recorded_->push_back(left->text);
        pg::ReadOnly read_only(read_only_);
        out = to_query_result(run_asked(mesh_, mesh_.domain(domain_), *left, stage_, own_), statement.tag);
    }
    return out;
}

std::vector<DatabaseColumn> ProjectDatabase::describe(const std::string &sql) {
    std::vector<ScriptStatement> statements = pg::parse_script(sql);
    if (statements.size() != 1) throw core::Error("42601", "a query to be described must be one statement");
    std::string text = over_stage(mesh_, stage_, statements.front());
    std::vector<DatabaseColumn> out;
    for (const pg::Column &column : as_session_owner(mesh_.domain(domain_), [&] { return pg::describe(text); })) out.push_back(database_column(column));
    return out;
}

std::optional<RelationInfo> ProjectDatabase::find_relation(const std::string &schema, const std::string &identifier) {
    const Staged *found = staged(schema, identifier);
    if (found != nullptr) return RelationInfo{schema, identifier, relation_type(found->model.materialized)};
    pg::Result rows = pg::query(std::string(kRelations) + " and c.relname = $2", {schema, identifier});
    if (rows.empty()) return std::nullopt;
    return RelationInfo{schema, identifier, rows.rows[0][1].value()};
}

bool ProjectDatabase::has_function(const std::string &schema, const std::string &name) {
    return !pg::query("select from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace where n.nspname = $1 and p.proname = $2 limit 1", {schema, name}).empty();
}

std::vector<RelationInfo> ProjectDatabase::list_relations(const std::string &schema) {
    std::vector<RelationInfo> out;
    std::set<std::string> seen;
    for (const pg::Row &row : pg::query(std::string(kRelations) + " order by 1", {schema}).rows) {
        if (row[0]->rfind("mesh_stage_", 0) == 0) continue;
        seen.insert(*row[0]);
        out.push_back({schema, *row[0], row[1].value()});
    }
    if (stage_ == nullptr) return out;
    for (const auto &[id, staged] : *stage_) {
        if (relkind_for(staged.model.materialized).empty() || target_schema(*staged.domain, staged.model) != schema) continue;
        std::string name = target_identifier(staged.model);
        if (seen.insert(name).second) out.push_back({schema, name, relation_type(staged.model.materialized)});
    }
    return out;
}

// A model that is neither staged nor built has the columns that its analysis gave.
// Without a schema, as temporary tables are named: whatever of that name there is, a temporary one first.
std::vector<DatabaseColumn> ProjectDatabase::columns(const std::string &schema, const std::string &identifier) {
    if (schema.empty()) {
        pg::Result found = pg::query("select n.nspname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relname = $1 and c.relkind = any ('{r,v,m,f,p}')"
                                     " and not pg_catalog.pg_is_other_temp_schema(n.oid) order by c.relpersistence = 't' desc, 1 limit 1", {identifier});
        return found.empty() ? std::vector<DatabaseColumn>{} : columns(found.rows[0][0].value(), identifier);
    }
    std::vector<pg::Column> found;
    const Staged *in_stage = staged(schema, identifier);
    if (in_stage != nullptr) found = in_stage->columns;
    if (found.empty()) {
        Oid relation = pg::relation_oid(schema, identifier);
        if (OidIsValid(relation)) found = pg::relation_columns(relation);
    }
    const Domain *owner = found.empty() ? mesh_.domain_with_schema(schema) : nullptr;
    const Model *model = owner == nullptr ? nullptr : mesh_.find_model_at(*owner, schema, identifier);
    if (model != nullptr) found = model->columns;
    std::vector<DatabaseColumn> out;
    for (const pg::Column &column : found) out.push_back(database_column(column));
    return out;
}

bool ProjectDatabase::schema_exists(const std::string &schema) {
    return !pg::query("select from pg_catalog.pg_namespace where nspname = $1", {schema}).empty();
}

std::vector<std::string> ProjectDatabase::list_schemas() {
    std::vector<std::string> out;
    for (const pg::Row &row : pg::query("select nspname from pg_catalog.pg_namespace order by 1").rows) out.push_back(row[0].value());
    return out;
}

void ProjectDatabase::log(const std::string &text, bool to_user) {
    if (!read_only_) say(text, to_user);
}

void say(const std::string &text, bool to_user) {
    to_user ? pg::notice(text) : pg::debug(text);
}

void ProjectDatabase::warn(const std::string &text) {
    if (!read_only_) pg::warning(text);
}

}  // namespace mesh::engine
