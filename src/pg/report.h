// What the user is told without an error, and what an error that was caught has said.
#pragma once

#include "pg/guard.h"

namespace mesh::pg {

// Message as in errors (short, no capital, no full stop); detail and hint are full sentences or empty.
void notice(const std::string &message, const std::string &detail = "", const std::string &hint = "");
void warning(const std::string &message, const std::string &detail = "", const std::string &hint = "");

// For those who ask for more (client_min_messages = debug1).
void debug(const std::string &message);

// As many are what the session is working on: for error_text().
void expect_relations(size_t relations);

// Had the server no room for one more lock?
bool lock_table_is_full(const ErrorData *error);

// What went wrong, with detail and hint, as one line of a step. The server's advice to drop with CASCADE is not passed on.
std::string error_text(const ErrorData *error);

// compilation, database or runtime.
const char *error_kind_name(const ErrorData *error);

}  // namespace mesh::pg
