// Sending the project to the server.
#pragma once

#include "cli/session.h"

namespace mesh::cli {

struct Deployed {
    std::size_t files = 0, sent = 0;
    std::string warning;  // the first one about the project
};

// Sends what changed since the last time (everything with --no-partial-parse) and reports the server's warnings. Raises the
// server's Error for a project that is wrong, with file and line.
Deployed deploy(Session &session);

// Writes what the SQL expression (of $1, the domain, and those parameters) gives, in pieces, so that it is never in memory as a whole.
void write_large(Connection &database, const std::string &domain, const std::string &expression, const std::string &path, const std::vector<Value> &parameters = {});

}  // namespace mesh::cli
