#include "cli/hub.h"

#include <algorithm>
#include <array>

#include "cli/git.h"
#include "cli/text.h"
#include "core/project/version_range.h"

namespace mesh::cli {
namespace {

std::string dashed(std::string name) {
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

// "v1.2.3" or "1.2.3-rc1" as numbers; false for other tags.
bool version_numbers(const std::string &version, std::array<long, 3> &numbers) {
    return std::sscanf(version.c_str(), "%ld.%ld.%ld", &numbers[0], &numbers[1], &numbers[2]) == 3;
}

std::string without_v(const std::string &tag) {
    return !tag.empty() && tag[0] == 'v' ? tag.substr(1) : tag;
}

bool newer(const std::string &left, const std::string &right) {
    std::array<long, 3> a{}, b{};
    version_numbers(left, a);
    version_numbers(right, b);
    return a != b ? a > b : left.find('-') == std::string::npos && right.find('-') != std::string::npos;
}

// dbt takes "1.2.3" for "=1.2.3".
Json specifiers(const Json &ranges) {
    Json list = Json::array();
    for (const auto &range : ranges)
        for (const auto &part : split(range.is_string() ? range.get<std::string>() : range.dump(), ',')) {
            const std::string text = trim(part);
            list.push_back(text.find_first_of("<>=") == 0 ? text : "=" + text);
        }
    return list;
}

bool fits(const std::string &version, const Json &wanted, bool prereleases) {
    std::array<long, 3> numbers;
    if (!version_numbers(version, numbers)) return false;
    const bool named = std::any_of(wanted.begin(), wanted.end(), [&](const Json &one) { return one == "=" + version; });
    if (version.find_first_not_of("0123456789.") != std::string::npos && !prereleases && !named) return false;
    return named || core::project::version_fits(version, wanted);
}

}  // namespace

std::vector<std::string> hub_repositories(const std::string &name) {
    const auto slash = name.find('/');
    if (slash == std::string::npos) refuse("\"" + name + "\" is no package of the hub", "Their names are written owner/name.");
    const std::string base = "https://github.com/" + name.substr(0, slash) + "/", own = name.substr(slash + 1);
    std::vector<std::string> repositories;
    for (const auto &candidate : {dashed(own), own, "dbt_" + own, "dbt-" + dashed(own)})
        if (const std::string address = base + candidate; std::find(repositories.begin(), repositories.end(), address) == repositories.end())
            repositories.push_back(address);
    return repositories;
}

HubVersion find_hub_version(const std::string &name, const Json &ranges, bool prereleases) {
    const Json wanted = specifiers(ranges);
    HubVersion best;
    bool found = false;
    for (const auto &repository : hub_repositories(name)) {
        std::vector<std::string> tags;
        if (found || !list_tags(repository, tags)) continue;
        found = true;
        for (const auto &tag : tags)
            if (const std::string version = without_v(tag); fits(version, wanted, prereleases) && (best.tag.empty() || newer(version, best.version)))
                best = {repository, tag, version};
    }
    if (!found)
        throw Error("58P01", "could not find the repository of package \"" + name + "\"", "Tried: " + join(hub_repositories(name), ", ") + ".",
                    "Name its repository in packages.yml as git: with a revision:, or a local: folder.");
    if (best.tag.empty()) throw Error("42704", "package \"" + name + "\" has no version that fits " + wanted.dump());
    return best;
}

}  // namespace mesh::cli
