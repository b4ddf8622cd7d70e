// Arguments of generic tests: text among them is a template, rendered natively.
#pragma once

#include "core/project/session.h"

namespace mesh::core::project {

// What a test's argument comes to in the running frame: text is rendered, also in lists and dicts; ref(...), source(...),
// var(...), env_var(...) and doc(...) need no braces. The column's name stays as it is.
jinja::Value render_kwarg(Session &session, const std::string &name, const Json &value, const std::string &file);

// Records the ref or source of "{{ get_where_subquery(ref('x')) }}" without rendering it; false when the text is otherwise.
bool record_model(const std::string &text, ParsedText &found);

}  // namespace mesh::core::project
