// Names close to a mistyped one, for hints.
#pragma once

#include <string>
#include <vector>

namespace mesh::core {

// Up to three of `names` that are a slip or two away from `word`, nearest first.
std::vector<std::string> near(const std::string &word, const std::vector<std::string> &names);

// 'Perhaps you mean "a" or "b".', or all names when none is near and they are few: 'Known are "a", "b".'; empty when there
// is nothing to say.
std::string name_hint(const std::string &word, const std::vector<std::string> &names);

}  // namespace mesh::core
