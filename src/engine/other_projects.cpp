#include "engine/other_projects.h"

#include "core/project/names.h"

namespace mesh::engine {

using core::Error;
using project::Manifest;
using project::Node;

std::optional<std::string> domain_of_project(const std::string &project, const std::string &reader) {
    pg::Result found = registry("select domain, domain = name from mesh.project_registry where name = $1 and domain <> $2 order by domain <> name, domain", {project, reader});
    if (found.empty()) return std::nullopt;
    if (found.rows.size() > 1 && found.rows[0][1] != "t")
        throw Error("42725", "project \"" + project + "\" is deployed more than once", "It is in domains \"" + found.rows[0][0].value() + "\" and \"" + found.rows[1][0].value() + "\".",
                    "One of them may have the project's own name: that is the one that others read.");
    return found.rows[0][0];
}

std::optional<std::vector<Node>> DeployedProjects::models(const std::string &name) {
    std::optional<std::string> domain = domain_of_project(name, domain_);
    if (!domain) return std::nullopt;
    Manifest manifest;
    for (const pg::Row &row : registry("select content from mesh.project_resource_registry where domain = $1 and resource_type = 'model'", {*domain}).rows)
        project::add_resource(manifest, project::Json::parse(row[0].value()));
    std::vector<Node> out;
    for (auto &[id, node] : manifest.nodes)
        if (node.package_name == name) out.push_back(std::move(node));
    return out;
}

std::vector<std::string> DeployedProjects::names() {
    std::vector<std::string> out;
    for (const pg::Row &row : registry("select distinct name from mesh.project_registry where domain <> $1 order by 1", {domain_}).rows) out.push_back(row[0].value());
    return out;
}

std::vector<std::string> DeployedProjects::that_offer(const std::string &model) {
    std::vector<std::string> out;
    for (const pg::Row &row : registry("select distinct p.name from mesh.project_registry p join mesh.project_resource_registry r using (domain)"
                                       " where domain <> $1 and r.resource_type = 'model' and r.name = $2 and r.path <> '' and r.content::json->'node'->>'access' = 'public'"
                                       " and pg_catalog.split_part(r.unique_id, '.', 2) = p.name order by 1",
                                       {domain_, model}).rows)
        out.push_back(row[0].value());
    return out;
}

std::string changed_external(const std::string &domain) {
    pg::Result found = registry(
        "select r.unique_id, r.content, o.content from mesh.project_resource_registry r left join (mesh.project_registry p join mesh.project_resource_registry o on o.domain = p.domain)"
        " on p.domain <> r.domain and o.unique_id = r.unique_id and o.path <> '' and p.name = pg_catalog.split_part(r.unique_id, '.', 2)"
        " where r.domain = $1 and r.resource_type = 'model' and r.path = '' order by r.unique_id, p.domain <> p.name, p.domain",
        {domain});
    std::string seen;
    for (const pg::Row &row : found.rows) {
        if (row[0] == seen) continue;  // the project is deployed more than once
        seen = row[0].value();
        Manifest read, now;
        project::add_resource(read, project::Json::parse(row[1].value()));
        if (row[2]) project::add_resource(now, project::Json::parse(*row[2]));
        auto there = now.nodes.find(seen);
        if (there == now.nodes.end() || there->second.access != "public" || !(project::external_node(there->second) == read.nodes.at(seen))) return seen;
    }
    return "";
}

static void move_to(Node &node, const std::string &schema, const std::string &identifier) {
    if (node.schema == schema && node.alias == identifier) return;
    node.schema = schema;
    node.alias = identifier;
    node.relation_name = project::make_relation_name({}, node.database, schema, identifier);
}

std::map<std::string, ModelName> locate_external(Manifest &manifest, const std::string &reader) {
    std::map<std::string, ModelName> out;
    std::vector<std::string> ids;
    for (const auto &[id, node] : manifest.nodes)
        if (node.is_external()) ids.push_back(id);
    if (ids.empty()) return out;
    pg::Result found = registry(
        "select p.name, m.node, m.domain, m.name, coalesce(m.schema_name, d.schema_name), m.identifier from mesh.project_registry p"
        " join mesh.model_registry m on m.domain = p.domain join mesh.domain_registry d on d.name = m.domain"
        " where p.domain <> $1 and m.node = any($2::text[]) order by p.domain <> p.name, p.domain",
        {reader, pg::array_literal(ids)});
    for (const pg::Row &row : found.rows) {
        Node &node = manifest.nodes.at(row[1].value());
        if (node.package_name != row[0] || !out.emplace(node.unique_id, ModelName{row[2].value(), row[3].value()}).second) continue;
        move_to(node, row[4].value(), row[5].value());
    }
    return out;
}

}  // namespace mesh::engine
