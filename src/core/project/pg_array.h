// PostgreSQL's array text.
#pragma once

#include <string>

#include "core/jinja/value.h"

namespace mesh::core::project {

// '{1,NULL,"a b"}' as a list, nested as it is; elements are numbers, bools or text by the element's type. Text that is no
// array is given back as it is.
jinja::Value read_array(const std::string &text, const std::string &element_type);

}  // namespace mesh::core::project
