// What meshctl says: dbt's lines with their time, or one JSON object a line; colours and a progress bar on a terminal only.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "cli/error.h"

namespace mesh::cli {

enum class Level { debug, info, warn, error };

// "debug", "info", "warn", "error"
const char *level_name(Level level);

struct LogOptions {
    bool json = false;
    bool colours = false;
    bool bar = false;            // the output is a terminal that can show one
    Level lowest = Level::info;  // quiet: error
    int width = 80;              // of a line before its status
    std::string invocation_id;
    std::vector<std::string> secrets;    // values that nobody may read: "*****" stands for them
    Json extra = Json::object();         // what DBT_ENV_CUSTOM_ENV_* says
};

class Log {
public:
    explicit Log(LogOptions options, std::FILE *out = stdout) : options_(std::move(options)), out_(out) {}
    ~Log() { show_bar(""); }
    Log(const Log &) = delete;
    Log &operator=(const Log &) = delete;

    // One of dbt's events by its name and code; data goes into the JSON form only.
    void event(Level level, const char *name, const char *code, const std::string &message, const Json &data = Json::object());
    void blank() { event(Level::info, "Formatting", "Z017", ""); }
    // What a command was asked for (a list, a preview): also when quiet, without the time.
    void output(const std::string &text);
    // Kept at the bottom of the terminal until the next call; "": none.
    void show_bar(const std::string &text);

    // Was something not written, though somebody reads: the disk is full? Who stops reading (`| head`) wants no more.
    bool is_cut() const { return !cut_.empty(); }
    const std::string &why_cut() const { return cut_; }

    // Without the secrets.
    std::string scrubbed(std::string text) const;

    std::string red(const std::string &text) const { return colour("\033[31m", text); }
    std::string green(const std::string &text) const { return colour("\033[32m", text); }
    std::string yellow(const std::string &text) const { return colour("\033[33m", text); }
    const LogOptions &options() const { return options_; }

private:
    std::string colour(const char *code, const std::string &text) const;
    void write(const std::string &text);
    std::string as_json(Level level, const char *name, const char *code, const std::string &message, const Json &data) const;

    LogOptions options_;
    std::FILE *out_;
    std::string bar_, cut_;
};

}  // namespace mesh::cli
