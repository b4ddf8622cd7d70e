// What `list` prints.
#pragma once

#include <string>
#include <vector>

#include "core/project/manifest.h"

namespace mesh::core::project {

enum class ListOutput { selector, name, path, json };

// "selector", "name", "path", "json"; raises Error 22023 for another word.
ListOutput list_output_of(const std::string &name);

// A line for each of the ids, in the order of the ids as dbt sorts them.
//   selector  what selects it again: "shop.staging.orders", "source:shop.raw.orders", "metric:shop.revenue"
//   name      "orders", "price.v2", "raw.orders"
//   path      of the file that it is defined in
//   json      an object with the given keys, "config.materialized" for one inside; without keys those that dbt shows
// Ids that the manifest does not have are left out.
std::vector<std::string> list_lines(const Manifest &manifest, std::vector<std::string> ids, ListOutput output,
                                    const std::vector<std::string> &output_keys = {});

}  // namespace mesh::core::project
