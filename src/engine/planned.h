// What a plan says of a model, on its way to the steps that users see.
#pragma once

#include "engine/build.h"

namespace mesh::engine {

struct Planned {
    const Model *model = nullptr;
    Target target;
    std::string action, reason, change;
    bool at_target = false;       // readers in the run find the new contents under the published name already
    bool recreate = false;        // the relation has to be dropped and made anew
    std::set<std::string> lost;   // columns that a table loses
    bool runs() const { return action != "skip" && action != "error"; }
};

// What would be dropped or lose columns must not be read by anything that the run does not make anew: then its step is an error, as the publish
// would refuse it. A view of the run that reads what is made anew is made anew as well. plan_dependents.cpp.
void check_dependents(Mesh &mesh, std::vector<Planned> &planned);

}  // namespace mesh::engine
