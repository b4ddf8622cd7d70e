// The command line: dbt's verbs and flags.
#pragma once

#include <optional>

#include "cli/options.h"

namespace mesh::cli {

// Fills the options. Returns the exit code when there is nothing more to do: help or the version was asked for, or a usage error
// was reported.
std::optional<int> parse_arguments(int count, char **arguments, Options &options);

// As they are, but with the words after a list option (--select a b c) joined into one argument, which is how dbt reads them.
std::vector<std::string> join_lists(const std::vector<std::string> &arguments);

}  // namespace mesh::cli
