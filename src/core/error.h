// The one exception of the core: what went wrong in the words a user sees, with its SQLSTATE.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace mesh::core {

// message: short, no capital, no full stop; detail and hint: full sentences (PostgreSQL's message style).
struct Error : std::runtime_error {
    std::string sqlstate, detail, hint;
    Error(std::string state, const std::string &message, std::string detail_text = "", std::string hint_text = "")
        : std::runtime_error(message),
          sqlstate(std::move(state)),
          detail(std::move(detail_text)),
          hint(std::move(hint_text)) {}
};

}  // namespace mesh::core
