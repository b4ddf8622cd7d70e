// Deploying a dbt project: its files become a domain's models, tests, sources and products.
#pragma once

#include "engine/project.h"

namespace mesh::engine {

struct Deployment {
    std::string domain;
    project::Json files = project::Json::object();     // path -> text; null removes it, when partial
    project::Json settings = project::Json::object();  // profiles, profile, target, vars, env, flags: those that were given
    bool partial = false;                              // files that are not mentioned stay
    bool check = true;                                 // SQL that the server does not accept is an error, else a warning
};

struct Change {
    std::string change;  // added, changed, removed, warning; note: a warning that is no error for --warn-error; debug: of less weight still
    std::string node, kind, file, message;
};

// All or nothing. Creates the domain when there is none, owned by the caller. Raises what parsing the project raises (with file and
// line), 42501 when the caller is not the domain's owner, 42P16 when a reader in another domain or a product's contract would break, 2BP01 when a
// model that others hold as a product is gone or no longer public.
std::vector<Change> deploy(Deployment deployment, Oid caller);

}  // namespace mesh::engine
