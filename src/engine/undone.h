// What is found out by changing the database, which stays as it was.
#pragma once

#include "pg/session.h"

namespace mesh::engine {

// What `f` returns; all that it did to the database is rolled back. Raises what it raises.
template <typename F>
auto undone(F &&f) {
    std::optional<std::invoke_result_t<F>> out;
    ErrorData *error = pg::try_in_subtransaction([&] {
        out = f();
        throw core::Error("P0001", "done, and to be undone");
    });
    if (!out) throw pg::ServerError{error};
    return std::move(*out);
}

}  // namespace mesh::engine
