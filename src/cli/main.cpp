// meshctl: a dbt project's way into PostgreSQL.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "cli/arguments.h"
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "cli/yaml.h"

namespace mesh::cli {
namespace {

struct Verb {
    const char *name;
    int (*run)(Session &);
    bool connects, reads_project;
};

const Verb verbs[] = {{"run", run_nodes, true, true},           {"build", run_nodes, true, true},        {"test", run_nodes, true, true},
                      {"seed", run_nodes, true, true},          {"snapshot", run_nodes, true, true},     {"clone", run_nodes, true, true},
                      {"source freshness", run_nodes, true, true}, {"compile", compile_nodes, true, true}, {"parse", parse_only, true, true},
                      {"list", list_nodes, true, true},         {"show", show_rows, true, true},         {"run-operation", run_operation, true, true},
                      {"docs generate", generate_docs, true, true}, {"retry", retry, true, true},        {"clean", clean, false, true},
                      {"deps", install_packages, false, true},  {"debug", debug, false, false},          {"init", init, false, false}};

const Verb &find_verb(const std::string &name) {
    for (const auto &verb : verbs)
        if (name == verb.name) return verb;
    refuse("unknown command \"" + name + "\"");
}

// Where one of these was closed, the connection to the server would get its number, and what is printed.
void open_standard_files() {
    while (true) {
        const int file = open("/dev/null", O_RDWR);
        if (file > STDERR_FILENO) close(file);
        if (file > STDERR_FILENO || file < 0) return;
    }
}

// Project files without a profile: what clean and deps need.
void open_files(Session &session) {
    if (session.options.vars) session.vars = parse_mapping(*session.options.vars, "--vars");
    const std::string root = find_project(session.options);
    add_env_file(session.environment, root + "/.env");
    session.project = read_project(root, session.environment, session.vars);
}

void report_error(const Session &session, const Error &error) {
    std::string text = error.what();
    if (!error.detail.empty()) text += "\n  " + error.detail;
    if (!error.hint.empty()) text += "\n  HINT: " + error.hint;
    if (session.log) text = session.log->scrubbed(text);
    if (session.log && session.log->options().json)
        session.log->event(Level::error, "MainEncounteredError", "Z002", "Encountered an error:\n" + text);
    else
        std::cerr << (session.log ? session.log->red("Encountered an error:") : "Encountered an error:") << "\n" << text << std::endl;
}

int run(Session &session) {
    const Verb &verb = find_verb(session.options.command);
    for (const auto &argument : session.options.words)
        if (not_utf8_at(argument)) throw Error("22021", "an argument is not encoded in UTF-8: " + Json(argument).dump(-1, ' ', true, Json::error_handler_t::replace));
    if (verb.connects)
        open_project(session);
    else if (verb.reads_project)
        open_files(session);
    if (verb.connects) session.log->event(Level::info, "MainReportVersion", "A001", "Running with meshctl=" MESH_VERSION);
    const int code = verb.run(session);
    if (session.log && session.log->is_cut()) throw Error("58030", "could not write to the standard output", session.log->why_cut());
    return code;
}

int guarded(Session &session) {
    try {
        return run(session);
    } catch (const Error &error) {
        if (session.log) session.log->show_bar("");
        report_error(session, error);
    } catch (const std::exception &error) {
        if (session.log) session.log->show_bar("");
        report_error(session, Error("XX000", error.what()));
    }
    return exit_unusable;
}

}  // namespace
}  // namespace mesh::cli

int main(int count, char **arguments) {
    using namespace mesh::cli;
    open_standard_files();
    Session session;
    if (const auto code = parse_arguments(count, arguments, session.options)) return *code;
    session.environment = read_environment();
    session.invocation_id = make_uuid();
    session.started_at = now();
    catch_interrupts();
    try {
        apply_environment(session.options, session.environment);
    } catch (const Error &error) {
        std::cerr << error.what() << std::endl;
        return exit_unusable;
    }
    session.log = make_log(session);
    return guarded(session);
}
