// What can be asked for, and with which options.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/options.h"

#ifndef MESH_VERSION
#define MESH_VERSION "unknown"
#endif
#define MESH_VERSION_LINE "meshctl " MESH_VERSION

namespace mesh::cli {

// Options that dbt takes before and after the verb are defined in both places; a verb has its options if the command line's words name it.
void add_verbs(CLI::App &app, Options &options, const std::vector<std::string> &words);

}  // namespace mesh::cli
