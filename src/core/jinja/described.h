// Expressions as Python shows Jinja2's nodes, which dbt keeps of a config() call to compare by.
#pragma once

#include "core/jinja/tree.h"

namespace mesh::core::jinja {

// "Call(node=Name(name='var', ctx='load'), args=[Const(value='x')], kwargs=[], dyn_args=None, dyn_kwargs=None)"
std::string described(const Expr &expression);

// "Keyword(key='materialized', value=Const(value='table'))": a named argument.
std::string described_keyword(const std::string &name, const Expr &value);

}  // namespace mesh::core::jinja
