// The methods of Relation objects and of api.Relation.
#pragma once

#include "core/project/relation.h"

namespace mesh::core::project {

// relation.name as a function bound to it, nullopt when there is no such method.
std::optional<jinja::Value> relation_method(const jinja::Ptr<Relation> &relation, std::string_view name);

// Relation.Table, Relation.View and their kin.
std::optional<jinja::Value> relation_constant(std::string_view name);

}  // namespace mesh::core::project
