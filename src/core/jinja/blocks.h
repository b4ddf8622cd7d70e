// The blocks of a file, taken out as text without parsing what is in them: dbt reads snapshots, macros, tests and docs
// so, each then a template of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/jinja/error.h"

namespace mesh::core::jinja {

struct TextBlock {
    std::string kind, name;  // what stands after {%; the name may be empty
    std::string contents;    // between the tags
    std::string full;        // with its tags
    Position position;       // of the first tag
};

// The blocks of the wanted kinds at the top level, in order; what else the file holds is left out. Raises
// TemplateSyntaxError for one that is not closed, stands in another or within if or for, and for unclosed tags and
// strings.
std::vector<TextBlock> find_blocks(std::string_view source, const std::vector<std::string_view> &kinds);

}  // namespace mesh::core::jinja
