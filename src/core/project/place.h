// Errors that say where in a project they are.
#pragma once

#include <string>

#include "core/error.h"

namespace mesh::core::project {

// "In models/schema.yml, line 3."
inline std::string place_text(const std::string &file, unsigned line) {
    if (file.empty()) return "";
    return line ? "In " + file + ", line " + std::to_string(line) + "." : "In " + file + ".";
}

[[noreturn]] inline void fail(const char *sqlstate, const std::string &message, const std::string &file, unsigned line = 0,
                              const std::string &hint = "") {
    throw Error(sqlstate, message, place_text(file, line), hint);
}

}  // namespace mesh::core::project
