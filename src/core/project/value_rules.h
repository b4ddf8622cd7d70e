// Of what type a value of a project's files has to be, as dbt's schemas say it.
#pragma once

#include <string>
#include <utility>

#include "core/project/manifest.h"

namespace mesh::core::project {

// The optional ones take null too.
enum class ValueKind { anything, text, optional_text, texts, optional_texts, text_or_texts, object, optional_object, list, boolean, optional_boolean, optional_whole };

bool takes(ValueKind kind, const Json &value);

// A value as Python shows it.
std::string shown(const Json &value);

// dbt's words for a value that the kind does not take: "at path ['alias']: 5 is not valid under any of the given schemas".
std::string type_problem(const std::string &path, ValueKind kind, const Json &value);

// The problem of the first of these members that has one; null is none: it stands for what is not given. "": there is none.
std::string problem_of_members(const Json &object, std::initializer_list<std::pair<const char *, ValueKind>> members, const std::string &path = "");

}  // namespace mesh::core::project
