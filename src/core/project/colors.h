// The colors that dbt's documentation draws a node in.
#pragma once

#include <string>

namespace mesh::core::project {

// Is it a color's name in HTML (of the two spellings of gray the one with an a), or "#rgb" or "#rrggbb"? In any case of letters.
bool is_color(const std::string &text);

}  // namespace mesh::core::project
