// The one exception of the core: what went wrong in the words a user sees, with its SQLSTATE.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace mesh::core {

// Who found the fault, as dbt begins its messages: the project's templates and settings ("Compilation Error"), the database in its answer
// to a statement ("Database Error"), or the run ("Runtime Error").
enum class ErrorKind { compilation, database, runtime };

constexpr const char *error_kind_name(ErrorKind kind) {
    return kind == ErrorKind::compilation ? "compilation" : kind == ErrorKind::database ? "database" : "runtime";
}

// What an error without a word of its own is: states of the server and of the run say more than "the project is wrong".
inline ErrorKind error_kind_of(std::string_view sqlstate) {
    if (sqlstate == "42P01" || sqlstate == "42501") return ErrorKind::database;
    for (const char *of_run : {"P0", "40", "53", "55", "57", "58", "XX"})
        if (sqlstate.starts_with(of_run)) return ErrorKind::runtime;
    return ErrorKind::compilation;
}

// message: short, no capital, no full stop; detail and hint: full sentences (PostgreSQL's message style).
struct Error : std::runtime_error {
    std::string sqlstate, detail, hint;
    ErrorKind error_kind;
    Error(std::string state, const std::string &message, std::string detail_text = "", std::string hint_text = "")
        : std::runtime_error(message),
          sqlstate(std::move(state)),
          detail(std::move(detail_text)),
          hint(std::move(hint_text)),
          error_kind(error_kind_of(sqlstate)) {}
    Error &&with(ErrorKind kind) && {
        error_kind = kind;
        return std::move(*this);
    }
};

}  // namespace mesh::core
