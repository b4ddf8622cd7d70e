// dbt's manifest and catalog of a domain: what its project says; which of its project's relations exist, and what they look like.
#include "core/project/artifacts.h"
#include "engine/invoke.h"

namespace mesh::engine {

namespace {

const char *const kRelations =
    "select n.nspname, c.relname, case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'f' then 'FOREIGN' else 'BASE TABLE' end,"
    " coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), ''), pg_catalog.pg_get_userbyid(c.relowner),"
    " (select pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),"
    " coalesce(pg_catalog.col_description(c.oid, a.attnum), '')) order by a.attnum)"
    " from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)"
    " from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace"
    " where n.nspname = any($1::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 1, 2";

// schema and name -> unique ids, of all that may have a relation; a source may be what a node makes.
std::map<std::pair<std::string, std::string>, std::vector<std::string>> places(const project::Manifest &manifest) {
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> out;
    for (const auto &[id, node] : manifest.nodes)
        if (!node.relation_name.empty()) out[{node.schema, node.alias}] = {id};
    for (const auto &[id, source] : manifest.sources) out[{source.schema, source.identifier}].push_back(id);
    return out;
}

project::CatalogTable table_from(const pg::Row &row, const std::string &id, const std::string &database) {
    project::CatalogTable out;
    out.unique_id = id;
    out.type = row[2].value();
    out.database = database;
    out.schema = row[0].value();
    out.name = row[1].value();
    out.comment = row[3].value();
    out.owner = row[4].value();
    for (const Json &column : Json::parse(row[5].value_or("[]")))
        out.columns.push_back({column[0], column[1], column[2], static_cast<long>(out.columns.size()) + 1});
    return out;
}

std::string utc_now() {
    return pg::query_value("select pg_catalog.to_char(pg_catalog.clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").value();
}

}  // namespace

std::string manifest(const std::string &domain, const project::Json &metadata) {
    project::Manifest out = load_manifest(get_project(domain));
    out.metadata["generated_at"] = utc_now();
    out.metadata.update(metadata);
    const Value read_at = registry("select extract(epoch from deployed_at) from mesh.project_registry where domain = $1", {domain}).rows.at(0).at(0);
    return project::manifest_text(out, std::stod(read_at.value()));
}

project::Json catalog(const std::string &domain) {
    project::Manifest manifest = load_manifest(get_project(domain));
    auto known = places(manifest);
    std::set<std::string> schemas;
    for (const auto &[place, ids] : known) schemas.insert(place.first);
    std::vector<project::CatalogTable> tables;
    for (const pg::Row &row : pg::query(kRelations, {pg::array_literal({schemas.begin(), schemas.end()})}).rows) {
        auto found = known.find({row[0].value(), row[1].value()});
        if (found == known.end()) continue;
        for (const std::string &id : found->second) tables.push_back(table_from(row, id, manifest.target.database));
    }
    project::ArtifactMetadata metadata;
    metadata.generated_at = utc_now();
    return project::catalog_json(metadata, tables);
}

}  // namespace mesh::engine
