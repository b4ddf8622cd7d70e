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

}  // namespace mesh::pg
