// unit_tests: of property files, with the rows of fixtures and seeds put in.
#pragma once

#include "core/project/parse_state.h"

namespace mesh::core::project {

// Raises Error 22023 for rows that do not fit their format, 42704 for a model, seed or fixture that is not there.
void read_unit_tests(ParseState &state);

// The rows of a CSV text with a header, values as text; empty ones are null.
Json csv_rows(const std::string &text);

}  // namespace mesh::core::project
