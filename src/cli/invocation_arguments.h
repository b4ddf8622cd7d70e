// What a call was asked for, under dbt's names: `args` of run_results.json and invocation_args_dict of templates.
#pragma once

#include "cli/session.h"

namespace mesh::cli {

// What was given, and what is meant where nothing was, as in dbt: options that are off by nature are not there. Secret variables are hidden.
Json invocation_arguments(const Session &session);

}  // namespace mesh::cli
