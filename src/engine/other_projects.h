// dbt projects of other domains, as a project that refs their models sees them.
#pragma once

#include "engine/project_store.h"

namespace mesh::engine {

// The domain whose project has the name: that of the same name, or else the only one but `reader`. Nothing when there is none; raises 42725
// when several others have it.
std::optional<std::string> domain_of_project(const std::string &project, const std::string &reader);

class DeployedProjects : public project::OtherProjects {
public:
    // For the project of this domain.
    explicit DeployedProjects(std::string domain) : domain_(std::move(domain)) {}

    std::optional<std::vector<project::Node>> models(const std::string &project) override;
    std::vector<std::string> names() override;
    std::vector<std::string> that_offer(const std::string &model) override;

private:
    std::string domain_;
};

// A unique id of another project's model that the domain's project was read with and that is not the same there now, or not public; "": none.
std::string changed_external(const std::string &domain);

// What the manifest's external nodes are in the mesh now: unique id -> model. They get the relation that the model has now, which may have
// moved since they were read. A node whose model is gone is not in it.
std::map<std::string, ModelName> locate_external(project::Manifest &manifest, const std::string &reader);

}  // namespace mesh::engine
