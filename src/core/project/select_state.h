// state: what changed since an earlier manifest.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/project/select_members.h"

namespace mesh::core::project {

// One value of state: "new", "old", "modified", "unmodified", "modified.body", ".configs", ".relation", ".persisted_descriptions", ".macros",
// ".contract".
class StateMatcher {
public:
    // Raises Error 42601 for another value, 22023 when a model with versions breaks its contract; what breaks without versions is a warning.
    StateMatcher(const Manifest &now, const Manifest &before, const std::string &value, std::vector<std::string> &warnings);
    bool operator()(const Member &member) const;

private:
    class Comparison;
    std::shared_ptr<const Comparison> comparison_;
    std::string value_;
};

}  // namespace mesh::core::project
