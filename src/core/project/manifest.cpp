#include "core/project/manifest.h"

#include <array>

namespace mesh::core::project {

namespace {

constexpr std::array<const char *, 16> kNames = {"model", "seed", "snapshot", "test", "unit_test", "analysis", "operation", "source",
                                                 "exposure", "group", "macro", "doc", "metric", "semantic_model", "saved_query", "function"};

}  // namespace

const char *resource_type_name(ResourceType type) {
    return kNames[static_cast<std::size_t>(type)];
}

std::optional<ResourceType> resource_type_of(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); i++)
        if (name == kNames[i]) return static_cast<ResourceType>(i);
    return std::nullopt;
}

}  // namespace mesh::core::project
