// YAML as PyYAML reads it, into JSON.
#pragma once

#include <string>

#include "cli/error.h"

namespace mesh::cli {

// Raises Error 42601 with line and column; `what` names the text in it. An empty text is null.
Json parse_yaml(const std::string &text, const std::string &what);

// The same for what must be a mapping: --vars, --args. Empty text is {}.
Json parse_mapping(const std::string &text, const std::string &what);

// Reads the file; raises Error when it cannot be read.
std::string read_file(const std::string &path);
bool file_exists(const std::string &path);

}  // namespace mesh::cli
