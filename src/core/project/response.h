// What a statement gives besides rows, and the rows of a seed.
#pragma once

#include "core/project/session.h"

namespace mesh::core::project {

// AdapterResponse: prints as its message; has code and rows_affected.
jinja::Value make_response(const std::string &message, const std::string &code, const jinja::Value &rows_affected);

// Of a command tag: "INSERT 0 5" is code INSERT, 5 rows.
jinja::Value make_response(const QueryResult &result);

// load_agate_table(): the rows of the seed that is running. Raises CompilationError for other nodes and for broken CSV.
jinja::Value load_seed(Session &session);

}  // namespace mesh::core::project
