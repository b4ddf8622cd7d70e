// Models of other projects, as dbt Mesh shows them: public ones are nodes of the manifest that have no file and are never run, of the
// others a project learns no more than why it may not ref them.
#pragma once

#include "core/project/manifest.h"

namespace mesh::core::project {

// Who else is there. The engine answers from its registry; tests may fake it.
class OtherProjects {
public:
    virtual ~OtherProjects() = default;

    // Every model of the project itself, not of its packages; nothing when there is no such project.
    virtual std::optional<std::vector<Node>> models(const std::string &project) = 0;

    virtual std::vector<std::string> names() = 0;

    // The projects that have a public model of this name, for hints.
    virtual std::vector<std::string> that_offer(const std::string &model) = 0;
};

// The names under `projects:` of dependencies.yml. Raises Error 22023 when that is no list of names, or stands in packages.yml.
std::vector<std::string> projects_named(const Files &files);

// A model as another project's manifest has it, with the relation and the versions of its own.
Node external_node(const Node &model);

}  // namespace mesh::core::project
