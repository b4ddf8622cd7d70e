#include "cli/log.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/clock.h"
#include "cli/text.h"
#include "core/project/artifacts.h"

namespace mesh::cli {

const char *level_name(Level level) {
    switch (level) {
        case Level::debug: return "debug";
        case Level::info: return "info";
        case Level::warn: return "warn";
        default: return "error";
    }
}

void Log::event(Level level, const char *name, const char *code, const std::string &message, const Json &data) {
    if (level < options_.lowest) return;
    if (options_.json)
        write(as_json(level, name, code, message, data));
    else
        write(local_time_of_day(now()) + "  " + message);
}

void Log::output(const std::string &text) {
    if (options_.json)
        write(as_json(Level::info, "PrintEvent", "Z052", text, Json{{"msg", text}}));
    else
        write(text);
}

void Log::show_bar(const std::string &text) {
    if (!options_.bar || text == bar_) return;
    std::fprintf(out_, "\r\033[K%s", text.c_str());
    std::fflush(out_);
    bar_ = text;
}

std::string Log::colour(const char *code, const std::string &text) const {
    return options_.colours ? code + text + "\033[0m" : text;
}

std::string Log::scrubbed(std::string text) const {
    for (const auto &secret : options_.secrets)
        for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 5)) text.replace(at, secret.size(), "*****");
    return text;
}

void Log::write(const std::string &text) {
    const std::string line = scrubbed(text);
    if (!bar_.empty()) std::fputs("\r\033[K", out_);
    std::fwrite(line.data(), 1, line.size(), out_);
    std::fputc('\n', out_);
    std::fputs(bar_.c_str(), out_);
    if (std::fflush(out_) != 0 && errno != EPIPE && cut_.empty()) cut_ = std::strerror(errno);
}

std::string Log::as_json(Level level, const char *name, const char *code, const std::string &message, const Json &data) const {
    const Json info = {{"category", ""}, {"code", code}, {"extra", options_.extra}, {"invocation_id", options_.invocation_id},
                       {"level", level_name(level)}, {"msg", without_colours(message)}, {"name", name}, {"pid", getpid()},
                       {"thread", "MainThread"}, {"ts", core::project::utc_timestamp(now())}};
    return Json{{"data", data}, {"info", info}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mesh::cli
