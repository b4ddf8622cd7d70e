// dbt's commands on a deployed project.
#pragma once

#include "engine/project.h"
#include "engine/run.h"

namespace mesh::engine {

struct InvokeRow {
    int64_t run_id = 0;  // 0: nothing was run
    std::string unique_id;
    Step step;
    std::string relation;  // "db"."schema"."name", where there is one
    std::string compiled;  // its SQL, where it was asked for
};

// Runs the command on what the options select. Raises 22023 for an unknown command or a bad option, and as run() does.
std::vector<InvokeRow> invoke(const std::string &domain, const std::string &command, const project::Json &options, Oid caller);

// invoke_freshness.cpp: how old the sources' rows are, with the project's on-run-start and on-run-end hooks around.
std::vector<InvokeRow> freshness_of(Mesh &mesh, Project &project, const std::vector<std::string> &ids, Oid caller);

// clone.cpp: each of the nodes as a view on what the state has built of it; `replace`: also where there is a relation already, which is dropped.
std::vector<InvokeRow> clone_all(Mesh &mesh, const Project &project, const std::vector<std::string> &ids, const project::Deferral &state, bool replace);

// A node's SQL; `node` is a unique id, a name, a name with its version ("orders.v2"), or an SQL text with templates. Raises 42704, with near names in the hint.
std::string compiled_sql(const std::string &domain, const std::string &node);

// `metadata`: what its metadata says besides.
std::string manifest(const std::string &domain, const project::Json &metadata);

// Of these nodes and sources, or of all. `whole_schemas`: a project's own macro is asked by schemas, see project::Invocation.
// A macro that fails is warned of: project::kCatalogFailed and why.
project::Json catalog(const std::string &domain, const std::optional<std::vector<std::string>> &nodes, bool whole_schemas);

// `options`: of invoke(), what templates see of them.
project::Json run_operation(const std::string &domain, const std::string &macro, const project::Json &arguments, const project::Json &options);

// At most `limit` rows (-1: all); `columns`: what of them, over mesh_row.
project::QueryResult show(const std::string &domain, const std::string &node_or_sql, long limit, const std::string &columns);

}  // namespace mesh::engine
