// `ref.config`: what dbt's functions hold of the project and the command, which packages look up there.
#pragma once

#include "core/project/session.h"

namespace mesh::core::project {

// project_name, profile_name, target_name, vars.to_dict(), cli_vars, args, and dependencies: each package's project_name and version by its name.
jinja::Value make_runtime_config(const Session &session);

// Among the flags of the settings, and none of `flags`: an object of options that are no flags.
inline constexpr const char *invocation_arguments = "INVOCATION_ARGUMENTS";

// Options that are off are not there, as in dbt.
void leave_out_off(Json &arguments);

// The command's options under dbt's names for them: flags, vars, and the invocation_arguments.
jinja::Value arguments_value(const Settings &settings);

}  // namespace mesh::core::project
