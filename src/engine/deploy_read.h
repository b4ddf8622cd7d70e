// What a deploy is of: the project as its files are now, read in part where that is enough.
#pragma once

#include "core/project/part.h"
#include "engine/deploy.h"

namespace mesh::engine {

struct ReadProject {
    StoredProject stored;  // as it is to be
    project::Manifest manifest;
    project::Files files_before, files;          // all of them, or those that changed
    Resources before, after;                     // all resources, or those that were read anew
    bool whole = true;
    bool other_edges = true;                     // does some node depend on others than before?
};

// Raises what reading a project raises, and 42501 when the domain is there and is not the caller's. Takes the files out of the deployment.
ReadProject read_project(Deployment &deployment, Oid caller);

// The project that is stored, for parse_part().
class RegistryParts : public project::Stored {
public:
    explicit RegistryParts(std::string domain) : domain_(std::move(domain)) {}

    project::Files files(const std::set<std::string> &paths) override;
    Resources defined_in(const std::set<std::string> &paths) override;
    Resources patched_in(const std::set<std::string> &paths) override;
    Resources named(const std::set<std::string> &names) override;
    Resources of_type(const std::string &type) override;

private:
    Resources where(const std::string &condition, const Value &argument);
    std::string domain_;
};

}  // namespace mesh::engine
