// mesh.create_source and mesh.drop_source.
#include <algorithm>

#include "api/args.h"
#include "engine/access.h"
#include "engine/definition.h"
#include "engine/freshness.h"

using namespace mesh;
using core::Error;
using engine::Domain;

namespace {

void check_table(const Domain &domain, const std::string &schema, const std::string &table) {
    engine::refuse_temporary(schema, table);
    pg::Value readable = pg::query_value(
        "select pg_catalog.has_schema_privilege($3::name, n.oid, 'USAGE') and pg_catalog.has_table_privilege($3::name, c.oid, 'SELECT')"
        " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = $1 and c.relname = $2 and c.relkind in ('r','v','m','f','p')",
        {schema, table, domain.owner});
    std::string relation = pg::qualified(schema, table);
    if (!readable) throw Error("42P01", "source table " + relation + " does not exist");
    if (*readable != "t")
        throw Error("42501", "owner \"" + domain.owner + "\" of domain \"" + domain.name + "\" may not read " + relation, "",
                    "GRANT USAGE ON SCHEMA " + pg::quote_ident(schema) + " and SELECT ON " + relation + " to it.");
    engine::check_relation_access(domain, schema, table);
}

std::vector<std::string> tables_of(const Domain &domain, const std::string &source) {
    std::vector<std::string> out;
    pg::Result rows = engine::registry("select table_name from mesh.source_registry where domain = $1 and source_name = $2 order by 1", {domain.name, source});
    for (const pg::Row &row : rows.rows) out.push_back(row[0].value());
    return out;
}

void drop_table_of(const Domain &domain, const std::string &source, const std::string &table) {
    pg::Value readers = engine::registry_value("select pg_catalog.string_agg(domain || '.' || model, ', ' order by domain, model)"
                                               " from mesh.dependency_registry where kind = 'source' and upstream = $1",
                                               {domain.name + "." + source + "." + table});
    if (readers)
        throw Error("2BP01", "cannot drop source \"" + source + "." + table + "\" of domain \"" + domain.name + "\" because models read it",
                    "Read by " + *readers + ".", "Drop or change those first.");
    engine::registry("delete from mesh.source_registry where domain = $1 and source_name = $2 and table_name = $3", {domain.name, source, table});
}

}  // namespace

MESH_FUNCTION(mesh_create_source) {
    Domain domain = engine::get_domain(api::required(fcinfo, 0, "domain"));
    std::string source = api::required(fcinfo, 1, "source_name");
    std::vector<std::string> tables = pg::parse_array(api::required(fcinfo, 2, "tables"));
    std::string schema = api::arg(fcinfo, 3).value_or(source);
    engine::require_owner(domain, GetUserId());
    engine::lock_registry();
    if (tables.empty()) throw Error("22023", "a source needs tables", "", "Drop it with mesh.drop_source().");
    engine::Freshness freshness = engine::parse_freshness(api::arg(fcinfo, 4), api::arg(fcinfo, 5));
    std::vector<std::string> before = tables_of(domain, source);
    bool replace = api::arg(fcinfo, 7).value_or("f") == "t";
    for (const std::string &table : tables)
        if (!replace && std::find(before.begin(), before.end(), table) != before.end())
            throw Error("42710", "source \"" + source + "." + table + "\" of domain \"" + domain.name + "\" already exists", "", "Use replace => true to change it.");
    for (const std::string &table : tables) {
        check_table(domain, schema, table);
        if (freshness.loaded_at) engine::check_loaded_at(domain, schema, table, *freshness.loaded_at);
        engine::registry("insert into mesh.source_registry (domain, source_name, table_name, schema_name, loaded_at, warn_after, error_after, description)"
                         " values ($1, $2, $3, $4, $5, $6::interval, $7::interval, $8) on conflict (domain, source_name, table_name) do update set"
                         " schema_name = excluded.schema_name, loaded_at = excluded.loaded_at, warn_after = excluded.warn_after,"
                         " error_after = excluded.error_after, description = excluded.description",
                         {domain.name, source, table, schema, freshness.loaded_at, freshness.warn_after, freshness.error_after, api::arg(fcinfo, 6)});
        engine::recompile_source_readers(domain.name + "." + source + "." + table);
    }
    for (const std::string &table : before)
        if (replace && std::find(tables.begin(), tables.end(), table) == tables.end()) drop_table_of(domain, source, table);
    PG_RETURN_VOID();
}

MESH_FUNCTION(mesh_drop_source) {
    Domain domain = engine::get_domain(api::required(fcinfo, 0, "domain"));
    std::string source = api::required(fcinfo, 1, "source_name");
    pg::Value only = api::arg(fcinfo, 2);
    engine::require_owner(domain, GetUserId());
    engine::lock_registry();
    std::vector<std::string> tables = tables_of(domain, source);
    if (only) std::erase_if(tables, [&](const std::string &table) { return table != *only; });
    if (tables.empty())
        throw Error("42704", "source \"" + source + (only ? "." + *only : "") + "\" does not exist in domain \"" + domain.name + "\"", "", "See mesh.sources.");
    for (const std::string &table : tables) drop_table_of(domain, source, table);
    PG_RETURN_VOID();
}
