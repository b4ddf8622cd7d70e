// JSON whose numbers keep the text they were written in: a test's argument 1.10 or 12345678901234567890123 is a constant of SQL,
// and must not pass through a double.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace mesh::core {

// Throws nlohmann::json::parse_error. Numbers that are no 64-bit integers become opaque values (is_exact).
nlohmann::json parse_exact(const std::string &text);

// Such a number, and its text.
bool is_exact(const nlohmann::json &value);
std::string exact_text(const nlohmann::json &value);

// As JSON text, with each number as it was written.
std::string dump_exact(const nlohmann::json &value);

}  // namespace mesh::core
