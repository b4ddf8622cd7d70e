// A domain's dbt project in the registry: its files as they were deployed, and what they define.
#pragma once

#include "core/project/parse.h"
#include "core/project/part.h"
#include "engine/registry.h"

namespace mesh::engine {

namespace project = core::project;

struct StoredProject {
    std::string domain, name;
    project::Json settings = project::Json::object();  // profiles, profile, target, vars, env, flags, as deployed
    project::Json head;
    std::string reader, read_as;  // what read it; in part or whole, and why
    std::string version;          // another one after each deploy
};

// Nothing when the domain has none.
std::optional<StoredProject> find_project(const std::string &domain);

// Raises 55000, with a hint, when the domain has none.
StoredProject get_project(const std::string &domain);

// The settings of an invocation of it: `vars` go before those of the deploy.
project::Settings settings_of(const StoredProject &stored, const project::Json &vars, const project::Json &flags);

project::Files load_files(const std::string &domain);

// Path -> checksum.
std::map<std::string, std::string> file_checksums(const std::string &domain);

using project::Resources;

Resources load_resources(const std::string &domain);
Resources load_resources(const std::string &domain, const std::vector<std::string> &unique_ids);

project::Manifest load_manifest(const StoredProject &stored);

void store_project(const StoredProject &stored);

// What is stored, `before`, becomes `now`. What stays as it is costs nothing.
void store_files(const std::string &domain, const project::Files &before, const project::Files &now);
void store_resources(const std::string &domain, const Resources &before, const Resources &now, const project::Manifest &manifest);

// The unique ids of all nodes, each after those that it depends on. Raises 42P19 when some depend on one another in a circle.
std::vector<std::string> build_order(const project::Manifest &manifest);
std::vector<std::string> stored_build_order(const std::string &domain);  // without tests, on which nothing depends

// Models have dbt's names; a version is part of it ("orders.v2"), and so is the package of one whose name another has too.
std::map<std::string, std::string> model_names(const project::Manifest &manifest);  // unique id -> name
std::map<std::string, std::string> stored_model_names(const std::string &domain);   // the same, as registered

}  // namespace mesh::engine
