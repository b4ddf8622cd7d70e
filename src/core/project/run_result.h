// `results` of on-run-end: what became of each node, as dbt's objects.
#pragma once

#include "core/jinja/object.h"
#include "core/project/settings.h"

namespace mesh::core::project {

// Of {"status", "timing": [{"name", "started_at", "completed_at"}], "thread_id", "execution_time", "adapter_response", "message", "failures",
// "node", "batch_results"}: an object with these attributes and to_dict(); its timing and node have to_dict() too.
jinja::Value run_result_value(const Json &result);

}  // namespace mesh::core::project
