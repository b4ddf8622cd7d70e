// dbt's manifest and catalog of a domain: what its project says; which of its project's relations exist, and what they look like.
#include "core/project/artifacts.h"
#include "engine/invoke.h"
#include "engine/project.h"
#include "engine/undone.h"
#include "pg/report.h"

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

constexpr size_t kMostByRelations = 100;  // as dbt: of more, its macro is asked for all of their schemas

std::vector<std::string> all_that_is_catalogued(const project::Manifest &manifest) {
    std::vector<std::string> out;
    for (const auto &[id, node] : manifest.nodes)
        if (!node.relation_name.empty() && node.resource_type != project::ResourceType::test) out.push_back(id);
    for (const auto &[id, source] : manifest.sources) out.push_back(id);
    return out;
}

// schema and name -> unique ids; a source may be what a node makes.
std::map<std::pair<std::string, std::string>, std::vector<std::string>> places(const project::Manifest &manifest, const std::vector<std::string> &ids) {
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> out;
    for (const std::string &id : ids) {
        if (auto node = manifest.nodes.find(id); node != manifest.nodes.end() && !node->second.relation_name.empty()) out[{node->second.schema, node->second.alias}].push_back(id);
        if (auto source = manifest.sources.find(id); source != manifest.sources.end()) out[{source->second.schema, source->second.identifier}].push_back(id);
    }
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

std::vector<project::CatalogTable> known_tables(const project::Manifest &manifest, const std::vector<std::string> &ids) {
    auto known = places(manifest, ids);
    std::set<std::string> schemas;
    for (const auto &[place, of_place] : known) schemas.insert(place.first);
    std::vector<project::CatalogTable> out;
    for (const pg::Row &row : pg::query(kRelations, {pg::array_literal({schemas.begin(), schemas.end()})}).rows) {
        auto found = known.find({row[0].value(), row[1].value()});
        if (found == known.end()) continue;
        for (const std::string &id : found->second) out.push_back(table_from(row, id, manifest.target.database));
    }
    return out;
}

// By macros of the project's own. Their failure is told and is in the catalog, which has nothing else then, as with dbt.
std::vector<project::CatalogTable> told_tables(Project &project, const std::vector<std::string> &ids, bool by_schemas, std::vector<std::string> &errors) {
    std::vector<project::CatalogTable> out;
    ErrorData *error = pg::try_in_subtransaction([&] { out = undone([&] { return project.invocation().catalog(ids, by_schemas); }); });
    if (error == nullptr) return out;
    errors.push_back(error->message == nullptr ? "unknown error" : error->message);
    pg::warning(project::kCatalogFailed + errors.back());
    return {};
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

project::Json catalog(const std::string &domain, const std::optional<std::vector<std::string>> &nodes, bool whole_schemas) {
    Mesh mesh;
    Project project(mesh, get_project(domain), nullptr, ProjectOptions{project::Json::object(), {{"WHICH", "generate"}}});
    const std::vector<std::string> wanted = nodes ? *nodes : all_that_is_catalogued(project.manifest());
    const bool by_schemas = whole_schemas || wanted.size() > kMostByRelations;
    project::ArtifactMetadata metadata;
    metadata.generated_at = utc_now();
    if (project.invocation().replaced_catalog(by_schemas).empty()) return project::catalog_json(metadata, known_tables(project.manifest(), wanted));
    std::vector<std::string> errors;
    const std::vector<project::CatalogTable> tables = told_tables(project, wanted, by_schemas, errors);
    return project::catalog_json(metadata, tables, errors);
}

}  // namespace mesh::engine
