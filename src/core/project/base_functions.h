// The functions of dbt's base context that need nothing from outside.
#pragma once

#include "core/jinja/dict.h"

namespace mesh::core::project {

// return, fromjson, tojson, fromyaml, toyaml, set, set_strict, zip, zip_strict, diff_of_two_dicts, local_md5
void add_base_functions(jinja::Dict &context);

}  // namespace mesh::core::project
