// Parts of the context that a session puts together; each reads the running frame when it is called.
#pragma once

#include "core/project/session.h"

namespace mesh::core::project {

jinja::Value make_ref(Session &session);
jinja::Value make_source(Session &session);
jinja::Value make_function_reference(Session &session);
jinja::Value make_metric(Session &session);
jinja::Value make_config(Session &session);
jinja::Value make_adapter(Session &session);
jinja::Value make_exceptions(Session &session);
jinja::Value make_var(Session &session, const Vars &vars, const jinja::Value &base_var);
jinja::Value make_context_dict(Session &session, bool with_macros);

// load_result, store_result, store_raw_result, write, render, try_or_compiler_error, load_agate_table, validation ...
void add_functions(jinja::Dict &members, Session &session);

// A relation with the names of a node, as `this` is; empty for operations.
jinja::Value node_relation(Session &session, const Node &node);

// A source's relation, as source() gives it.
jinja::Value source_relation(const Source &source);

// What the frame renders, for messages: "model.shop.orders", or the macro's.
std::string subject_of(const Frame &frame);

[[noreturn]] inline void raise_compilation(const std::string &message) {
    jinja::raise(jinja::ErrorClass::compilation, message);
}

}  // namespace mesh::core::project
