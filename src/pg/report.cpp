#include "pg/report.h"

namespace mesh::pg {

static void report(int level, const char *message, const char *detail, const char *hint) {
    call([=] {
        ereport(level, (errmsg_internal("%s", message), *detail == '\0' ? 0 : errdetail_internal("%s", detail),
                        *hint == '\0' ? 0 : errhint("%s", hint)));
    });
}

void notice(const std::string &message, const std::string &detail, const std::string &hint) {
    report(NOTICE, message.c_str(), detail.c_str(), hint.c_str());
}

void warning(const std::string &message, const std::string &detail, const std::string &hint) {
    report(WARNING, message.c_str(), detail.c_str(), hint.c_str());
}

void debug(const std::string &message) {
    report(DEBUG1, message.c_str(), "", "");
}

std::string error_text(const ErrorData *error) {
    std::string text = error->message == nullptr ? "unknown error" : error->message;
    if (error->detail != nullptr && *error->detail != '\0') text += " (" + std::string(error->detail) + ")";
    std::string hint = error->hint == nullptr ? "" : error->hint;
    if (hint.find("CASCADE") != std::string::npos) hint = "Change or drop what depends on it first; the mesh drops nothing of others.";
    if (!hint.empty()) text += " Hint: " + hint;
    return text;
}

const char *error_kind_name(const ErrorData *error) {
    return core::error_kind_name(error_kind(error));
}

}  // namespace mesh::pg
