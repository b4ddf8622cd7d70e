#include "pg/guard.h"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace mesh::pg {

void raise(ErrorData *error) {
    if (error == nullptr) ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
    ReThrowError(error);
    pg_unreachable();
}

static char *copy_or_null(const char *text) {
    if (text == nullptr || *text == '\0') return nullptr;
    size_t size = std::strlen(text) + 1;
    auto *copy = static_cast<char *>(palloc_extended(size, MCXT_ALLOC_NO_OOM));
    if (copy != nullptr) std::memcpy(copy, text, size);
    return copy;
}

// What the registry and the core keep as JSON is UTF-8, as the library that reads and writes it has it.
static bool is_not_utf8(const char *message) {
    return std::strncmp(message, "[json.exception.", 16) == 0 && std::strstr(message, "UTF-8") != nullptr;
}

static ErrorData *make_encoding_error(core::ErrorKind kind) {
    std::string detail = "The database's encoding is " + std::string(GetDatabaseEncodingName()) + ".";
    return make_error("0A000", "the mesh can only use text that is UTF-8, or ASCII", detail.c_str(), "Use a database whose encoding is UTF8, or names and texts in ASCII.", kind);
}

ErrorData *make_error(const char *sqlstate, const char *message, const char *detail, const char *hint, core::ErrorKind kind) {
    if (is_not_utf8(message)) return make_encoding_error(kind);
    auto *error = static_cast<ErrorData *>(palloc_extended(sizeof(ErrorData), MCXT_ALLOC_NO_OOM | MCXT_ALLOC_ZERO));
    if (error == nullptr) return nullptr;
    error->elevel = ERROR;
    error->output_to_server = true;
    error->output_to_client = true;
    error->sqlerrcode = std::strlen(sqlstate) == 5
                            ? MAKE_SQLSTATE(sqlstate[0], sqlstate[1], sqlstate[2], sqlstate[3], sqlstate[4])
                            : ERRCODE_INTERNAL_ERROR;
    error->message = copy_or_null(message);
    error->detail = copy_or_null(detail);
    error->hint = copy_or_null(hint);
    error->domain = PG_TEXTDOMAIN("mesh");
    error->context_domain = error->domain;
    error->filename = "";  // the server's own have one: see error_kind()
    error->funcname = "";
    error->lineno = static_cast<int>(kind);
    error->assoc_context = CurrentMemoryContext;
    return error;
}

ErrorData *make_error(const core::Error &error) {
    return make_error(error.sqlstate.c_str(), error.what(), error.detail.c_str(), error.hint.c_str(), error.error_kind);
}

core::ErrorKind error_kind(const ErrorData *error) {
    bool is_ours = error->filename != nullptr && *error->filename == '\0';
    return is_ours ? static_cast<core::ErrorKind>(error->lineno) : core::ErrorKind::database;
}

ErrorData *copy_error(const ErrorData *error) {
    auto *copy = static_cast<ErrorData *>(palloc(sizeof(ErrorData)));
    *copy = *error;
    for (char **field : {&copy->message, &copy->detail, &copy->detail_log, &copy->hint, &copy->context,
                         &copy->backtrace, &copy->schema_name, &copy->table_name, &copy->column_name,
                         &copy->datatype_name, &copy->constraint_name, &copy->internalquery})
        if (*field != nullptr) *field = pstrdup(*field);
    copy->assoc_context = CurrentMemoryContext;
    return copy;
}

// Inner names end in a number, so that one may begin another.
static std::string renamed(std::string text, const std::string &from, const std::string &to) {
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        size_t end = at + from.size();
        bool whole = end == text.size() || !isdigit(static_cast<unsigned char>(text[end]));
        if (whole) text.replace(at, from.size(), to);
        at += whole ? to.size() : from.size();
    }
    return text;
}

void rename_in_error(ErrorData *error, const std::string &from, const std::string &to) {
    for (char **field : {&error->message, &error->detail, &error->hint, &error->table_name, &error->constraint_name}) {
        if (*field == nullptr || std::strstr(*field, from.c_str()) == nullptr) continue;
        char *copy = copy_or_null(renamed(*field, from, to).c_str());
        if (copy != nullptr) *field = copy;
    }
}

}  // namespace mesh::pg
