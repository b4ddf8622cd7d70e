// Small things about text.
#pragma once

#include <string>

namespace mesh::core {

// With small letters for the capitals of ASCII, whatever the locale.
std::string lowered(std::string text);

// "Model" for "model": ASCII alone.
std::string capitalized(std::string text);

// "models", "analyses", "saved_queries".
std::string plural(const std::string &noun);

}  // namespace mesh::core
