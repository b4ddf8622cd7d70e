// dbt's node selection over a project: which resources a command is about, in an order in which they can be built.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/project/manifest.h"

namespace mesh::core::project {

// Which tests a selection takes in that it does not name:
//   eager      every test that depends on something selected
//   cautious   those whose every parent is selected
//   buildable  those whose every parent is selected or before something selected
//   empty      none
enum class IndirectSelection { eager, cautious, buildable, empty };

// Raises Error 22023 for another word.
IndirectSelection indirect_selection_of(const std::string &name);

// An earlier state of the project, for state:, result: and source_status:. What is not there is an error for the method that needs it.
struct PreviousState {
    const Manifest *manifest = nullptr;
    std::optional<std::map<std::string, std::string>> results;         // unique id -> status, of run_results.json
    std::optional<std::map<std::string, std::string>> sources;         // unique id -> max_loaded_at of sources.json, empty after an error
    std::optional<std::map<std::string, std::string>> current_sources;  // the same of the latest look
};

struct SelectOptions {
    std::string command = "list";            // run, build, test, seed, snapshot, compile, list, clone, "source freshness" ...: which types it takes
    std::vector<std::string> select;         // --select, each maybe several words; empty: everything, or the default selector
    std::vector<std::string> exclude;        // --exclude
    std::string selector;                    // --selector: a name of selectors.yml; then `select` and `exclude` do not count
    std::vector<std::string> resource_types, exclude_resource_types;  // "all" and "default" are dbt's
    std::optional<std::vector<std::string>> unique_ids;  // exactly these, whatever is selected
    IndirectSelection indirect_selection = IndirectSelection::eager;
    PreviousState previous;
};

struct Selection {
    std::vector<std::string> ids;            // unique ids, parents before their children
    std::vector<std::string> warnings;       // "The selection criterion 'x' does not match any enabled nodes" ...
};

// Raises Error 42601 for bad syntax or an unknown method or value, 42704 for an unknown selector or unique id, 22023 for wrong options or a missing previous
// state, 42P19 when the resources depend on one another in a circle.
Selection select(const Manifest &manifest, const SelectOptions &options);

// The resource types that a command works on, by name.
std::vector<std::string> selectable_types(const SelectOptions &options);

}  // namespace mesh::core::project
