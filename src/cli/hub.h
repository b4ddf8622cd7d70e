// Packages of the hub, found where the hub takes them from: GitHub.
#pragma once

#include "cli/error.h"

namespace mesh::cli {

struct HubVersion {
    std::string repository, tag, version;
};

// The newest version (no prerelease unless the range names one or allowed) that fulfils all ranges. Raises Error when no
// repository is found for the name, or no version fits.
HubVersion find_hub_version(const std::string &name, const Json &ranges, bool prereleases);

// "fivetran/github" -> the addresses that its repository may have, likeliest first.
std::vector<std::string> hub_repositories(const std::string &name);

}  // namespace mesh::cli
