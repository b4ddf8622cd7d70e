// YAML 1.1 as PyYAML's safe loader types it, with the places of what was read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/project/settings.h"

namespace mesh::core::project {

// Where a value stands; of a mapping or sequence, also its values' places in their order.
struct YamlPlace {
    unsigned line = 0, column = 0;  // from 1; of a mapping's value: its key's
    std::vector<YamlPlace> children;
};

struct YamlDocument {
    Json value;  // null: an empty document
    YamlPlace place;
    std::vector<std::string> duplicate_keys;  // "line 3: name", of keys whose first value was thrown away
};

// The only document of a text. Dates stay text. Raises Error 42601 with file, line and column for what is not YAML, holds several documents,
// or grows by aliases beyond a million values.
YamlDocument read_yaml(std::string_view text, const std::string &file);

// The same of a file of a project, which dbt strips: a block at its end has no line end.
YamlDocument read_yaml_file(std::string_view text, const std::string &file);

// A plain scalar's value: null, true, 12, 1.5 or text.
Json yaml_scalar(const std::string &text);

// As yaml.safe_dump(value, sort_keys) writes it.
std::string write_yaml(const Json &value, bool sort_keys);

}  // namespace mesh::core::project
