// What the user is told without an error.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Message as in errors (short, no capital, no full stop); detail and hint are full sentences or empty.
void notice(const std::string &message, const std::string &detail = "", const std::string &hint = "");
void warning(const std::string &message, const std::string &detail = "", const std::string &hint = "");

}  // namespace mesh::pg
