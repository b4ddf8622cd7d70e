#include "engine/project_store.h"

#include "core/graph/graph.h"
#include "core/project/builtin_macros.h"
#include "engine/record.h"
#include "engine/row_arrays.h"

namespace mesh::engine {

using core::Error;
using project::Manifest;
using project::ResourceType;

namespace {

constexpr size_t kLargeFile = 1 << 20;

std::string text_of(const project::Json &settings, const char *key) {
    return settings.contains(key) && settings[key].is_string() ? settings[key].get<std::string>() : "";
}

project::Json object_of(const project::Json &settings, const char *key) {
    return settings.contains(key) && settings[key].is_object() ? settings[key] : project::Json::object();
}

std::vector<std::string> gone(const std::map<std::string, std::string> &now, const std::map<std::string, std::string> &before) {
    std::vector<std::string> out;
    for (const auto &[key, value] : before)
        if (!now.count(key)) out.push_back(key);
    return out;
}

}  // namespace

std::optional<StoredProject> find_project(const std::string &domain) {
    pg::Result rows = registry_prepared("select name, settings, header, reader, p.xmin || ' ' || p.ctid from mesh.project_registry p where domain = $1", {domain});
    if (rows.empty()) return std::nullopt;
    const pg::Row &row = rows.rows[0];
    return StoredProject{domain, row[0].value(), project::Json::parse(row[1].value()), project::Json::parse(row[2].value()), row[3].value(), "", row[4].value()};
}

StoredProject get_project(const std::string &domain) {
    (void)get_domain(domain);
    std::optional<StoredProject> found = find_project(domain);
    if (found) return *found;
    throw Error("55000", "domain \"" + domain + "\" has no dbt project", "", "Deploy one with mesh.deploy(), or with meshctl.");
}

project::Settings settings_of(const StoredProject &stored, const project::Json &vars, const project::Json &flags) {
    project::Settings out;
    out.profiles = text_of(stored.settings, "profiles");
    out.profile = text_of(stored.settings, "profile");
    out.target = text_of(stored.settings, "target");
    out.vars = object_of(stored.settings, "vars");
    out.vars.update(vars);
    out.flags = object_of(stored.settings, "flags");
    out.flags.update(flags);
    const project::Json env = object_of(stored.settings, "env");
    for (const auto &[name, value] : env.items())
        if (value.is_string()) out.env[name] = value.get<std::string>();
    pg::Row now = pg::query("select pg_catalog.gen_random_uuid(), pg_catalog.current_database(), current_user").rows.at(0);
    out.invocation_id = text_of(out.flags, "INVOCATION_ID");
    if (out.invocation_id.empty()) out.invocation_id = now[0].value();
    out.flags.erase("INVOCATION_ID");
    out.database = now[1].value();
    out.user = now[2].value();
    out.schema = text_of(stored.settings, "schema");
    out.started_at = clock_seconds();
    return out;
}

project::Files load_files(const std::string &domain) {
    project::Files out;
    for (const pg::Row &row : registry("select path, content from mesh.project_file_registry where domain = $1", {domain}).rows)
        out[row[0].value()] = row[1].value();
    return out;
}

std::map<std::string, std::string> file_checksums(const std::string &domain) {
    std::map<std::string, std::string> out;
    for (const pg::Row &row : registry("select path, checksum from mesh.project_file_registry where domain = $1", {domain}).rows)
        out[row[0].value()] = row[1].value();
    return out;
}

Resources load_resources(const std::string &domain) {
    Resources out;
    for (const pg::Row &row : registry("select unique_id, content from mesh.project_resource_registry where domain = $1", {domain}).rows)
        out[row[0].value()] = row[1].value();
    return out;
}

Resources load_resources(const std::string &domain, const std::vector<std::string> &unique_ids) {
    Resources out;
    for (const pg::Row &row : registry("select unique_id, content from mesh.project_resource_registry where domain = $1 and unique_id = any($2::text[])",
                                       {domain, pg::array_literal(unique_ids)}).rows)
        out[row[0].value()] = row[1].value();
    return out;
}

project::Manifest load_manifest(const StoredProject &stored) {
    project::Manifest out = project::manifest_from_head(stored.head);
    for (const auto &[id, content] : load_resources(stored.domain)) project::add_resource(out, project::Json::parse(content));
    project::add_builtin_macros(out);
    return out;
}

void store_project(const StoredProject &stored) {
    registry("insert into mesh.project_registry values ($1, $2, $3::jsonb, $4, $5, pg_catalog.now(), $6, $7) on conflict (domain) do update set name = excluded.name,"
             " settings = excluded.settings, header = excluded.header, deployed_by = excluded.deployed_by, deployed_at = excluded.deployed_at,"
             " reader = excluded.reader, read_as = excluded.read_as",
             {stored.domain, stored.name, stored.settings.dump(), stored.head.dump(), pg::role_name(GetUserId()), stored.reader, stored.read_as});
}

// Many small files at once, a large one by itself: of a large text there would be some ten copies at a time.
void store_files(const std::string &domain, const project::Files &before, const project::Files &now) {
    registry("delete from mesh.project_file_registry where domain = $1 and path = any($2::text[])", {domain, pg::array_literal(gone(now, before))});
    const std::string conflict = " on conflict (domain, path) do update set checksum = excluded.checksum, content = excluded.content";
    RowArrays small(2);
    for (const auto &[path, text] : now) {
        auto old = before.find(path);
        if (old != before.end() && old->second == text) continue;
        if (text.size() < kLargeFile) small.add({path, text});
        else registry("insert into mesh.project_file_registry values ($1, $2, pg_catalog.md5(pg_catalog.convert_to($3, 'UTF8')), $3)" + conflict, {domain, path, text});
    }
    if (!small.empty())
        registry("insert into mesh.project_file_registry select $1, path, pg_catalog.md5(pg_catalog.convert_to(content, 'UTF8')), content"
                 " from " + small.from() + "(path, content)" + conflict,
                 {domain}, small);
}

void store_resources(const std::string &domain, const Resources &before, const Resources &now, const Manifest &manifest) {
    registry("delete from mesh.project_resource_registry where domain = $1 and unique_id = any($2::text[])", {domain, pg::array_literal(gone(now, before))});
    std::map<std::string, project::ResourceKeys> keys;
    project::for_each_keys(manifest, [&](const std::string &id, const project::ResourceKeys &of) { keys[id] = of; });
    RowArrays rows(7);
    for (const auto &[id, content] : now) {
        if (auto old = before.find(id); old != before.end() && old->second == content) continue;
        const project::ResourceKeys &of = keys.at(id);
        rows.add({id, content, of.type, of.name, of.path, of.patched_in, pg::array_literal(of.depends_on)});
    }
    if (rows.empty()) return;
    registry("insert into mesh.project_resource_registry (domain, unique_id, content, resource_type, name, path, patched_in, depends_on)"
             " select $1, unique_id, content, resource_type, name, path, patched_in, depends_on::text[]"
             " from " + rows.from() + "(unique_id, content, resource_type, name, path, patched_in, depends_on)"
             " on conflict (domain, unique_id) do update set content = excluded.content, resource_type = excluded.resource_type, name = excluded.name,"
             " path = excluded.path, patched_in = excluded.patched_in, depends_on = excluded.depends_on",
             {domain}, rows);
}

namespace {

void add_node(core::Graph &graph, const std::string &id, std::vector<std::string> parents) {
    core::Node node;
    node.id = id;
    node.parents = std::move(parents);
    graph.add(std::move(node));
}

}  // namespace

std::vector<std::string> build_order(const project::Manifest &manifest) {
    core::Graph graph;
    for (const auto &[id, node] : manifest.nodes) add_node(graph, id, node.depends_on_nodes);
    return graph.topological_order();
}

std::vector<std::string> stored_build_order(const std::string &domain) {
    core::Graph graph;
    for (const pg::Row &row : registry("select unique_id, depends_on from mesh.project_resource_registry where domain = $1 and resource_type in ('model', 'seed', 'snapshot', 'analysis', 'operation', 'function')"
                                       " and content like '{\"node\":%' order by unique_id collate \"C\"",
                                       {domain}).rows)
        add_node(graph, row[0].value(), pg::parse_array(row[1].value()));
    return graph.topological_order();
}

std::map<std::string, std::string> model_names(const project::Manifest &manifest) {
    std::map<std::string, std::string> out;
    std::set<std::string> taken;
    for (bool of_root : {true, false}) {
        for (const auto &[id, node] : manifest.nodes) {
            bool builds = node.resource_type == ResourceType::model || node.resource_type == ResourceType::seed || node.resource_type == ResourceType::snapshot || node.resource_type == ResourceType::function;
            if (!builds || node.is_external() || (node.package_name == manifest.project_name) != of_root) continue;
            std::string name = node.version.empty() ? node.name : node.name + ".v" + node.version;
            if (!taken.insert(name).second) taken.insert(name = node.package_name + "." + name);
            out[id] = name;
        }
    }
    return out;
}

std::map<std::string, std::string> stored_model_names(const std::string &domain) {
    std::map<std::string, std::string> out;
    for (const pg::Row &row : registry("select node, name from mesh.model_registry where domain = $1 and node is not null", {domain}).rows)
        out[row[0].value()] = row[1].value();
    return out;
}

}  // namespace mesh::engine
