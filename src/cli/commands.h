// One function for each verb; each returns the exit code and raises Error for what it cannot do (exit code 2).
#pragma once

#include "cli/session.h"

namespace mesh::cli {

int run_nodes(Session &session);      // run, build, test, seed, snapshot, clone, source freshness
int compile_nodes(Session &session);  // compile
int parse_only(Session &session);
int list_nodes(Session &session);
int show_rows(Session &session);
int run_operation(Session &session);
int generate_docs(Session &session);
int retry(Session &session);
int clean(Session &session);
int debug(Session &session);          // opens project and database itself, to report what is wrong with each
int init(Session &session);           // needs no project
int install_packages(Session &session);

}  // namespace mesh::cli
