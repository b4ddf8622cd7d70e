// The border between C++ and the server's longjmp.
//
// call():     runs server code; an ERROR in it becomes a C++ exception (pg::ServerError) that keeps all of
//             the server's ErrorData. The lambda may hold plain data only: nothing with a destructor may
//             live between the guard and the raising call, because longjmp skips it.
// boundary(): wraps every entry point; a C++ exception leaves it as a server ERROR. It raises only after
//             the catch block has been left, so that the exception object is freed.
#pragma once

#include "core/error.h"
#include "pg/pg.h"

namespace mesh::pg {

// An ERROR of the server on its way through C++ frames. `data` lives in the memory context that was current
// when the guard was entered.
struct ServerError {
    ErrorData *data;
};

// Raises `error` as a server ERROR. Never returns. Called by boundary() only.
[[noreturn]] void raise(ErrorData *error);

// Builds (but does not raise) an ErrorData in the current memory context; NULL when out of memory.
ErrorData *make_error(const char *sqlstate, const char *message, const char *detail, const char *hint, core::ErrorKind kind = core::ErrorKind::runtime);
ErrorData *make_error(const core::Error &error);

// Whose error it is; one that the server's code raised is the database's.
core::ErrorKind error_kind(const ErrorData *error);

// A copy of `error` in the current memory context (CopyErrorData copies only the error being handled).
ErrorData *copy_error(const ErrorData *error);

// Puts `to` in the place of `from` in all that the error tells, where `from` stands whole: what has an inner name for a while
// (a staged relation, its indexes) is known to the user by another. Raises nothing.
void rename_in_error(ErrorData *error, const std::string &from, const std::string &to);

template <typename F>
auto call(F &&f) -> std::invoke_result_t<F> {
    using Result = std::invoke_result_t<F>;
    static_assert(std::is_void_v<Result> || std::is_trivially_destructible_v<Result>,
                  "what crosses the guard must be plain data");
    sigjmp_buf *saved_stack = PG_exception_stack;
    ErrorContextCallback *saved_context = error_context_stack;
    MemoryContext memory = CurrentMemoryContext;
    sigjmp_buf jump;
    if (sigsetjmp(jump, 0) == 0) {
        PG_exception_stack = &jump;
        if constexpr (std::is_void_v<Result>) {
            f();
            PG_exception_stack = saved_stack;
            error_context_stack = saved_context;
            return;
        } else {
            Result result = f();
            PG_exception_stack = saved_stack;
            error_context_stack = saved_context;
            return result;
        }
    }
    PG_exception_stack = saved_stack;
    error_context_stack = saved_context;
    MemoryContextSwitchTo(memory);
    ErrorData *data = CopyErrorData();
    FlushErrorState();
    throw ServerError{data};
}

template <typename F>
Datum boundary(F &&f) {
    ErrorData *error = nullptr;
    try {
        return f();
    } catch (const ServerError &e) {
        error = e.data;
    } catch (const core::Error &e) {
        error = make_error(e);
    } catch (const std::bad_alloc &) {
        error = make_error("53200", "out of memory", "", "");
    } catch (const std::exception &e) {
        error = make_error("XX000", e.what(), "", "");
    } catch (...) {
        error = make_error("XX000", "unknown C++ exception", "", "");
    }
    raise(error);
}

}  // namespace mesh::pg

// Declares an SQL-callable function whose body is C++ behind the boundary. PG_FUNCTION_INFO_V1 does not
// export from a hidden-visibility build before PostgreSQL 16, hence the explicit attribute.
#define MESH_FUNCTION(name)                                                  \
    extern "C" {                                                             \
    extern __attribute__((visibility("default"))) Datum name(PG_FUNCTION_ARGS); \
    PG_FUNCTION_INFO_V1(name);                                               \
    }                                                                        \
    static Datum name##_body(FunctionCallInfo fcinfo);                       \
    Datum name(PG_FUNCTION_ARGS) {                                           \
        return mesh::pg::boundary([fcinfo] { return name##_body(fcinfo); }); \
    }                                                                        \
    static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
