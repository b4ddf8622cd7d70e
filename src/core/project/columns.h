// What properties say about columns, constraints and tests, in the shapes that the rest uses.
#pragma once

#include "core/project/parse_state.h"

namespace mesh::core::project {

// A member that is a list, or an empty one. Raises Error 22023 when it is anything else but null.
const Json &list_member(const Json &object, const char *key, const Property &property);
// A member that is text, empty when there is none.
std::string text_member(const Json &object, const char *key);

// The columns of an entry or of a list of columns; doubled names: the last.
std::vector<ColumnInfo> read_columns(const Json &columns, const Property &property);

// Tags of a column: its own and those of its config.
std::vector<std::string> column_tags(const Json &column);

// "data_tests" or its old name "tests" of an entry or column. Raises Error 22023 when both are there.
const Json &tests_of(const Json &object, const Property &property);

// A version's columns: those of the model that it includes, and its own.
Json version_columns(const Json &model, const Json &version, const Property &property);

}  // namespace mesh::core::project
