// The methods of a criterion: which resources each of them means.
#pragma once

#include <set>
#include <string>

#include "core/project/select_members.h"
#include "core/project/select_spec.h"

namespace mesh::core::project {

// The ids of the members that the criterion's method and value mean, without its operators. Warnings of state: are appended.
// Raises Error 42601 for a value that the method does not have, 22023 when the previous state lacks what is needed.
std::set<std::string> search(const Members &members, const SelectCriterion &criterion, const PreviousState &previous,
                             std::vector<std::string> &warnings);

}  // namespace mesh::core::project
