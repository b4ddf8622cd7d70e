// What ends meshctl before its work is done, and the exit codes.
#pragma once

#include "core/error.h"
#include "core/project/settings.h"

namespace mesh::cli {

using core::Error;
using core::project::Files;
using core::project::Json;

// dbt's: 0 all went well (warnings included); 1 a node failed or was skipped for a failure; 2 the command could not be done, or was interrupted.
enum ExitCode { exit_success = 0, exit_failed = 1, exit_unusable = 2 };

// Wrong settings, files or arguments: SQLSTATE 22023.
[[noreturn]] inline void refuse(const std::string &message, std::string detail = "", std::string hint = "") {
    throw Error("22023", message, std::move(detail), std::move(hint));
}

// The user asked to stop.
struct Interrupted : Error {
    explicit Interrupted(std::string detail = "What the server was doing was cancelled.") : Error("57014", "interrupted", std::move(detail)) {}
};

}  // namespace mesh::cli
