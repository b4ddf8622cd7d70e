// Reading arguments of SQL functions and returning rows.
#pragma once

#include "engine/registry.h"

namespace mesh::api {

using engine::Json;
using pg::Value;

// Argument `i` as text, by its type's output function; nothing for NULL.
Value arg(FunctionCallInfo fcinfo, int i);

// The same, or an error (22004) naming the argument.
std::string required(FunctionCallInfo fcinfo, int i, const char *name);

Datum text_result(const std::string &text);

// Fills the function's result set (materialize mode) from rows of text, in the order of its OUT columns.
void start_rows(FunctionCallInfo fcinfo);
// The same for a function that returns SETOF one type: rows of one value.
void start_values(FunctionCallInfo fcinfo);
void add_row(FunctionCallInfo fcinfo, const pg::Row &row);

}  // namespace mesh::api
