// What a relation of the database looks like.
#pragma once

#include "pg/analyze.h"

namespace mesh::pg {

// InvalidOid when there is none.
Oid relation_oid(const std::string &schema, const std::string &name);

// {schema, name}.
std::pair<std::string, std::string> relation_name(Oid relation);

// Its live columns in order, in the same form as an analyzed query's.
std::vector<Column> relation_columns(Oid relation);

// Has it CHECK constraints?
bool has_checks(Oid relation);

size_t index_count(Oid relation);

// Its indexes as "[unique ]using <method> (<columns>)...", the oldest first; with `columns` only those that need no other ones.
std::vector<std::string> index_definitions(Oid relation, const std::optional<std::vector<std::string>> &columns = {});

}  // namespace mesh::pg
