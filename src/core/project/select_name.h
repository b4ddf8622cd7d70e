// A name as selections write it, against fully qualified names.
#pragma once

#include <string>
#include <vector>

#include "core/graph/pattern.h"

namespace mesh::core::project {

// "orders", "staging", "shop.staging.stg_*": a resource's own name, or its fully qualified name from the left, with or without the package.
class NamePattern {
public:
    explicit NamePattern(const std::string &value);
    bool matches(const std::vector<std::string> &fqn, bool versioned) const;

private:
    bool matches_from(const std::vector<std::string> &fqn, std::size_t first, bool versioned) const;
    bool is_own_name(const std::vector<std::string> &fqn, std::size_t first, bool versioned) const;

    std::string value_;
    std::vector<std::string> parts_;
    std::size_t first_wild_;  // the part with the first wildcard; parts_.size() for none
    core::Pattern whole_, tail_;
};

}  // namespace mesh::core::project
