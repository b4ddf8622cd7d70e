// What the client needs to know of the nodes, read from manifest.json without holding it.
#pragma once

#include <map>
#include <set>

#include "cli/error.h"

namespace mesh::cli {

struct NodeInfo {
    std::string resource_type, name, package, path, original_file_path, materialized, language = "sql";
    std::string database, schema, alias, version, relation_name, group;
    std::vector<std::string> fqn;
    std::vector<std::string> references;  // what its foreign keys refer to, as it is written: "ref('x')"
    bool microbatch = false;      // built in batches
    bool store_failures = false;
    bool contract_enforced = false;
};

struct GroupInfo {
    std::string name, package;
    std::map<std::string, std::string> owner;  // name, email and what else is said of it; a list as Python shows it
};

struct NodeCatalog {
    std::map<std::string, NodeInfo> nodes;       // also sources, exposures, unit tests, metrics ... by unique id
    std::map<std::string, long> counts;          // "view model" -> how many
    std::vector<std::string> macros;             // their unique ids
    std::map<std::string, GroupInfo> groups;     // by unique id

    const NodeInfo *find(const std::string &unique_id) const {
        const auto found = nodes.find(unique_id);
        return found == nodes.end() ? nullptr : &found->second;
    }

    const GroupInfo *group_of(const NodeInfo &node) const {
        for (const auto &[id, group] : groups)
            if (group.name == node.group) return &group;
        return nullptr;
    }
};

// Raises Error when the file is not there or no manifest.
NodeCatalog read_manifest(const std::string &path);

// "3 models, 1 seed": as dbt says what it found.
std::string found_line(const NodeCatalog &catalog);

}  // namespace mesh::cli
