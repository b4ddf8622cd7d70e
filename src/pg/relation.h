// What a relation of the database looks like.
#pragma once

#include "pg/analyze.h"

namespace mesh::pg {

// InvalidOid when there is none.
Oid relation_oid(const std::string &schema, const std::string &name);

// {schema, name}.
std::pair<std::string, std::string> relation_name(Oid relation);

// Gives it another name in its schema, and its row type too. Raises 42P07.
void rename_relation(Oid relation, const std::string &name);

// Has anybody been granted or denied anything on it, by hand or by default privileges?
bool has_privileges(Oid relation);

// Its live columns in order, in the same form as an analyzed query's.
std::vector<Column> relation_columns(Oid relation);

// Has it CHECK constraints?
bool has_checks(Oid relation);

size_t index_count(Oid relation);

// Its indexes as "[unique ]using <method> (<columns>)...", the oldest first; with `columns` only those that need no other ones.
std::vector<std::string> index_definitions(Oid relation, const std::optional<std::vector<std::string>> &columns = {});

}  // namespace mesh::pg
